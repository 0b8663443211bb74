"""The table of security section 6, row by row."""

from __future__ import annotations

import pytest

from fedisw.model.accounts import Reach
from fedisw.model.statuses import Visibility
from fedisw.model.visibility import ANONYMOUS, Audience, Reader, ReaderKind, Verdict, may_deliver, may_read, may_reblog, narrower

STRANGER = Reader(kind=ReaderKind.LOCAL)
FOLLOWER = Reader(kind=ReaderKind.LOCAL, follower=True)
MENTIONED = Reader(kind=ReaderKind.LOCAL, mentioned=True)
AUTHOR = Reader(kind=ReaderKind.LOCAL, author=True)
BLOCKED = Reader(kind=ReaderKind.LOCAL, follower=True, mentioned=True, blocked=True)
REMOTE = Reader(kind=ReaderKind.REMOTE)
REMOTE_FOLLOWER = Reader(kind=ReaderKind.REMOTE, follower=True)
REMOTE_MENTIONED = Reader(kind=ReaderKind.REMOTE, mentioned=True)
REMOTE_BLOCKED = Reader(kind=ReaderKind.REMOTE, follower=True, mentioned=True, blocked=True)
READERS = (ANONYMOUS, STRANGER, FOLLOWER, MENTIONED, AUTHOR, BLOCKED, REMOTE, REMOTE_FOLLOWER, REMOTE_MENTIONED, REMOTE_BLOCKED)
Y, S, N = Verdict.YES, Verdict.SIGN_IN, Verdict.NO

# anonymous, stranger, follower, mentioned, author, blocked, remote, its followers, its mentioned, its blocked
ROWS = [
    (Visibility.PUBLIC, False, Reach.PUBLIC, (Y, Y, Y, Y, Y, N, Y, Y, Y, N)),
    (Visibility.UNLISTED, False, Reach.PUBLIC, (Y, Y, Y, Y, Y, N, Y, Y, Y, N)),
    (Visibility.PUBLIC, False, Reach.FEDIVERSE, (S, Y, Y, Y, Y, N, Y, Y, Y, N)),
    (Visibility.UNLISTED, False, Reach.FEDIVERSE, (S, Y, Y, Y, Y, N, Y, Y, Y, N)),
    (Visibility.PUBLIC, True, Reach.PUBLIC, (N, Y, Y, Y, Y, N, N, N, N, N)),
    (Visibility.PUBLIC, False, Reach.MEMBERS, (N, Y, Y, Y, Y, N, N, N, N, N)),
    (Visibility.PRIVATE, False, Reach.PUBLIC, (N, N, Y, Y, Y, N, N, Y, Y, N)),
    (Visibility.PRIVATE, False, Reach.FEDIVERSE, (N, N, Y, Y, Y, N, N, Y, Y, N)),
    (Visibility.PRIVATE, True, Reach.PUBLIC, (N, N, Y, Y, Y, N, N, N, N, N)),
    (Visibility.PRIVATE, False, Reach.MEMBERS, (N, N, Y, Y, Y, N, N, N, N, N)),
    (Visibility.DIRECT, False, Reach.PUBLIC, (N, N, N, Y, Y, N, N, N, Y, N)),
    (Visibility.DIRECT, True, Reach.FEDIVERSE, (N, N, N, Y, Y, N, N, N, N, N)),
]


@pytest.mark.parametrize(("visibility", "local_only", "reach", "verdicts"), ROWS)
def test_each_row_of_the_table_holds_for_each_reader(
    visibility: Visibility, local_only: bool, reach: Reach, verdicts: tuple[Verdict, ...]
) -> None:
    audience = Audience(visibility=visibility, local_only=local_only, reach=reach)
    assert tuple(may_read(audience, reader) for reader in READERS) == verdicts


def test_what_stays_here_is_delivered_to_nobody() -> None:
    for visibility in Visibility:
        assert not may_deliver(Audience(visibility=visibility, local_only=True), REMOTE_MENTIONED)
        assert not may_deliver(Audience(visibility=visibility, reach=Reach.MEMBERS), REMOTE_FOLLOWER)


def test_a_boost_never_widens() -> None:
    assert may_reblog(Audience(visibility=Visibility.UNLISTED), own=False)
    assert may_reblog(Audience(visibility=Visibility.PRIVATE), own=True)
    assert not may_reblog(Audience(visibility=Visibility.PRIVATE), own=False)
    assert not may_reblog(Audience(visibility=Visibility.DIRECT), own=True)


def test_a_reply_is_not_wider_than_its_parent() -> None:
    assert narrower(Visibility.PUBLIC, Visibility.PRIVATE) is Visibility.PRIVATE
    assert narrower(Visibility.DIRECT, Visibility.UNLISTED) is Visibility.DIRECT
