"""What has had its time: uploads that became nothing, copies of remote files, rows that are kept for a while only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, assert_never

from fedisw.jobs.chores import Chore, ComputeTrends, CountWeek, Sweep
from fedisw.jobs.running import Postpone
from fedisw.jobs.schedule import Periodic
from fedisw.jobs.work import PublishAccountDelete, PurgeAccount
from fedisw.media.store import MediaStore
from fedisw.model.media import RemoteFile
from fedisw.services import exporting, media, oauth, purging, registrations, settling
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import (
    applied,
    cards,
    crawls,
    deliveries,
    factors,
    hosts,
    idempotency,
    inbound,
    keys,
    mutes,
    portability,
    remote_files,
    replays,
    sessions,
    tombstones,
)
from fedisw.storage.queries import purging as purging_rows
from fedisw.tasks import profiles
from fedisw.tasks.house import House

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
UNUSED_UPLOADS = DAY  # MED-9
IDEMPOTENCY = DAY  # reliability, section 3.1
REPLAYS = timedelta(hours=26)  # twice the longest clock window (SIG-6)
INBOUND = timedelta(days=7)  # reliability, section 3.4
DEAD_INBOUND = timedelta(days=32)  # tried for a day at most, then a dead letter for 30
APPLIED = timedelta(days=30)
DELETED_KEYS = timedelta(days=31)  # the last erasure is tried for 30 (PRI-2)
RETIRED_KEYS = timedelta(days=8)  # an Update is tried for 7
SESSION_IDLE, SESSION_AGE = timedelta(days=14), timedelta(days=90)  # SES-1
UNUSED_CARDS = timedelta(days=30)
SILENT_HOSTS = timedelta(days=90)
CHUNK = 100  # rows a unit
PURGE_UNITS = 500  # of one run of the job; then it stands at the end of the line again
ANNOUNCED_FIRST = timedelta(seconds=30)

PLAN: Final = (
    Periodic(name="sweep.uploads", every=HOUR, job=Sweep(what=Chore.UPLOADS)),
    Periodic(name="sweep.copies", every=DAY, job=Sweep(what=Chore.COPIES)),
    Periodic(name="sweep.brief", every=HOUR, job=Sweep(what=Chore.BRIEF)),
    Periodic(name="sweep.doors", every=HOUR, job=Sweep(what=Chore.DOORS)),
    Periodic(name="count.week", every=HOUR, job=CountWeek()),
    Periodic(name="compute.trends", every=timedelta(minutes=10), job=ComputeTrends()),
    Periodic(name="sweep.profiles", every=DAY, job=Sweep(what=Chore.PROFILES)),
    Periodic(name="sweep.old", every=DAY, job=Sweep(what=Chore.OLD)),
)


async def sweep(house: House, job: Sweep) -> None:
    """Remove what has had its time; safe to run twice."""
    now = house.now()
    match job.what:
        case Chore.UPLOADS:
            while await house.db.write(media.remove_unused, before=now - UNUSED_UPLOADS, limit=CHUNK) == CHUNK:
                pass
        case Chore.COPIES:
            await _copies(house, now)
        case Chore.BRIEF:
            await _each(house.db, _BRIEF, now)
        case Chore.OLD:
            await _each(house.db, _OLD, now)
            while await house.db.write(settling.settle_some, now=now):
                pass
            await _archives(house)
            old_keys = await house.db.read(purging_rows.accounts_with_old_keys, before=now - DELETED_KEYS, told_before=now - DAY)
            await house.db.write(purging_rows.remove_keys, old_keys)
        case Chore.PROFILES:
            await profiles.look_again(house.db, now=now)
        case Chore.DOORS:
            await house.db.write(registrations.watch, settings=house.settings, now=now)
        case _:
            assert_never(job.what)


async def purge_account(db: Database, job: PurgeAccount, *, now: datetime) -> None:
    """Remove what a deleted account left behind; safe to run twice.

    Of ours only after the list of servers to tell was made: it is read from what is removed here.

    Raises:
        Postpone: that list is still being made.
    """
    key = PublishAccountDelete(account_id=job.account_id).key
    if key is not None and await db.read(purging_rows.is_waiting, key):
        raise Postpone(now + ANNOUNCED_FIRST)
    for _ in range(PURGE_UNITS):
        if not await db.write(purging.purge_some, account_id=job.account_id, now=now):
            return
    await db.write(_go_on, job)


def _go_on(tx: Tx, job: PurgeAccount) -> None:
    tx.enqueue(job)


Unit = Callable[[Tx, datetime], object]
_BRIEF: Final[tuple[Unit, ...]] = (
    lambda tx, now: replays.prune(tx, before=now - REPLAYS),
    lambda tx, now: idempotency.prune(tx, before=now - IDEMPOTENCY),
    lambda tx, now: mutes.prune(tx, now=now),
    lambda tx, now: factors.prune(tx, pending_before=now - HOUR, challenges_before=now - HOUR, changes_before=now - DAY),
    lambda tx, now: deliveries.give_up_dead(tx, since=now - 2 * HOUR, now=now),
)
_OLD: Final[tuple[Unit, ...]] = (
    lambda tx, now: applied.prune(tx, ids_before=now - APPLIED, withdrawn_before=now - YEAR),
    lambda tx, now: tombstones.prune(tx, before=now - YEAR),
    lambda tx, now: inbound.prune(tx, before=now - INBOUND, dead_before=now - DEAD_INBOUND),
    lambda tx, now: crawls.prune(tx, before=now - DAY),
    lambda tx, now: keys.prune_retired(tx, before=now - RETIRED_KEYS),
    lambda tx, now: hosts.prune(tx, before=now - SILENT_HOSTS),
    lambda tx, now: oauth.prune(tx, now=now),
    lambda tx, now: portability.remove_old(tx, before=now - exporting.KEPT),
    lambda tx, now: cards.prune(tx, before=now - UNUSED_CARDS),
    lambda tx, now: sessions.prune(tx, idle=now - SESSION_IDLE, oldest=now - SESSION_AGE),
)


async def _each(db: Database, units: tuple[Unit, ...], now: datetime) -> None:
    """One transaction each, so that none holds up other writers for long."""
    for unit in units:
        await db.write(unit, now)


async def _archives(house: House) -> None:
    """Files of copies that are not known any more: they had their week, or the person has left (PRI-1)."""
    folder = exporting.file_of(house.settings.data_dir, 0).parent
    there = await asyncio.to_thread(lambda: {int(file.stem): file for file in folder.glob("*.zip") if file.stem.isdecimal()})
    known = await house.db.read(portability.those_left, there)
    for archive_id in there.keys() - known:
        await asyncio.to_thread(there[archive_id].unlink, missing_ok=True)


async def _copies(house: House, now: datetime) -> None:
    """The store forgets by the time of last use that it keeps itself; the rows follow it."""
    unused_for = timedelta(days=house.settings.media.cache_days)
    await house.store.prune(now=now, unused_for=unused_for)
    while True:
        rows = await house.db.read(remote_files.unused_since, now - unused_for, limit=CHUNK)
        if not rows:
            return
        await house.db.write(_follow_store, await _known(house.store, rows), now=now)


async def _known(store: MediaStore, rows: list[RemoteFile]) -> list[tuple[str, datetime | None]]:
    """Each key with its last use, None for a file that is gone."""
    known = []
    for row in rows:
        found = await store.find([row.key])
        known.append((row.key, None if found is None else found.used_at))
    return known


def _follow_store(tx: Tx, known: list[tuple[str, datetime | None]], *, now: datetime) -> None:
    remote_files.remove(tx, [key for key, used_at in known if used_at is None])
    for key, used_at in known:
        if used_at is not None:
            remote_files.used(tx, key, at=now)
