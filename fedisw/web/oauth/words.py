"""What each scope means, in words for the person who is asked (security OAU-10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from fedisw.i18n import Translator, later
from fedisw.model.scopes import CHILDREN

WORDS: Final[Mapping[str, str]] = {
    "profile": later("See your name, your picture and your address here"),
    "push": later("Send you push notifications"),
    "read": later("Read all that you can read: your timelines, messages to you, notifications, lists and settings"),
    "read:accounts": later("See your profile, your settings and other accounts"),
    "read:blocks": later("See whom you have blocked"),
    "read:bookmarks": later("See what you have saved"),
    "read:collections": later("See your collections"),
    "read:favourites": later("See what you have liked"),
    "read:filters": later("See your filters"),
    "read:follows": later("See whom you follow and who follows you"),
    "read:lists": later("See your lists"),
    "read:mutes": later("See whom you have muted"),
    "read:notifications": later("Read your notifications"),
    "read:search": later("Search for you"),
    "read:statuses": later("Read all posts that you can read, those for followers and messages to you among them"),
    "write": later("Do all that you can do: write, delete, follow, block, and change your profile"),
    "write:accounts": later("Change your profile and your settings"),
    "write:blocks": later("Block and unblock"),
    "write:bookmarks": later("Save posts"),
    "write:collections": later("Change your collections"),
    "write:conversations": later("Change and remove conversations"),
    "write:favourites": later("Like posts"),
    "write:filters": later("Change your filters"),
    "write:follows": later("Follow and unfollow"),
    "write:lists": later("Change your lists"),
    "write:media": later("Upload files"),
    "write:mutes": later("Mute and unmute people and conversations"),
    "write:notifications": later("Clear your notifications"),
    "write:reports": later("Report people and posts"),
    "write:statuses": later("Write, boost and delete posts in your name"),
    "follow": later("See and change whom you follow, block and mute"),
}
STAFF_READS: Final = later("See what staff sees: accounts, reports and server rules (%(scope)s)")
STAFF_WRITES: Final = later("Do what staff does: moderate accounts and servers (%(scope)s)")


def in_words(scopes: Iterable[str], translator: Translator) -> list[str]:
    """One sentence for each scope, without those that another one includes."""
    asked = tuple(scopes)
    included = {child for scope in asked for child in CHILDREN.get(scope, ())}
    return [_words(scope, translator) for scope in asked if scope not in included]


def _words(scope: str, translator: Translator) -> str:
    if scope in WORDS:
        return translator.gettext(WORDS[scope])
    return translator.gettext(STAFF_READS if scope.startswith("admin:read") else STAFF_WRITES, scope=scope)
