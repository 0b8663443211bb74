"""Consent of people here to be recommended in collections of other servers (FEP-7aa9; federation, section 4.12)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from fedisw.jobs.consent import Answer, WithdrawFeature
from fedisw.model.accounts import Account
from fedisw.model.collections import FeatureConsent, may_feature
from fedisw.model.urls import Origin
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, blocks, features

STAMPS: Final = "/ap/features/"


def answer(
    tx: Tx, *, asker: Account, account_uri: str, collection_uri: str, request_uri: str, consent_id: int, now: datetime
) -> bool:
    """Somebody elsewhere wants to recommend one of ours: yes to who wants to be found, else no. False for nobody of ours."""
    account = accounts.find_by_uri(tx, account_uri)
    if account is None or not account.local or not account.usable:
        return False
    stamp = ""
    if may_feature(account) and not blocks.either(tx, account.id, asker.id):
        wanted = FeatureConsent(
            id=consent_id, account_id=account.id, asker_id=asker.id, collection_uri=collection_uri, created_at=now
        )
        given = features.put_once(tx, wanted)
        stamp = f"{Origin.of(account.uri)}{STAMPS}{given.id}" if given.asker_id == asker.id else ""
    tx.enqueue(
        Answer(
            account_id=account.id,
            asker_id=asker.id,
            agreed=bool(stamp),
            about=request_uri,
            request="FeatureRequest",
            object_uri=account_uri,
            instrument_uri=collection_uri,
            stamp=stamp,
        )
    )
    return True


def holds(tx: Tx, consent_id: int) -> tuple[FeatureConsent, Account] | None:
    """A consent that stands, and whose it is."""
    found = features.find(tx, consent_id)
    account = accounts.find(tx, found.account_id) if found is not None else None
    return (found, account) if found is not None and account is not None and may_feature(account) else None


def end_all(tx: Tx, account: Account) -> None:
    """Somebody here does not want to be found any more."""
    _withdraw(tx, features.remove_all(tx, account.id))


def end_for(tx: Tx, account: Account, asker: Account) -> None:
    """There is a block between the two."""
    _withdraw(tx, features.remove_of(tx, account.id, asker_id=asker.id))


def _withdraw(tx: Tx, ended: list[FeatureConsent]) -> None:
    for consent in ended:
        tx.enqueue(WithdrawFeature(account_id=consent.account_id, asker_id=consent.asker_id, consent_id=consent.id))
