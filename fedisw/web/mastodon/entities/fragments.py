"""Rendered posts, kept (dependencies, section 3.4): bytes of everything that does not depend on who looks.

Keys are (post, revision) and (account, revision), so that nothing old can be served and nobody has to be told of a
change. What one person sees (flags, filters that match, polls with their votes) is appended to the bytes and never kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

import msgspec
from aiohttp import web

from fedisw.model.accounts import Account, Emoji
from fedisw.model.quotes import NOBODY, Quote, QuotePolicy, policy_of
from fedisw.model.statuses import Poll, Visibility
from fedisw.model.views import StatusView
from fedisw.storage.queries.timelines import Ref
from fedisw.text.filtering import searchable
from fedisw.web.mastodon.entities.account import account_entity
from fedisw.web.mastodon.entities.card import card_entity
from fedisw.web.mastodon.entities.filtered import FilterCache
from fedisw.web.mastodon.entities.recent import Recent
from fedisw.web.mastodon.entities.site import Site
from fedisw.web.mastodon.entities.status import body_entity, head_entity

MAX_BYTES: Final = 64 * 1024 * 1024
TEXT_BYTES: Final = 16 * 1024 * 1024
NO_MOVES: Final[Mapping[str, Account]] = {}
OVERHEAD: Final = 400  # bytes that an entry takes beside its texts
COUNTERS_FOR: Final = timedelta(minutes=5)  # how old the counters of a shown account may be; they do not raise its revision

_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusFragment:
    """A post: `head` and `body` are members of a JSON object without its braces; a boost has no body.

    `poll` is kept as a value, since its rendering depends on the time and on who looks. `card` are members, too: people
    are told more of it than callers without proof.
    """

    account_id: int
    head: bytes
    body: bytes = b""
    pinnable: bool = False
    poll: Poll | None = None
    quote: Quote | None = None
    card: bytes = b""
    quotable: QuotePolicy = NOBODY
    direct: bool = False
    emojis: tuple[Emoji, ...] = ()

    @property
    def size(self) -> int:
        """Bytes."""
        return OVERHEAD + len(self.head) + len(self.body) + len(self.card) + (500 if self.poll else 0)


@dataclass(slots=True, eq=False)
class Form:
    """How an account was shown, for as long as it was read alike; `outdated` once it had changed."""

    outdated: bool = False


@dataclass(slots=True, kw_only=True)
class AccountFragment:
    """An account as a JSON object, and when it was read."""

    body: bytes
    read_at: datetime
    form: Form = field(default_factory=Form)

    @property
    def size(self) -> int:
        """Bytes."""
        return OVERHEAD + len(self.body)


@dataclass(frozen=True, slots=True)
class _Folded:
    """What a post says, ready to be searched."""

    text: str

    @property
    def size(self) -> int:
        """Bytes."""
        return OVERHEAD + 2 * len(self.text)


class _Described(msgspec.Struct):
    """A file of a rendered post, as far as words can stand in it."""

    description: str | None = None


class _Said(msgspec.Struct):
    """A rendered post, as far as words can stand in it."""

    content: str = ""
    spoiler_text: str = ""
    media_attachments: list[_Described] = []


Fragment = StatusFragment | AccountFragment
Key = tuple[str, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """Fragments put together: `text` is a post with its author, of a boost with the boosted one, up to where what
    depends on who looks is appended.

    `key` and `shown` are of the post that is read, `ids` of the post and of what it boosts; `parts` is what it was made of.
    """

    text: bytes
    key: Key
    ids: tuple[int, ...]
    shown: StatusFragment
    parts: dict[Key, Fragment]
    accounts: tuple[AccountFragment, ...]

    @property
    def size(self) -> int:
        """Bytes, with the fragments that it holds on to."""
        return OVERHEAD + len(self.text) + self.shown.size

    @property
    def outdated(self) -> bool:
        """Whether one of its accounts was read anew and had changed."""
        return any(account.form.outdated for account in self.accounts)

    def holds(self, since: datetime) -> bool:
        """Whether its accounts are as they were last read, and that was after `since`."""
        return all(account.read_at > since and not account.form.outdated for account in self.accounts)


def status_key(status_id: int, revision: int) -> Key:
    """Key of a post or boost."""
    return "status", status_id, revision


def account_key(account_id: int, revision: int) -> Key:
    """Key of an account."""
    return "account", account_id, revision


def keys_of(refs: Iterable[Ref]) -> set[Key]:
    """All that posts of a timeline are put together from."""
    keys: set[Key] = set()
    for ref in refs:
        keys.add(("status", ref.id, ref.revision))
        keys.add(("account", ref.account_id, ref.account_revision))
        if ref.reblog_of_id is not None:
            keys.add(("status", ref.reblog_of_id, ref.reblog_revision or 0))
            keys.add(("account", ref.reblog_account_id or 0, ref.reblog_account_revision or 0))
    return keys


class Fragments:
    """The cache of a process. `peek` may be called on database threads; it changes nothing but the order of use.

    Args:
        site: addresses of this server.
        max_bytes: 0 keeps nothing.

    Attributes:
        filters: compiled filters of people, beside the posts.
    """

    def __init__(self, site: Site, *, max_bytes: int = MAX_BYTES) -> None:
        self.site = site
        self.filters = FilterCache()
        self._entries = Recent[Key, Fragment](max_bytes // 2)
        self._wholes = Recent[Ref, Whole](max_bytes // 2)
        self._texts = Recent[Key, _Folded](TEXT_BYTES if max_bytes else 0)  # only for those whom somebody's filters looked at
        self._lock = Lock()

    def peek(self, keys: Iterable[Key], *, now: datetime) -> dict[Key, Fragment]:
        """Those that are there; accounts whose counters are too old count as missing."""
        with self._lock:
            found = self._entries.find(keys)
        since = now - COUNTERS_FOR
        old = [key for key, entry in found.items() if isinstance(entry, AccountFragment) and entry.read_at <= since]
        for key in old:
            del found[key]
        return found

    def wholes(self, refs: Iterable[Ref], *, now: datetime) -> dict[Ref, Whole]:
        """Those that were put together before, as `peek`."""
        with self._lock:
            found = self._wholes.find(refs)
        since = now - COUNTERS_FOR
        return {ref: whole for ref, whole in found.items() if whole.holds(since)}

    def keep(self, entries: dict[Key, Fragment]) -> None:
        """Keep what was made."""
        with self._lock:
            for key, entry in entries.items():
                before = self._entries.put(key, entry)
                if isinstance(before, AccountFragment) and isinstance(entry, AccountFragment):
                    if before.body == entry.body:
                        entry.form = before.form
                    else:
                        before.form.outdated = True

    def keep_wholes(self, wholes: dict[Ref, Whole]) -> None:
        """Keep what was put together."""
        with self._lock:
            for ref, whole in wholes.items():
                self._wholes.put(ref, whole)

    def of_view(self, view: StatusView, *, now: datetime, moved: Mapping[str, Account] = NO_MOVES) -> dict[Key, Fragment]:
        """The fragments of a post that was read; `moved` has accounts that its people have moved to, by id on the wire."""
        status, account = view.status, view.account
        made: dict[Key, Fragment] = self.of_account(account, now=now, moved=moved)
        if view.reblog is not None:
            made[status_key(status.id, status.revision)] = StatusFragment(
                account_id=account.id, head=_members(head_entity(status))
            )
            return made | self.of_view(view.reblog, now=now, moved=moved)
        made[status_key(status.id, status.revision)] = StatusFragment(
            account_id=account.id,
            head=_members(head_entity(status)),
            body=_members(body_entity(view, self.site)),
            pinnable=status.visibility is not Visibility.DIRECT,
            quote=view.quote,
            card=b"" if view.card is None else _members(card_entity(view.card, self.site)),
            quotable=policy_of(status.quote_policy, status.visibility),
            direct=status.visibility is Visibility.DIRECT,
            poll=view.poll,
            emojis=status.emojis if view.poll else (),
        )
        return made

    def text_of(self, key: Key, shown: StatusFragment) -> str:
        """What a post says, folded, once a revision: text, content note, options of the poll, descriptions of its files."""
        known = self._texts.find([key]).get(key)
        if known is None:
            said = _said(b"{" + shown.body + b"}")
            options = shown.poll.options if shown.poll else ()
            files = (item.description or "" for item in said.media_attachments)
            known = _Folded(searchable(said.content, (said.spoiler_text, *options, *files)))
            self._texts.put(key, known)
        return known.text

    def of_account(self, account: Account, *, now: datetime, moved: Mapping[str, Account] = NO_MOVES) -> dict[Key, Fragment]:
        """The fragment of an account that was read; `moved` as for `of_view`."""
        body = _encode(account_entity(account, self.site, moved_to=moved.get(account.moved_to_uri)))
        return {account_key(account.id, account.revision): AccountFragment(body=body, read_at=now)}


_said: Final = msgspec.json.Decoder(_Said).decode


def _members(entity: msgspec.Struct) -> bytes:
    return _encode(entity)[1:-1]


FRAGMENTS: Final = web.AppKey("fragments", Fragments)
