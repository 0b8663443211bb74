"""Consent of people here to stand in collections of other servers."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.collections import FeatureConsent
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.collections import feature_consents

C = feature_consents.c
_OF = C.account_id == bindparam("account_id")
ADD = Command(insert(feature_consents).values({column.name: bindparam(column.name) for column in C}).on_conflict_do_nothing())
BY_ID = Query(FeatureConsent, select(feature_consents).where(C.id == bindparam("id")))
FOR = Query(FeatureConsent, select(feature_consents).where(_OF, C.collection_uri == bindparam("collection_uri")))
REMOVE_ALL = Query(FeatureConsent, delete(feature_consents).where(_OF).returning(*C))
REMOVE_OF = Query(FeatureConsent, delete(feature_consents).where(_OF, C.asker_id == bindparam("asker_id")).returning(*C))


def put_once(tx: Tx, consent: FeatureConsent) -> FeatureConsent:
    """Store it; the one that is there where somebody asked before."""
    tx.exec(ADD, consent)
    return tx.one(FOR, account_id=consent.account_id, collection_uri=consent.collection_uri) or consent


def find(tx: Tx, consent_id: int) -> FeatureConsent | None:
    """By id."""
    return tx.one(BY_ID, id=consent_id)


def remove_all(tx: Tx, account_id: int) -> list[FeatureConsent]:
    """Take all consent of a person back; what there was."""
    return tx.all(REMOVE_ALL, account_id=account_id)


def remove_of(tx: Tx, account_id: int, *, asker_id: int) -> list[FeatureConsent]:
    """The same for the collections of one asker."""
    return tx.all(REMOVE_OF, account_id=account_id, asker_id=asker_id)
