"""Likes and reactions of one account: whatever comes and is taken back in whatever order, they are one like."""

from __future__ import annotations

from itertools import permutations

from fedisw.model.accounts import Account
from fedisw.model.notifications import NotificationType
from fedisw.model.paging import Page
from fedisw.model.reactions import Reaction
from fedisw.model.statuses import Status
from fedisw.services import interactions, purging, reactions
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import accounts, notifications, statuses
from fedisw.storage.queries import reactions as rows
from tests.security.arriving import ONE
from tests.support.factories import NOW, new_id, post, put_account

STEPS = ("+", "+🌱", "+:cat:", "-", "-🌱")  # nothing said is a plain like
CAT = "https://beta.test/cat.png"


def uri_of(status: Status, said: str) -> str:
    """The id of the activity that says it."""
    return f"https://beta.test/{status.id}/{said.encode().hex()}"


def step(tx: Tx, ben: Account, status: Status, said: str, *, sign: str, by_id: bool = True) -> bool:
    """Ben says something, or takes it back."""
    if sign == "-":
        uri = uri_of(status, said) if by_id else ""
        return interactions.undo_by_remote(tx, actor=ben, uri=uri, object_uri=status.uri, content=said)
    return interactions.favourite_by_remote(
        tx,
        account=ben,
        status_uri=status.uri,
        uri=uri_of(status, said),
        favourite_id=new_id(),
        now=NOW,
        content=said,
        picture=CAT if said == ":cat:" else "",
    )


def shown(tx: Tx, status: Status) -> set[str]:
    """What is shown below a post."""
    return {one.content for one in rows.counts(tx, [status.id])}


@ONE
async def test_in_every_order_the_like_lives_as_long_as_something_is_said(db: Database):
    def unit(tx: Tx) -> list[tuple[object, ...]]:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben", "beta.test")
        wrong: list[tuple[object, ...]] = []
        for number, order in enumerate(permutations(STEPS)):
            status, left = post(tx, amy), set[str]()
            for at in order:
                step(tx, ben, status, at[1:], sign=at[0], by_id=number % 2 == 0)
                (left.add if at[0] == "+" else left.discard)(at[1:])
            likes = statuses.get(tx, status.id).favourites_count
            if (likes, shown(tx, status)) != (int(bool(left)), left - {""}):
                wrong.append((order, likes, shown(tx, status)))
        told = [item.type for item in notifications.page(tx, amy.id, Page(limit=200), types=tuple(NotificationType), now=NOW)]
        assert len(told) == len(list(permutations(STEPS)))  # what stays is the cat, or the like after it was taken back
        return wrong

    assert await db.write(unit) == []


async def test_reactions_are_counted_by_what_they_say_and_bounded(db: Database):
    def unit(tx: Tx) -> None:
        amy, ben, gil = put_account(tx, "amy"), put_account(tx, "ben", "beta.test"), put_account(tx, "gil", "gamma.test")
        status = post(tx, amy)
        for number in range(reactions.MOST + 2):
            step(tx, ben, status, f":c{number}:", sign="+")
        assert not step(tx, ben, status, ":c0:", sign="+")
        step(tx, gil, status, ":c1:", sign="+")
        counts = rows.counts(tx, [status.id])
        assert (counts[0].content, counts[0].count, len(counts)) == (":c1:", 2, reactions.MOST)
        assert statuses.get(tx, status.id).favourites_count == 2

    await db.write(unit)


async def test_the_reactions_of_a_deleted_account_go_with_it(db: Database):
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben", "beta.test", deleted_at=NOW)
        status = post(tx, amy)
        rows.add(tx, _reaction(ben, status))
        assert accounts.get(tx, ben.id).deleted_at is not None
        while purging.purge_some(tx, account_id=ben.id, now=NOW):
            pass
        assert shown(tx, status) == set()

    await db.write(unit)


def _reaction(account: Account, status: Status) -> Reaction:
    return Reaction(
        id=new_id(), account_id=account.id, status_id=status.id, content="🌱", uri=uri_of(status, "🌱"), created_at=NOW
    )
