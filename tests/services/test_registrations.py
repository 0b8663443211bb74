"""Open doors that nobody looks after (AUT-12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from fedisw.config import RegistrationMode
from fedisw.model.accounts import Role
from fedisw.services import registrations
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import users
from fedisw.storage.statements import Query
from fedisw.storage.tables.jobs import jobs
from tests.support.factories import NOW, put_account
from tests.support.people import make_settings

MAILS = Query(bytes, select(jobs.c.payload).where(jobs.c.kind == "SendMail"))
WEEK = timedelta(days=7)


def put_staff(tx: Tx, role: Role = Role.MODERATOR, *, name: str = "mod") -> int:
    """Somebody who was here just now."""
    account = put_account(tx, name)
    users.replace(tx, replace(users.get(tx, account.id), role=role, last_active_at=NOW))
    return account.id


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN, Role.MODERATOR, Role.NONE])
async def test_open_doors_want_somebody_of_the_staff_within_a_week(db: Database, tmp_path: Path, role: Role) -> None:
    settings = make_settings(tmp_path, FEDISW_REGISTRATIONS_MODE="open")
    await db.write(put_staff, role)
    for later, mode in ((WEEK, RegistrationMode.OPEN), (WEEK + timedelta(seconds=1), RegistrationMode.APPROVAL)):
        counts = await db.read(registrations.settings_now, settings=settings, now=NOW + later)
        assert counts.registrations.mode is (RegistrationMode.APPROVAL if role is Role.NONE else mode)


@pytest.mark.parametrize("mode", ["closed", "approval", "invite"])
async def test_other_modes_stay_as_they_are(db: Database, tmp_path: Path, mode: str) -> None:
    settings = make_settings(tmp_path, FEDISW_REGISTRATIONS_MODE=mode)
    assert (await db.read(registrations.settings_now, settings=settings, now=NOW)) == settings
    await db.write(registrations.watch, settings=settings, now=NOW)
    assert await db.read(lambda tx: tx.all(MAILS)) == []


async def test_the_owner_is_told_once_each_time(db: Database, tmp_path: Path) -> None:
    settings = make_settings(tmp_path, FEDISW_REGISTRATIONS_MODE="open")
    owner = await db.write(put_staff, Role.OWNER, name="owner")
    for later, told in ((0, 0), (8, 1), (9, 1)):
        await db.write(registrations.watch, settings=settings, now=NOW + timedelta(days=later))
        assert len(await db.read(lambda tx: tx.all(MAILS))) == told

    def come_back(tx: Tx) -> None:
        users.touch(tx, owner, at=NOW + timedelta(days=10))

    await db.write(come_back)
    for later, told in ((11, 1), (18, 2)):
        await db.write(registrations.watch, settings=settings, now=NOW + timedelta(days=later))
        assert len(await db.read(lambda tx: tx.all(MAILS))) == told
