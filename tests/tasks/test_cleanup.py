from __future__ import annotations

import os
from datetime import datetime, timedelta

import pytest
from sqlalchemy import bindparam, update

from fedisw.jobs.chores import Chore, ComputeTrends, CountWeek, Sweep
from fedisw.jobs.running import Postpone
from fedisw.jobs.work import PublishAccountDelete, PurgeAccount, RemoveFiles
from fedisw.media.keys import new_key, remote_key
from fedisw.media.probe import Kind
from fedisw.model.accounts import ActorKey, KeyKind
from fedisw.model.jobs import JobState
from fedisw.model.media import Media, MediaKind, RemoteFile
from fedisw.model.oauth import Session
from fedisw.model.peers import Tombstone
from fedisw.model.relations import Mute
from fedisw.services import accounts as account_services
from fedisw.services import media
from fedisw.storage.db import Tx
from fedisw.storage.queries import idempotency, keys, mutes, remote_files, replays, sessions, statuses, tombstones
from fedisw.storage.queries import media as files
from fedisw.storage.statements import Command
from fedisw.storage.tables.jobs import jobs as jobs_table
from fedisw.tasks import cleanup, jobs
from fedisw.tasks.house import House
from tests.support.clock import Clock
from tests.support.factories import new_id, post, put_account
from tests.support.jobs import all_jobs

DAY = timedelta(days=1)
DONE = Command(
    update(jobs_table)
    .where(jobs_table.c.key == bindparam("key"))
    .values(state=JobState.DONE, finished_at=bindparam("finished_at"))
)


async def test_uploads_that_became_nothing_go_after_a_day(house: House, clock: Clock) -> None:
    def uploads(tx: Tx) -> tuple[int, str, int, int]:
        amy = put_account(tx)
        made = []
        for _ in range(2):
            item = Media(id=new_id(), account_id=amy.id, kind=MediaKind.IMAGE, key=new_key(Kind.PNG), created_at=clock())
            media.begin_upload(tx, item=item)
            media.end_upload(tx, media_id=item.id)
            made.append(item)
        post(tx, amy, media_ids=(made[1].id,))
        return amy.id, made[0].key, made[0].id, made[1].id

    owner, key, loose, attached = await house.db.write(uploads)
    clock.now += timedelta(hours=23)
    await jobs.run(house, Sweep(what=Chore.UPLOADS))
    assert len(await house.db.read(files.owned, [loose, attached], account_id=owner)) == 2
    clock.now += timedelta(hours=2)
    for _ in range(2):
        await jobs.run(house, Sweep(what=Chore.UPLOADS))
    assert [item.id for item in await house.db.read(files.owned, [loose, attached], account_id=owner)] == [attached]
    assert [row.payload for row in await all_jobs(house.db) if row.kind == "RemoveFiles"] == [RemoveFiles(keys=(key,)).encode()]


async def test_copies_that_nobody_looks_at_go_with_their_rows(house: House, clock: Clock) -> None:
    old, used = (remote_key(f"https://far.test/{n}", Kind.PNG, part="x", secret=b"s" * 16) for n in range(2))
    for key in (old, used):
        await house.store.put(key, b"bytes")
        await _touch(house, key, clock())
        row = RemoteFile(
            url_hash=key.encode(), host="far.test", key=key, media_type="image/png", size=5, fetched_at=clock(), used_at=clock()
        )
        await house.db.write(remote_files.put, row)
    clock.now += timedelta(days=20)
    await _touch(house, used, clock())
    for _ in range(2):
        await jobs.run(house, Sweep(what=Chore.COPIES))
    assert await house.store.find([old]) is None
    assert await house.store.find([used]) is not None
    rows = await house.db.read(remote_files.unused_since, clock() + DAY)
    assert [(row.key, row.used_at) for row in rows] == [(used, clock())]


