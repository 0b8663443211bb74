"""What the author of one post says of another: consent to an answer or boost, and who may do what."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update

from fedisw.model.statuses import Status
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.statuses import statuses

C = statuses.c
BY_APPROVAL = Query(Status, select(statuses).where(C.approval == bindparam("uri"), C.approval != "").limit(1))
SET = Command(update(statuses).where(C.id == bindparam("key")).values(approval=bindparam("approval"), revision=C.revision + 1))
SET_POLICY = Command(update(statuses).where(C.id == bindparam("key")).values(interaction_policy=bindparam("policy")))


def find(tx: Tx, uri: str) -> Status | None:
    """The answer or boost to which the author of the other post agreed by this document."""
    return tx.one(BY_APPROVAL, uri=uri)


def put(tx: Tx, status_id: int, approval: str) -> None:
    """Another state of the consent (Status.approval)."""
    tx.exec(SET, key=status_id, approval=approval)


def put_policy(tx: Tx, status_id: int, policy: str) -> None:
    """Who may answer, like and pass it on, in its stored form (model/policies.py)."""
    tx.exec(SET_POLICY, key=status_id, policy=policy)
