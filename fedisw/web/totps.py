"""Secrets of authenticator apps, sealed for the row of their account (KEY-1)."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode

from aiohttp import web

from fedisw.crypto.seal import Unsealable
from fedisw.model.errors import Invalid
from fedisw.model.factors import Totp
from fedisw.model.sealing import totp_row
from fedisw.web.keys import SEALER


def sealed_secret(app: web.Application, account_id: int, secret: str) -> bytes:
    """What is stored of a secret."""
    return app[SEALER].seal(secret.encode("ascii"), row=totp_row(account_id))


def secret_of(app: web.Application, account_id: int, sealed: bytes) -> str:
    """The secret again; Unsealable when the value is another account's."""
    return app[SEALER].open(sealed, row=totp_row(account_id)).decode("ascii")


def secret_in(app: web.Application, totp: Totp) -> str:
    """The secret of a stored authenticator app."""
    return secret_of(app, totp.account_id, totp.secret_sealed)


def sealed_in_form(app: web.Application, account_id: int, text: str) -> str:
    """A secret that a page of ours carries until it is proved; Invalid for anything that we have not sealed for them."""
    try:
        return secret_of(app, account_id, urlsafe_b64decode(text))
    except (binascii.Error, ValueError, Unsealable) as error:
        raise Invalid("setup", "was not made here") from error
