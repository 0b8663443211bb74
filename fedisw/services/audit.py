"""What staff did, in a chain that shows every change made from inside (MOD-5).

Each row's hash covers the row before it and a keyed commitment to its details, so that details can be erased after
30 days and the chain still holds.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from fedisw.storage.db import Tx
from fedisw.storage.queries import audit
from fedisw.storage.queries.audit import Details, Row

START = b"\0" * 32
BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act of staff: who (`cli`, or an account's id), what (`accounts.suspend`), on what, and why."""

    actor: str
    action: str
    target: str
    details: dict[str, str]


def record(tx: Tx, act: Act, *, audit_id: int, salt: bytes, now: datetime) -> None:
    """Add an act to the log, in the transaction that does it.

    Args:
        audit_id: higher than that of every row before.
        salt: 32 random bytes; they key the commitment to the details.
    """
    text = msgspec.json.encode(act.details, order="deterministic")
    before = audit.last(tx)
    row = Row(
        id=audit_id,
        actor=act.actor,
        action=act.action,
        target=act.target,
        commitment=hmac.digest(salt, text, "sha256"),
        hash=START,
        created_at=now.replace(microsecond=now.microsecond // 1_000 * 1_000),  # as it is stored
    )
    chained = replace(row, hash=_hash(before.hash if before else START, row))
    audit.add(tx, chained, Details(audit_id=audit_id, details=text, salt=salt))


def _hash(before: bytes, row: Row) -> bytes:
    fields = (str(row.id), row.actor, row.action, row.target, row.created_at.isoformat())
    return hashlib.sha256(msgspec.json.encode([before, *fields, row.commitment])).digest()


def broken_row(tx: Tx, *, after: int = 0, before: bytes = START) -> tuple[int | None, int, bytes]:
    """Check one batch of the chain.

    Args:
        after: id of the last row that was checked, 0 to begin.
        before: its hash.

    Returns:
        (id of the first row that does not fit or None, id of the last row checked, its hash); the last id is `after`
        when there are no more.
    """
    rows = audit.page(tx, after=after, limit=BATCH)
    known = audit.details(tx, after=after, upto=rows[-1].id) if rows else {}
    for row in rows:
        details = known.get(row.id)
        fits = details is None or hmac.compare_digest(hmac.digest(details.salt, details.details, "sha256"), row.commitment)
        if not fits or row.hash != _hash(before, row):
            return row.id, row.id, row.hash
        after, before = row.id, row.hash
    return None, after, before
