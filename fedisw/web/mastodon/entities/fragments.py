"""Rendered posts, kept (dependencies, section 3.4): bytes of everything that does not depend on who looks.

Keys are (post, revision) and (account, revision), so that nothing old can be served and nobody has to be told of a
change. What one person sees (flags, polls with their votes) is appended to the bytes and never kept.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

import msgspec
from aiohttp import web
from cachetools import LRUCache

from fedisw.model.accounts import Account, Emoji
from fedisw.model.statuses import Poll, Visibility
from fedisw.model.views import Flags, StatusView
from fedisw.storage.queries.timelines import Ref
from fedisw.web.mastodon.entities.account import account_entity
from fedisw.web.mastodon.entities.poll import poll_entity
from fedisw.web.mastodon.entities.site import Site
from fedisw.web.mastodon.entities.status import body_entity, flags_entity, head_entity

MAX_BYTES: Final = 64 * 1024 * 1024
OVERHEAD: Final = 400  # bytes that an entry takes beside its texts
COUNTERS_FOR: Final = timedelta(minutes=5)  # how old the counters of a shown account may be; they do not raise its revision

_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusFragment:
    """A post: `head` and `body` are members of a JSON object without its braces; a boost has no body.

    `poll` is kept as a value, since its rendering depends on the time and on who looks.
    """

    account_id: int
    head: bytes
    body: bytes = b""
    pinnable: bool = False
    poll: Poll | None = None
    emojis: tuple[Emoji, ...] = ()

    @property
    def size(self) -> int:
        """Bytes."""
        return OVERHEAD + len(self.head) + len(self.body) + (500 if self.poll else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFragment:
    """An account as a JSON object, and when it was read."""

    body: bytes
    read_at: datetime

    @property
    def size(self) -> int:
        """Bytes."""
        return OVERHEAD + len(self.body)


Fragment = StatusFragment | AccountFragment
Key = tuple[str, int, int]


def status_key(status_id: int, revision: int) -> Key:
    """Key of a post or boost."""
    return "status", status_id, revision


def account_key(account_id: int, revision: int) -> Key:
    """Key of an account."""
    return "account", account_id, revision


def keys_of(ref: Ref) -> list[Key]:
    """All that a post of a timeline is put together from."""
    keys = [status_key(ref.id, ref.revision), account_key(ref.account_id, ref.account_revision)]
    if ref.reblog_of_id is not None:
        keys.append(status_key(ref.reblog_of_id, ref.reblog_revision or 0))
        keys.append(account_key(ref.reblog_account_id or 0, ref.reblog_account_revision or 0))
    return keys


class Fragments:
    """The cache of a process. `peek` may be called on database threads; it changes nothing but the order of use.

    Args:
        site: addresses of this server.
        max_bytes: 0 keeps nothing.
    """

    def __init__(self, site: Site, *, max_bytes: int = MAX_BYTES) -> None:
        self.site = site
        self._entries: LRUCache[Hashable, Fragment] = LRUCache(max_bytes, getsizeof=lambda entry: entry.size)
        self._lock = Lock()

    def peek(self, refs: Iterable[Ref], *, now: datetime) -> dict[Key, Fragment]:
        """What is there for these posts; accounts whose counters are too old count as missing."""
        wanted = {key for ref in refs for key in keys_of(ref)}
        with self._lock:
            found = {key: entry for key in wanted if (entry := self._entries.get(key)) is not None}
        return {key: entry for key, entry in found.items() if _fresh(entry, now)}

    def keep(self, entries: dict[Key, Fragment]) -> None:
        """Keep what was used, the newest use last."""
        with self._lock:
            for key, entry in entries.items():
                if entry.size <= self._entries.maxsize:
                    self._entries[key] = entry

    def of_view(self, view: StatusView, *, now: datetime) -> dict[Key, Fragment]:
        """The fragments of a post that was read."""
        status, account = view.status, view.account
        made: dict[Key, Fragment] = self.of_account(account, now=now)
        if view.reblog is not None:
            made[status_key(status.id, status.revision)] = StatusFragment(
                account_id=account.id, head=_members(head_entity(status))
            )
            return made | self.of_view(view.reblog, now=now)
        made[status_key(status.id, status.revision)] = StatusFragment(
            account_id=account.id,
            head=_members(head_entity(status)),
            body=_members(body_entity(view, self.site)),
            pinnable=status.visibility is not Visibility.DIRECT,
            poll=view.poll,
            emojis=status.emojis if view.poll else (),
        )
        return made

    def of_account(self, account: Account, *, now: datetime) -> dict[Key, Fragment]:
        """The fragment of an account that was read."""
        body = _encode(account_entity(account, self.site))
        return {account_key(account.id, account.revision): AccountFragment(body=body, read_at=now)}


def _fresh(entry: Fragment, now: datetime) -> bool:
    return isinstance(entry, StatusFragment) or now - entry.read_at < COUNTERS_FOR


def _members(entity: msgspec.Struct) -> bytes:
    return _encode(entity)[1:-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Who looks, when, and what that person did; `viewer_id` is None for callers without proof."""

    viewer_id: int | None
    now: datetime
    flags: dict[int, Flags]
    votes: dict[int, tuple[int, ...]]


