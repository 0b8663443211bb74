"""The sections of the settings, in one table, and the frame around their pages.

A new section is a `Place` here, a module beside this one with its `ROUTES` in table.py, and a template that extends
`settings/base.html` and fills its block `place`. What needs a fresh sign-in says so in its route: `Auth.session(recent=True)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fedisw.i18n import Translator, later
from fedisw.web.frame import Head
from fedisw.web.keys import translator_of
from fedisw.web.render import page

HOME: Final = "/settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A section: its address, what it is called, what it is for in half a sentence, and its picture in icons.svg."""

    key: str
    path: str
    name: str
    about: str
    icon: str


PLACES: Final = (
    Place(
        key="profile",
        path="/settings/profile",
        name=later("Profile"),
        about=later("Your name, your picture, a few words, and who may find you."),
        icon="people",
    ),
    Place(
        key="factors",
        path="/settings/factors",
        name=later("Two-step sign-in"),
        about=later("An authenticator app, passkeys and recovery codes beside the password."),
        icon="shield",
    ),
    Place(
        key="email",
        path="/settings/email",
        name=later("E-mail address"),
        about=later("Where we write to you, and what you sign in with."),
        icon="mail",
    ),
    Place(
        key="password",
        path="/auth/password",
        name=later("Password"),
        about=later("Choose a new one; other devices and apps are signed out."),
        icon="key",
    ),
    Place(
        key="devices",
        path="/settings/devices",
        name=later("Devices"),
        about=later("Where you are signed in, and signing out everywhere."),
        icon="phone",
    ),
    Place(
        key="apps",
        path="/settings/apps",
        name=later("Apps"),
        about=later("What may use your account, and taking it back."),
        icon="out",
    ),
    Place(
        key="data",
        path="/settings/data",
        name=later("Your data"),
        about=later("Take a copy of everything with you, or bring lists from another server."),
        icon="file",
    ),
    Place(
        key="moving",
        path="/settings/moving",
        name=later("Moving"),
        about=later("Take your followers with you to another account, or bring them here."),
        icon="out",
    ),
    Place(
        key="leaving",
        path="/settings/leaving",
        name=later("Leaving"),
        about=later("Delete your account and everything in it."),
        icon="info",
    ),
)


def settings_page(
    request: web.Request,
    template: str,
    *,
    here: str,
    title: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> web.Response:
    """A page of the settings.

    Args:
        template: path below the folder of templates; it finds `places`, `place` (None for an unlisted page) and `title`.
        here: key of the section that is open; empty on the first page.
        title: heading of a page below a section; else the section's name.
        headers: more headers.
    """
    words = translator_of(request)
    places = tuple(_spoken(place, words) for place in PLACES)
    place = next((one for one in places if one.key == here), None)
    title = title or (place.name if place is not None else words.gettext("Settings"))
    values |= {"places": places, "place": place, "title": title}
    head = Head(title=title)
    return page(request, template, head=head, here="settings", status=status, public=False, headers=headers, **values)


def _spoken(place: Place, words: Translator) -> Place:
    return Place(
        key=place.key, path=place.path, name=words.gettext(place.name), about=words.gettext(place.about), icon=place.icon
    )