async def test_rows_that_are_kept_for_a_while_go_when_it_is_over(house: House, clock: Clock) -> None:
    def rows(tx: Tx) -> int:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        replays.add(tx, b"r", now=clock())
        idempotency.claim(tx, account_id=amy.id, key="k", body_hash=b"h", status_id=1, now=clock())
        mutes.put(
            tx,
            Mute(id=new_id(), account_id=amy.id, target_id=ben.id, expires_at=clock() + timedelta(hours=1), created_at=clock()),
        )
        tombstones.add(tx, Tombstone(uri="https://far.test/1", account_id=None, former_type="Note", deleted_at=clock()))
        tombstones.add(tx, Tombstone(uri="https://home.test/1", account_id=amy.id, former_type="Note", deleted_at=clock()))
        session = Session(
            token_hash=b"t",
            id=1,
            account_id=amy.id,
            csrf=b"",
            user_agent="",
            address="",
            created_at=clock(),
            seen_at=clock(),
            login_at=clock(),
        )
        sessions.add(tx, session)
        return amy.id

    def still_there(tx: Tx, account_id: int) -> list[bool]:
        return [
            not replays.add(tx, b"r", now=clock()),
            idempotency.claim(tx, account_id=account_id, key="k", body_hash=b"h", status_id=1, now=clock()) is not None,
            tombstones.exists(tx, "https://far.test/1"),
            tombstones.exists(tx, "https://home.test/1"),
            sessions.holder(tx, b"t") is not None,
        ]

    amy = await house.db.write(rows)
    for chore in (Chore.BRIEF, Chore.OLD):
        await jobs.run(house, Sweep(what=chore))
    assert await house.db.write(still_there, amy) == [True] * 5
    clock.now += timedelta(days=2)
    for chore in (Chore.BRIEF, Chore.OLD):
        await jobs.run(house, Sweep(what=chore))
    assert await house.db.write(still_there, amy) == [False, False, True, True, True]
    clock.now += timedelta(days=400)
    for chore in (Chore.BRIEF, Chore.OLD, Chore.OLD):
        await jobs.run(house, Sweep(what=chore))
    assert (await house.db.write(still_there, amy))[2:] == [False, True, False]


async def test_a_person_is_purged_only_when_the_servers_to_tell_are_listed(house: House, clock: Clock) -> None:
    def leave(tx: Tx) -> int:
        amy = put_account(tx)
        post(tx, amy)
        account_services.delete_local_account(tx, account_id=amy.id, now=clock())
        return amy.id

    amy = await house.db.write(leave)
    with pytest.raises(Postpone):
        await jobs.run(house, PurgeAccount(account_id=amy))
    assert len(await house.db.read(statuses.ids_of, amy)) == 1
    await house.db.write(_end, PublishAccountDelete(account_id=amy).key)
    for _ in range(2):
        await jobs.run(house, PurgeAccount(account_id=amy))
    assert await house.db.read(statuses.ids_of, amy) == []


async def test_a_long_purge_makes_room_for_others(house: House, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleanup, "PURGE_UNITS", 1)

    def leave(tx: Tx) -> int:
        eve = put_account(tx, "eve", "far.test")
        account_services.delete_remote_account(tx, account_id=eve.id, now=clock())
        post(tx, eve)
        return eve.id

    eve = await house.db.write(leave)
    before = len(await all_jobs(house.db))
    await jobs.run(house, PurgeAccount(account_id=eve))
    assert [row.kind for row in (await all_jobs(house.db))[before:]] == ["PurgeAccount"]


async def test_the_key_of_a_deleted_person_goes_when_every_server_was_told_or_given_up(house: House, clock: Clock) -> None:
    def leave(tx: Tx) -> list[int]:
        gone, here, eve = put_account(tx, "amy"), put_account(tx, "ben"), put_account(tx, "eve", "far.test")
        for account in (gone, here, eve):
            key = ActorKey(
                key_id=f"{account.uri}#main-key",
                account_id=account.id,
                kind=KeyKind.RSA,
                public="",
                private_sealed=b"sealed" if account.local else None,
                created_at=clock(),
            )
            keys.add(tx, key)
        account_services.delete_local_account(tx, account_id=gone.id, now=clock())
        return [gone.id, here.id, eve.id]

    async def left() -> list[int]:
        return [len(await house.db.read(keys.of_account, account_id)) for account_id in ids]

    ids = await house.db.write(leave)
    clock.forward(days=30)
    await jobs.run(house, Sweep(what=Chore.OLD))
    assert await left() == [1, 1, 1]
    clock.forward(days=2)
    for _ in range(2):
        await jobs.run(house, Sweep(what=Chore.OLD))
    assert await left() == [0, 1, 1]


def test_every_sweep_is_planned() -> None:
    assert {entry.job for entry in cleanup.PLAN} == {*(Sweep(what=chore) for chore in Chore), CountWeek(), ComputeTrends()}


async def _touch(house: House, key: str, at: datetime) -> None:
    stored = await house.store.get(key)
    assert stored.path is not None
    os.utime(stored.path, (at.timestamp(), at.timestamp()))


def _end(tx: Tx, key: str) -> None:
    """As a worker would: the job with this key is done."""
    tx.exec(DONE, None, key=key, finished_at=tx.now())
