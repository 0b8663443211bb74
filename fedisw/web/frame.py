"""What every page has around its content, and what its head says; plain values for the templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """Somebody, as shown beside a post or on top of a profile.

    `handle` has the host, also for ours (HTM-5). `page` is our page, `url` the canonical address at the person's
    own server. Without `avatar` the page shows `letters` on one of six tints (0 to 5).
    """

    name: str
    handle: str
    page: str
    url: str
    host: str | None = None
    avatar: str = ""
    letters: str = ""
    tint: int = 0
    bot: bool = False
    group: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Whose server it is, who is reading in which language, which place is open. `domain` is the part after `@name@`.

    `here` is home, local, about, settings or empty. `csrf_token` is for the forms of the frame; empty for anonymous readers.
    """

    server: str
    domain: str
    language: str
    me: PersonView | None = None
    csrf_token: str = ""
    here: str = ""
    registrations_open: bool = True
    needs_approval: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a page tells browsers, search engines and other servers.

    `canonical`, `document` (id of the ActivityPub document of the same thing) and `image` are absolute URLs.
    `indexable`: whether search engines may list the page; for what people wrote it is the author's choice
    (professional, section 1.6; security, section 14).
    """

    title: str = ""
    description: str = ""
    canonical: str = ""
    document: str = ""
    image: str = ""
    kind: str = "website"
    indexable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """A form as it is shown again: what was typed (never passwords), and what is wrong with it.

    `problems` goes by the name of the field, "" for the whole form; `notice` is good news; `done`: the form did its work.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""
    done: bool = False
