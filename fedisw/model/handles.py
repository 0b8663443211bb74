"""Names of local accounts: which may be taken (security AUT-13, HTM-4; contract, section 5)."""

from __future__ import annotations

import re

from fedisw.model.errors import Invalid

MAX_NAME = 30  # characters, as on Mastodon
NAME = re.compile(r"[a-z0-9_]+", re.ASCII | re.IGNORECASE)

PLAIN_NAME = re.compile(r"[!-~]+", re.ASCII)  # all that can be seen in ASCII

PATHS = frozenset(
    [
        "about",
        "actor",
        "admin",
        "ap",
        "api",
        "archives",
        "ask",
        "auth",
        "authorize_interaction",
        "bookmarks",
        "ce",
        "chats",
        "collections",
        "compose",
        "daily",
        "directory",
        "e",
        "events",
        "explore",
        "favicon",
        "favourites",
        "feeds",
        "follow_requests",
        "g",
        "gaps",
        "groups",
        "guard",
        "health",
        "help",
        "inbox",
        "invite",
        "jobs",
        "library",
        "lists",
        "live",
        "local",
        "login",
        "logout",
        "manifest",
        "me",
        "media",
        "mentoring",
        "messages",
        "metrics",
        "news",
        "nodeinfo",
        "notifications",
        "nurture",
        "oauth",
        "org",
        "outbox",
        "packs",
        "public",
        "remote",
        "report",
        "resources",
        "reviews",
        "robots",
        "scheduled",
        "search",
        "settings",
        "share",
        "static",
        "sw",
        "tags",
        "unsubscribe",
        "v",
        "welcome",
        "well_known",
        "write",
    ]
)
STAFF = frozenset(
    [
        "abuse",
        "account",
        "accounts",
        "administrator",
        "admins",
        "all",
        "anonymous",
        "bot",
        "contact",
        "desk",
        "everyone",
        "fedisw",
        "guest",
        "help_desk",
        "hostmaster",
        "info",
        "instance",
        "legal",
        "mail",
        "moderation",
        "moderator",
        "moderators",
        "mods",
        "newsroom",
        "news_desk",
        "no_reply",
        "noreply",
        "nobody",
        "null",
        "official",
        "owner",
        "password",
        "postmaster",
        "privacy",
        "root",
        "safety",
        "security",
        "server",
        "service",
        "signin",
        "signup",
        "staff",
        "status",
        "support",
        "sysadmin",
        "system",
        "team",
        "undefined",
        "user",
        "users",
        "verifier",
        "webmaster",
        "www",
    ]
)
RESERVED = PATHS | STAFF
# What looks the same among the characters of local names (Unicode TS 39); a capital I, before letter case is dropped, too.
LOOKALIKES = (("1", "l"), ("0", "o"), ("rn", "m"), ("vv", "w"))
_DIGITS = {"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g"}
_LOOKALIKES = tuple(str.maketrans(_DIGITS | {"1": letter}) for letter in "li")
_STAFF_SQUEEZED = frozenset(re.sub(r"(.)\1+", r"\1", word) for word in ("admin", *STAFF))


def check_username(name: str, *, host_words: frozenset[str] = frozenset()) -> str:
    """The name as it is stored; Invalid when nobody may have it.

    Args:
        host_words: labels of our own host names, which are reserved too.
    """
    if not name:
        raise Invalid("username", "can't be blank", code="ERR_BLANK")
    if len(name) > MAX_NAME:
        raise Invalid("username", f"is too long (maximum is {MAX_NAME} characters)", code="ERR_TOO_LONG")
    if not NAME.fullmatch(name):
        raise Invalid("username", "must contain only letters, numbers and underscores")
    if is_reserved(name) or name.lower() in host_words:
        raise Invalid("username", "is reserved", code="ERR_RESERVED")
    return name


def looks_of(name: str) -> str:
    """What a local name looks like: two with the same looks could be taken for each other (federation, section 8.5)."""
    shown = name.replace("I", "l").lower()
    for seen, meant in LOOKALIKES:
        shown = shown.replace(seen, meant)
    return shown


_RESERVED_LOOKS = frozenset(map(looks_of, ("admin", *RESERVED)))


def shown_username(name: str) -> str:
    """A name of another server as it is stored and shown: what could be read as something else is written in punycode.

    Letters outside ASCII look like others (`а` is Cyrillic), and some turn the text around them; hosts are written
    alike (federation, section 8.5; security HTM-5).
    """
    return name if PLAIN_NAME.fullmatch(name) else f"xn--{name.encode('punycode', 'replace').decode('ascii')}"


def is_reserved(name: str) -> bool:
    """Whether a name, or one that looks like it, belongs to the server."""
    if looks_of(name) in _RESERVED_LOOKS:
        return True
    folded = name.lower()
    return folded in RESERVED or any(_looks_reserved(folded.translate(table).strip("_")) for table in _LOOKALIKES)


def _looks_reserved(plain: str) -> bool:
    return plain in RESERVED or re.sub(r"(.)\1+", r"\1", plain) in _STAFF_SQUEEZED
