"""The audit log shows every change that was made behind its back (MOD-5)."""

from __future__ import annotations

from secrets import token_bytes

import pytest
from sqlalchemy import bindparam, delete, update

from fedisw.services import audit
from fedisw.storage.db import Database, Tx
from fedisw.storage.statements import Command
from fedisw.storage.tables.moderation import audit_details, audit_log
from tests.support.factories import NOW, new_id

CHANGES = {
    "target": update(audit_log).where(audit_log.c.id == bindparam("key")).values(target="somebody else"),
    "actor": update(audit_log).where(audit_log.c.id == bindparam("key")).values(actor="nobody"),
    "details": update(audit_details).where(audit_details.c.audit_id == bindparam("key")).values(details=b"{}"),
    "removal": delete(audit_log).where(audit_log.c.id == bindparam("key")),
}


def _three_acts(tx: Tx) -> list[int]:
    ids = [new_id() for _ in range(3)]
    for at, audit_id in enumerate(ids):
        act = audit.Act(actor="cli", action="accounts.suspend", target=f"{at}", details={"reason": "spam"})
        audit.record(tx, act, audit_id=audit_id, salt=token_bytes(32), now=NOW)
    return ids


async def test_an_untouched_log_holds(db: Database) -> None:
    ids = await db.write(_three_acts)
    broken, last, _ = await db.read(audit.broken_row)
    assert (broken, last) == (None, ids[-1])


@pytest.mark.parametrize("change", CHANGES)
async def test_a_changed_row_is_found(db: Database, change: str) -> None:
    ids = await db.write(_three_acts)
    await db.write(lambda tx: tx.exec(Command(CHANGES[change]), key=ids[1]))
    broken, _, _ = await db.read(audit.broken_row)
    assert broken == (ids[2] if change == "removal" else ids[1])


async def test_erased_details_leave_the_chain_whole(db: Database) -> None:
    ids = await db.write(_three_acts)
    await db.write(
        lambda tx: tx.exec(Command(delete(audit_details).where(audit_details.c.audit_id == bindparam("key"))), key=ids[1])
    )
    assert (await db.read(audit.broken_row))[0] is None
