"""Polls and votes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_ignore

from fedisw.model.errors import NotFound
from fedisw.model.statuses import Poll, PollVote
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.statuses import poll_votes, polls

C, V = polls.c, poll_votes.c

BY_ID = Query(Poll, select(polls).where(C.id == bindparam("id")))
BY_IDS = Query(Poll, select(polls).where(IdIn(C.id, "ids")))
INSERT = Command(insert(polls))
CHANGE = Command(
    update(polls)
    .where(C.id == bindparam("key"))
    .values(
        {
            name: bindparam(name)
            for name in ("options", "votes", "multiple", "voters_count", "expires_at", "closed_at", "fetched_at")
        }
    )
)
REMOVE = Command(delete(polls).where(C.id == bindparam("id")))
ADD_VOTE = Command(
    insert_or_ignore(poll_votes).values({column.name: bindparam(column.name) for column in V}).on_conflict_do_nothing()
)
VOTES_OF = Query(PollVote, select(poll_votes).where(V.account_id == bindparam("account_id"), IdIn(V.poll_id, "ids")))
VOTERS = Query(int, select(V.account_id).where(V.poll_id == bindparam("poll_id")).distinct())
VOTER_COUNT = Query(int, select(func.count(V.account_id.distinct())).where(V.poll_id == bindparam("poll_id")))


def get(tx: Tx, poll_id: int) -> Poll:
    """The poll; NotFound."""
    found = tx.one(BY_ID, id=poll_id)
    if found is None:
        raise NotFound("poll", poll_id)
    return found


def by_ids(tx: Tx, ids: Iterable[int]) -> list[Poll]:
    """Those that exist."""
    wanted = list(ids)
    return tx.all(BY_IDS, ids=wanted) if wanted else []


def add(tx: Tx, poll: Poll) -> None:
    """Store a new poll."""
    tx.exec(INSERT, poll)


def change(tx: Tx, poll: Poll) -> None:
    """Store changed options, counts and ends."""
    tx.exec(
        CHANGE,
        key=poll.id,
        options=poll.options,
        votes=poll.votes,
        multiple=poll.multiple,
        voters_count=poll.voters_count,
        expires_at=poll.expires_at,
        closed_at=poll.closed_at,
        fetched_at=poll.fetched_at,
    )


def remove(tx: Tx, poll_id: int) -> None:
    """Take a poll away with its votes."""
    tx.exec(REMOVE, id=poll_id)


def add_vote(tx: Tx, vote: PollVote) -> bool:
    """Store a vote; False when it was cast before."""
    return tx.exec(ADD_VOTE, vote) == 1


def votes_of(tx: Tx, account_id: int, poll_ids: Sequence[int]) -> list[PollVote]:
    """What a person chose in these polls."""
    return tx.all(VOTES_OF, account_id=account_id, ids=list(poll_ids)) if poll_ids else []


def voters(tx: Tx, poll_id: int) -> list[int]:
    """Accounts that voted."""
    return tx.all(VOTERS, poll_id=poll_id)


def voters_count(tx: Tx, poll_id: int) -> int:
    """How many voted."""
    return tx.one(VOTER_COUNT, poll_id=poll_id) or 0
