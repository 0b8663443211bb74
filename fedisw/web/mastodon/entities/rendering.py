"""From fragments to the post that somebody gets: what depends on who looks is appended to what does not.

What is the same for everybody is put together once and kept (`Whole`); flags, filters that match, and polls with
their votes never are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

import msgspec

from fedisw.model.accounts import Emoji
from fedisw.model.statuses import Poll
from fedisw.model.views import Flags
from fedisw.storage.queries.timelines import Ref
from fedisw.web.mastodon.entities.filtered import Filters
from fedisw.web.mastodon.entities.fragments import (
    AccountFragment,
    Fragment,
    Fragments,
    Key,
    StatusFragment,
    Whole,
    keys_of,
    status_key,
)
from fedisw.web.mastodon.entities.poll import poll_entity
from fedisw.web.mastodon.entities.site import Site
from fedisw.web.mastodon.entities.status import flags_entity

_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Who looks, when, and what that person did; `viewer_id` is None for callers without proof."""

    viewer_id: int | None
    now: datetime
    flags: dict[int, Flags]
    votes: dict[int, tuple[int, ...]]
    filters: Filters | None = None


NOTHING_DONE: Final = Flags()
NO_POLL: Final = b',"poll":null'
NO_MATCH: Final = b"[]"


def assemble(ref: Ref, parts: dict[Key, Fragment]) -> Whole:
    """A post of a timeline, for everybody. KeyError when a part is missing: a fault of ours."""
    own, account = _parts(parts, ref.id, ref.revision, ref.account_id, ref.account_revision)
    if ref.reblog_of_id is None:
        return Whole(
            text=b"".join((b"{", own.head, b",", own.body, b',"account":', account.body, b',"reblog":null')),
            key=status_key(ref.id, ref.revision),
            ids=(ref.id,),
            shown=own,
            parts={key: parts[key] for key in keys_of((ref,))},
            accounts=(account,),
        )
    shown, author = _parts(
        parts, ref.reblog_of_id, ref.reblog_revision or 0, ref.reblog_account_id or 0, ref.reblog_account_revision or 0
    )
    text = (
        *(b"{", own.head, b",", shown.body, b',"account":', account.body, b',"reblog":'),
        *(b"{", shown.head, b",", shown.body, b',"account":', author.body, b',"reblog":null'),
    )
    return Whole(
        text=b"".join(text),
        key=status_key(ref.reblog_of_id, ref.reblog_revision or 0),
        ids=(ref.id, ref.reblog_of_id),
        shown=shown,
        parts={key: parts[key] for key in keys_of((ref,))},
        accounts=(account, author),
    )


def render(whole: Whole, fragments: Fragments, sight: Sight) -> bytes:
    """A post of a timeline for somebody, as JSON."""
    shown, boost = whole.shown, len(whole.ids) > 1
    flags = sight.flags.get(whole.ids[-1])
    own = shown.pinnable and shown.account_id == sight.viewer_id
    if shown.poll is None and sight.filters is None:
        return whole.text + _usual(sight.viewer_id is not None, flags, own, boost)
    poll = NO_POLL if shown.poll is None else b',"poll":' + _poll(shown.poll, shown.emojis, fragments.site, sight)
    if sight.viewer_id is None:
        return whole.text + _end(poll, poll, boost)
    matches = b',"filtered":' + _matches(whole, fragments, sight)
    inner, outer = _flags(flags or NOTHING_DONE, own), _flags(flags or NOTHING_DONE, False)
    return whole.text + _end(poll + inner + matches, poll + outer + matches, boost)


def _parts(
    parts: dict[Key, Fragment], status_id: int, revision: int, account_id: int, account_revision: int
) -> tuple[StatusFragment, AccountFragment]:
    status, account = parts["status", status_id, revision], parts["account", account_id, account_revision]
    if not isinstance(status, StatusFragment) or not isinstance(account, AccountFragment):
        raise TypeError("fragments are mixed up")
    return status, account


def _end(inner: bytes, outer: bytes, boost: bool) -> bytes:
    """What follows a text: once for a post, twice for a boost, which ends after the post that it boosts."""
    return inner + b"}" + outer + b"}" if boost else inner + b"}"


@lru_cache(maxsize=512)  # there are not more
def _usual(viewer: bool, flags: Flags | None, own: bool, boost: bool) -> bytes:
    """The end of a post without a poll, for people without filters and callers without proof."""
    if not viewer:
        return _end(NO_POLL, NO_POLL, boost)
    matches = b',"filtered":' + NO_MATCH
    inner, outer = _flags(flags or NOTHING_DONE, own), _flags(flags or NOTHING_DONE, False)
    return _end(NO_POLL + inner + matches, NO_POLL + outer + matches, boost)


def _matches(whole: Whole, fragments: Fragments, sight: Sight) -> bytes:
    """What the viewer's filters say of a post: a JSON list."""
    if sight.filters is None:
        return NO_MATCH
    text = fragments.text_of(whole.key, whole.shown) if sight.filters.reads_texts else ""
    return sight.filters.results(text, whole.ids, now=sight.now)


@lru_cache(maxsize=256)  # there are not more
def _flags(flags: Flags, pinnable: bool) -> bytes:
    return b"," + _encode(flags_entity(flags, pinnable=pinnable))[1:-1]


def _poll(poll: Poll, emojis: Sequence[Emoji], site: Site, sight: Sight) -> bytes:
    votes = sight.votes.get(poll.id, ())
    return _encode(poll_entity(poll, site, now=sight.now, viewer_id=sight.viewer_id, votes=votes, emojis=emojis))
