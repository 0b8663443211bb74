"""Who may read a post and where it may be delivered: the one decision (security VIS-1, table of section 6).

storage/queries/audience.py holds the same table as SQL; a test compares the two for every combination.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fedisw.model.accounts import Reach
from fedisw.model.statuses import Visibility

OPEN = frozenset({Visibility.PUBLIC, Visibility.UNLISTED})


class ReaderKind(StrEnum):
    """By which proof somebody asks."""

    ANONYMOUS = "anonymous"
    LOCAL = "local"
    REMOTE = "remote"


class Verdict(StrEnum):
    """`SIGN_IN` exists for one row only: reach `fediverse`, asked without proof. `NO` is answered with 404."""

    YES = "yes"
    SIGN_IN = "sign in"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """What a post says about its readers: its visibility, and what its author chose at this moment.

    `hides_unlisted`: unlisted posts are not shown to readers without proof (federation, section 2.3).
    """

    visibility: Visibility
    local_only: bool = False
    reach: Reach = Reach.PUBLIC
    hides_unlisted: bool = False

    @property
    def stays_here(self) -> bool:
        """Whether nothing of it may leave this server."""
        return self.local_only or self.reach is Reach.MEMBERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who asks, and how it stands to the post.

    For a remote reader the relations are those of any actor of the signing host that may pass the post on:
    `follower` means an accepted follower of the author lives there, `mentioned` that a mentioned actor does.
    """

    kind: ReaderKind
    author: bool = False
    follower: bool = False
    mentioned: bool = False
    blocked: bool = False


ANONYMOUS = Reader(kind=ReaderKind.ANONYMOUS)


def may_read(audience: Audience, reader: Reader) -> Verdict:
    """The verdict on one reader; suspended authors and hosts are decided before (ING-17).

    Source: security, section 6; a block in either direction hides both ways (VIS-3).
    """
    if reader.author and reader.kind is ReaderKind.LOCAL:
        return Verdict.YES
    if reader.blocked:
        return Verdict.NO
    if reader.kind is ReaderKind.REMOTE:
        return Verdict.YES if may_deliver(audience, reader) else Verdict.NO
    if reader.kind is ReaderKind.LOCAL:
        return Verdict.YES if _local_may_read(audience.visibility, reader) else Verdict.NO
    if audience.visibility not in OPEN or audience.stays_here:
        return Verdict.NO
    if audience.visibility is Visibility.UNLISTED and audience.hides_unlisted:
        return Verdict.NO
    return Verdict.YES if audience.reach is Reach.PUBLIC else Verdict.SIGN_IN


def may_deliver(audience: Audience, reader: Reader) -> bool:
    """Whether a post may be sent to, or fetched by, the server that `reader` stands for."""
    if audience.stays_here or reader.blocked:
        return False
    if audience.visibility in OPEN:
        return True
    if audience.visibility is Visibility.PRIVATE:
        return reader.follower or reader.mentioned
    return reader.mentioned


def _local_may_read(visibility: Visibility, reader: Reader) -> bool:
    if visibility in OPEN or reader.mentioned:
        return True
    return visibility is Visibility.PRIVATE and reader.follower


def narrower(first: Visibility, second: Visibility) -> Visibility:
    """The one of two that fewer people may read; a reply is not wider than its parent (VIS-5)."""
    order = (Visibility.DIRECT, Visibility.PRIVATE, Visibility.UNLISTED, Visibility.PUBLIC)
    return order[min(order.index(first), order.index(second))]


def may_reblog(audience: Audience, *, own: bool) -> bool:
    """Whether a post may be boosted by somebody who can read it (VIS-5)."""
    return audience.visibility in OPEN or (own and audience.visibility is Visibility.PRIVATE)