NOTHING_DONE: Final = Flags()


def render(ref: Ref, parts: dict[Key, Fragment], site: Site, sight: Sight) -> bytes:
    """A post of a timeline for somebody, as JSON. KeyError when a part is missing: a fault of ours."""
    own, account = _parts(parts, ref.id, ref.revision, ref.account_id, ref.account_revision)
    if ref.reblog_of_id is None:
        return _object(own.head, own.body, account, b"null", _appended(ref.id, own, site, sight))
    shown, author = _parts(
        parts, ref.reblog_of_id, ref.reblog_revision or 0, ref.reblog_account_id or 0, ref.reblog_account_revision or 0
    )
    inner = _object(shown.head, shown.body, author, b"null", _appended(ref.reblog_of_id, shown, site, sight))
    return _object(own.head, shown.body, account, inner, _appended(ref.reblog_of_id, shown, site, sight, boost=True))


def _parts(
    parts: dict[Key, Fragment], status_id: int, revision: int, account_id: int, account_revision: int
) -> tuple[StatusFragment, bytes]:
    status, account = parts[status_key(status_id, revision)], parts[account_key(account_id, account_revision)]
    if not isinstance(status, StatusFragment) or not isinstance(account, AccountFragment):
        raise TypeError("fragments are mixed up")
    return status, account.body


def _object(head: bytes, body: bytes, account: bytes, reblog: bytes, appended: bytes) -> bytes:
    return b"".join((b"{", head, b",", body, b',"account":', account, b',"reblog":', reblog, appended, b"}"))


def _appended(status_id: int, shown: StatusFragment, site: Site, sight: Sight, *, boost: bool = False) -> bytes:
    """What depends on who looks and when: poll and flags."""
    poll = b"null" if shown.poll is None else _poll(shown.poll, shown.emojis, site, sight)
    if sight.viewer_id is None:
        return b',"poll":' + poll
    pinnable = shown.pinnable and not boost and shown.account_id == sight.viewer_id
    flags = flags_entity(sight.flags.get(status_id, NOTHING_DONE), pinnable=pinnable)
    return b"".join((b',"poll":', poll, b",", _members(flags)))


def _poll(poll: Poll, emojis: Sequence[Emoji], site: Site, sight: Sight) -> bytes:
    votes = sight.votes.get(poll.id, ())
    return _encode(poll_entity(poll, site, now=sight.now, viewer_id=sight.viewer_id, votes=votes, emojis=emojis))


FRAGMENTS: Final = web.AppKey("fragments", Fragments)
