"""Tokens on their way into a mail: sealed in the row of the job, so that nobody reads them in the database (AUT-7, LOG-1)."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

from fedisw.crypto.seal import Sealer, Unsealable
from fedisw.model.sealing import MAIL_ROW


def seal_for_mail(sealer: Sealer, token: str) -> str:
    """What a `SendMail` job carries instead of the token."""
    return urlsafe_b64encode(sealer.seal(token.encode("ascii"), row=MAIL_ROW)).decode("ascii")


def open_for_mail(sealer: Sealer, sealed: str) -> str:
    """The token again, when the mail is written; Unsealable for anything else."""
    try:
        return sealer.open(urlsafe_b64decode(sealed), row=MAIL_ROW).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise Unsealable("not a sealed token") from error
