"""Polls as clients see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from fedisw.model.accounts import Emoji
from fedisw.model.statuses import Poll as PollValue
from fedisw.services.polls import ended
from fedisw.web.mastodon.entities.account import CustomEmoji, emoji_entity
from fedisw.web.mastodon.entities.site import Site, moment_or_none


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """An answer; without a count while the totals are hidden."""

    title: str
    votes_count: int | None


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    """mastodon-entities.md, section 2; the last two only for a person."""

    id: str
    expires_at: str | None
    expired: bool
    multiple: bool
    votes_count: int
    voters_count: int | None
    options: list[Option]
    emojis: list[CustomEmoji]
    voted: bool | UnsetType = UNSET
    own_votes: tuple[int, ...] | UnsetType = UNSET


def poll_entity(
    poll: PollValue, site: Site, *, now: datetime, viewer_id: int | None, votes: Sequence[int] = (), emojis: Sequence[Emoji] = ()
) -> Poll:
    """A poll for somebody.

    Args:
        viewer_id: who looks; None for a caller without proof.
        votes: what that person chose.
        emojis: those of the post; the ones that the answers use are told.
    """
    over = ended(poll, now=now)
    shown = over or not poll.hide_totals
    counts = poll.votes if shown else (None,) * len(poll.options)
    used = [emoji for emoji in emojis if any(f":{emoji.shortcode}:" in option for option in poll.options)]
    signed_in = viewer_id is not None
    return Poll(
        id=str(poll.id),
        expires_at=moment_or_none(poll.expires_at),
        expired=over,
        multiple=poll.multiple,
        votes_count=sum(poll.votes),
        voters_count=poll.voters_count,
        options=[Option(title=title, votes_count=count) for title, count in zip(poll.options, counts, strict=True)],
        emojis=[emoji_entity(emoji, site) for emoji in used],
        voted=bool(votes) or poll.account_id == viewer_id if signed_in else UNSET,
        own_votes=tuple(votes) if signed_in else UNSET,
    )
