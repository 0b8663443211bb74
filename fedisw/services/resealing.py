"""Sealing everything anew under another master key (security KEY-3)."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

import msgspec

from fedisw.crypto.seal import Sealer
from fedisw.jobs.work import SendMail
from fedisw.model.sealing import MAIL_ROW, push_row, retired_row, totp_row
from fedisw.storage.db import Tx
from fedisw.storage.queries import sealed
from fedisw.storage.queries.sealed import Place

CHUNK: Final = 200  # values a unit


def reseal_some(tx: Tx, *, sealer: Sealer) -> int:
    """Seal some values anew that another key sealed; how many, 0 when there are none left.

    Raises:
        Unsealable: a value that none of the known keys opens; nothing was changed.
    """
    for place in sealed.PLACES:
        found = sealed.sealed_otherwise(tx, place, header=sealer.header, limit=CHUNK)
        for value in found:
            row = _row(place, value.key)
            sealed.put(tx, place, value.key, sealer.seal(sealer.open(value.value, row=row), row=row))
        if found:
            return len(found)
    return _reseal_mails(tx, sealer)


def _row(place: Place, key: str) -> str:
    if place is sealed.TOTPS:
        return totp_row(int(key))
    if place is sealed.PUSH:
        return push_row(int(key))
    return retired_row(key) if place is sealed.RETIRED_KEYS else key


def _reseal_mails(tx: Tx, sealer: Sealer) -> int:
    done = 0
    for row in sealed.waiting_mails(tx):
        mail = SendMail.decode(row.payload)
        token = urlsafe_b64decode(mail.token)
        if token and not sealer.is_current(token):
            again = urlsafe_b64encode(sealer.seal(sealer.open(token, row=MAIL_ROW), row=MAIL_ROW)).decode("ascii")
            sealed.put_mail(tx, row.id, msgspec.structs.replace(mail, token=again).encode())
            done += 1
    return done
