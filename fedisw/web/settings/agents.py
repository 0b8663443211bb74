"""What a browser calls itself, in words that its owner knows."""

from __future__ import annotations

from typing import Final

from fedisw.i18n import Translator, later

# The first that is found counts: most browsers name others as well.
BROWSERS: Final = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("Vivaldi", "Vivaldi"), ("SamsungBrowser", "Samsung Internet"), ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS: Final = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip
UNKNOWN: Final = later("Unknown browser")


def device_of(user_agent: str, words: Translator) -> str:
    """Such as "Firefox on Android", for what a browser sent; a guess, and only for its owner."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), words.gettext(UNKNOWN))
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return words.gettext("%(browser)s on %(system)s", browser=browser, system=system) if system else browser
