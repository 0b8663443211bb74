"""What a peer answered, as a value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final

MAX_RETRY_AFTER: Final = timedelta(hours=24)  # reliability, section 3.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of a peer.

    Attributes:
        url: the URL that answered, after redirects.
        headers: read-only; names in any case.
        media_type: lower case, without parameters; empty if none was given.
        body: decoded; empty where nothing was read.
    """

    status: int
    url: str
    headers: Mapping[str, str]
    media_type: str
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300


@lru_cache(256)
def media_type_of(header: str) -> tuple[str, Mapping[str, str]]:
    """Media type in lower case and the parameters of a Content-Type header; an empty one if it has no `type/subtype`."""
    message = Message()
    message["Content-Type"] = header.replace("\r", "").replace("\n", "")
    essence, *parameters = message.get_params(failobj=[("", "")])
    kind = essence[0].strip().lower()
    if kind.count("/") != 1 or kind.startswith("/") or kind.endswith("/"):
        return "", {}
    return kind, {name.lower(): str(value) for name, value in parameters}


def is_kind(header: str, kinds: Collection[str]) -> bool:
    """Whether a Content-Type header names one of the allowed kinds.

    Args:
        header: value of the header, possibly empty.
        kinds: `type/subtype`, `type/*`, or `type/subtype;profile`, which asks for that word in the `profile` parameter.
    """
    essence, parameters = media_type_of(header)
    if not essence:
        return False
    family = essence.split("/")[0]
    if essence in kinds or f"{family}/*" in kinds:
        return True
    return any(f"{essence};{profile}" in kinds for profile in parameters.get("profile", "").split())


def retry_after(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """How long a peer asks us to wait: 0 seconds to 24 hours; None if it does not say, or not so that we can read it.

    Source: RFC 9110, section 10.2.3 (seconds or an HTTP date).
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=int(value)), MAX_RETRY_AFTER) if len(value) < 9 else MAX_RETRY_AFTER
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, IndexError, OverflowError):
        return None
    wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta()), MAX_RETRY_AFTER)
