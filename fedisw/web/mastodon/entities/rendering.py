"""From fragments to the post that somebody gets: what depends on who looks is appended to what does not.

What is the same for everybody is put together once and kept (`Whole`); flags, filters that match, and polls with
their votes never are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

import msgspec

from fedisw.model.accounts import Emoji
from fedisw.model.quotes import Approval, QuotePolicy
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
from fedisw.web.mastodon.entities.quote import UNSEEN, Quote, ShallowQuote, Standing, approval_entity, state_for
from fedisw.web.mastodon.entities.site import Site
from fedisw.web.mastodon.entities.status import flags_entity

_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Who looks, when, and what that person did; `viewer_id` is None for callers without proof.

    `quoted` has the posts that the shown ones quote, by id.
    """

    viewer_id: int | None
    now: datetime
    flags: dict[int, Flags]
    votes: dict[int, tuple[int, ...]]
    quoted: dict[int, Standing]
    filters: Filters | None = None


NOTHING_DONE: Final = Flags()
NO_POLL: Final = b',"poll":null'
NO_MATCH: Final = b"[]"
NO_QUOTE: Final = b',"quote":null'
NO_CARD: Final = b',"card":null'


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


Wholes = Mapping[Ref, Whole]


def render(whole: Whole, fragments: Fragments, sight: Sight, wholes: Wholes, *, inside: bool = False) -> bytes:
    """A post of a timeline for somebody, as JSON.

    Args:
        wholes: what is quoted is found here.
        inside: another post quotes it.
    """
    shown, boost = whole.shown, len(whole.ids) > 1
    flags, mine = sight.flags.get(whole.ids[-1]), shown.account_id == sight.viewer_id
    own, follows = shown.pinnable and mine, flags is not None and flags.follows
    approval = _approval(shown.quotable, sight.viewer_id is not None, mine and not shown.direct, follows)
    if shown.poll is None and shown.quote is None and not shown.card and sight.filters is None:
        return whole.text + _usual(sight.viewer_id is not None, flags, own, boost, approval)
    poll = NO_POLL if shown.poll is None else b',"poll":' + _poll(shown.poll, shown.emojis, fragments.site, sight)
    quote = _quote(shown, fragments, sight, wholes, inside=inside)
    shared = b"".join((quote, _card(shown, sight), poll, approval))
    if sight.viewer_id is None:
        return whole.text + _end(shared, shared, boost)
    matches = b',"filtered":' + _matches(whole, fragments, sight)
    inner, outer = _flags(flags or NOTHING_DONE, own), _flags(flags or NOTHING_DONE, False)
    return whole.text + _end(shared + inner + matches, shared + outer + matches, boost)


def _card(shown: StatusFragment, sight: Sight) -> bytes:
    """The preview of a page; nobody is named as its author, so nobody has to be told that they are not credited."""
    if not shown.card:
        return NO_CARD
    told = b"" if sight.viewer_id is None else b',"missing_attribution":false'
    return b"".join((b',"card":{', shown.card, told, b"}"))


def _quote(shown: StatusFragment, fragments: Fragments, sight: Sight, wholes: Wholes, *, inside: bool) -> bytes:
    """What a post quotes, as its viewer may see it; inside another one only by its id, so that nothing goes round in circles."""
    quote = shown.quote
    if quote is None:
        return NO_QUOTE
    state, ref = state_for(quote.state, quote.quoted_id, sight.quoted.get(quote.quoted_id or 0, UNSEEN))
    if inside:
        return b',"quote":' + _encode(ShallowQuote(state=state.value, quoted_status_id=str(ref.id) if ref else None))
    if ref is None:
        return b',"quote":' + _encode(Quote(state=state.value))
    quoted = msgspec.Raw(render(wholes[ref], fragments, sight, wholes, inside=True))
    return b',"quote":' + _encode(Quote(state=state.value, quoted_status=quoted))


@lru_cache(maxsize=512)  # there are hardly more
def _approval(policy: QuotePolicy, viewer: bool, own: bool, follows: bool) -> bytes:
    """Who may quote a post, and whether the viewer may."""
    verdict = policy.verdict(own=own, follows=follows) if viewer else Approval.DENIED
    return b',"quote_approval":' + _encode(approval_entity(policy, current_user=verdict.value))


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


@lru_cache(maxsize=2_048)  # there are hardly more
def _usual(viewer: bool, flags: Flags | None, own: bool, boost: bool, approval: bytes) -> bytes:
    """The end of a post without poll and quote, for people without filters and callers without proof."""
    shared = NO_QUOTE + NO_CARD + NO_POLL + approval
    if not viewer:
        return _end(shared, shared, boost)
    matches = b',"filtered":' + NO_MATCH
    inner, outer = _flags(flags or NOTHING_DONE, own), _flags(flags or NOTHING_DONE, False)
    return _end(shared + inner + matches, shared + outer + matches, boost)


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
