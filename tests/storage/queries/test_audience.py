"""The SQL that decides who sees a post says the same as the table of the model, for every combination (VIS-1)."""

from __future__ import annotations

from itertools import product

import pytest

from fedisw.model.accounts import Account, Reach
from fedisw.model.relations import Block
from fedisw.model.statuses import Status, Visibility
from fedisw.model.visibility import ANONYMOUS, Audience, Reader, ReaderKind, Verdict, may_read
from fedisw.services import accounts as account_services
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import audience, blocks
from tests.support.factories import NOW, new_id, post, put_account, put_follow

COMBINATIONS = list(product(Visibility, (False, True), Reach))


def _viewers(tx: Tx, author: Account, host: str | None, prefix: str) -> dict[str, Account]:
    """People of one server, one for each relation to the author."""
    found = {
        name: put_account(tx, f"{prefix}{name}", host) for name in ("stranger", "follower", "mentioned", "blocked", "blocker")
    }
    put_follow(tx, found["follower"], author)
    put_follow(tx, found["blocked"], author)
    for by, of in ((author, found["blocked"]), (found["blocker"], author)):
        number = new_id()
        blocks.insert_once(tx, Block(id=number, account_id=by.id, target_id=of.id, uri=f"b:{number}", created_at=NOW))
    return found


def _post(tx: Tx, author: Account, visibility: Visibility, local_only: bool, mentioned: list[Account]) -> Status:
    return post(tx, author, visibility=visibility, local_only=local_only, mentioned=tuple(account.id for account in mentioned))


async def test_local_readers_and_callers_without_proof(db: Database) -> None:
    def unit(tx: Tx, visibility: Visibility, local_only: bool, reach: Reach) -> None:
        name = f"{visibility.value}{int(local_only)}{reach.value}"
        author = put_account(tx, f"author{name}", reach=reach)
        viewers = _viewers(tx, author, None, name)
        named = [viewers["mentioned"], viewers["blocked"], viewers["blocker"]]
        status = _post(tx, author, visibility, local_only, named)
        said = Audience(visibility=visibility, local_only=local_only, reach=reach)
        facts = {
            "stranger": Reader(kind=ReaderKind.LOCAL),
            "follower": Reader(kind=ReaderKind.LOCAL, follower=True),
            "mentioned": Reader(kind=ReaderKind.LOCAL, mentioned=True),
            "blocked": Reader(kind=ReaderKind.LOCAL, follower=True, mentioned=True, blocked=True),
            "blocker": Reader(kind=ReaderKind.LOCAL, mentioned=True, blocked=True),
        }
        for relation, reader in facts.items():
            seen = status.id in audience.readable(tx, [status.id], viewers[relation].id)
            assert seen == (may_read(said, reader) is Verdict.YES), (name, relation)
        assert audience.readable(tx, [status.id], author.id) == {status.id}
        anonymous = may_read(said, ANONYMOUS)
        assert (status.id in audience.readable(tx, [status.id], None)) == (anonymous is Verdict.YES)
        assert audience.verdict_for_remote(tx, status_id=status.id, host=None) is anonymous

    for combination in COMBINATIONS:
        await db.write(unit, *combination)


async def test_other_servers(db: Database) -> None:
    def unit(tx: Tx, visibility: Visibility, local_only: bool, reach: Reach) -> None:
        name = f"{visibility.value}{int(local_only)}{reach.value}"
        author = put_account(tx, f"author{name}", reach=reach)
        hosts = {relation: f"{relation}.{name}.test" for relation in ("stranger", "follower", "mentioned", "blocked")}
        people = {relation: put_account(tx, relation, host) for relation, host in hosts.items()}
        put_follow(tx, people["follower"], author)
        put_follow(tx, people["stranger"], author, accepted=False)
        number = new_id()
        blocks.insert_once(
            tx, Block(id=number, account_id=author.id, target_id=people["blocked"].id, uri=f"b:{number}", created_at=NOW)
        )
        status = _post(tx, author, visibility, local_only, [people["mentioned"], people["blocked"]])
        said = Audience(visibility=visibility, local_only=local_only, reach=reach)
        facts = {
            "stranger": Reader(kind=ReaderKind.REMOTE),
            "follower": Reader(kind=ReaderKind.REMOTE, follower=True),
            "mentioned": Reader(kind=ReaderKind.REMOTE, mentioned=True),
            "blocked": Reader(kind=ReaderKind.REMOTE, mentioned=True, blocked=True),
        }
        for relation, reader in facts.items():
            verdict = audience.verdict_for_remote(tx, status_id=status.id, host=hosts[relation], signer_id=people[relation].id)
            assert verdict is may_read(said, reader), (name, relation)

    for combination in COMBINATIONS:
        await db.write(unit, *combination)


@pytest.mark.parametrize("visibility", list(Visibility))
async def test_unlisted_posts_may_be_hidden_from_callers_without_proof(db: Database, visibility: Visibility) -> None:
    def unit(tx: Tx) -> None:
        ben = put_account(tx, "ben")
        for reach in Reach:
            author = put_account(tx, f"author{reach.value}", reach=reach, hides_unlisted=True)
            status = _post(tx, author, visibility, False, [])
            said = Audience(visibility=visibility, reach=reach, hides_unlisted=True)
            anonymous = may_read(said, ANONYMOUS)
            assert (status.id in audience.readable(tx, [status.id], None)) == (anonymous is Verdict.YES)
            assert audience.verdict_for_remote(tx, status_id=status.id, host=None) is anonymous
            seen = status.id in audience.readable(tx, [status.id], ben.id)
            assert seen == (may_read(said, Reader(kind=ReaderKind.LOCAL)) is Verdict.YES)
            far = audience.verdict_for_remote(tx, status_id=status.id, host="far.test")
            assert far is may_read(said, Reader(kind=ReaderKind.REMOTE))

    await db.write(unit)


async def test_posts_of_a_suspended_or_deleted_author_are_seen_by_nobody(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        status = post(tx, amy)
        assert audience.readable(tx, [status.id], ben.id) == {status.id}
        account_services.suspend(tx, account_id=amy.id, now=NOW)
        assert audience.readable(tx, [status.id], ben.id) == set()
        assert audience.readable(tx, [status.id], None) == set()
        assert audience.verdict_for_remote(tx, status_id=status.id, host="far.test") is Verdict.NO
        account_services.unsuspend(tx, account_id=amy.id)
        assert audience.readable(tx, [status.id], None) == {status.id}

    await db.write(unit)
