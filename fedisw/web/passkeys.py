"""What passkeys are bound to on this server; used where people sign in and where they settle their factors."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from fedisw.config import Settings
from fedisw.crypto.passkeys import Site


def site_of(settings: Settings) -> Site | None:
    """Host, origin and name for passkeys; None for an address without a name, to which browsers bind no passkeys."""
    host = settings.origin.host
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return Site(host=host, origin=str(settings.origin), name=settings.instance.name)
    return None


def challenge_key(settings: Settings) -> bytes:
    """What challenges are signed with."""
    return settings.secrets.session_key.key()


def person_number(settings: Settings, account_id: int) -> bytes:
    """What a passkey knows its person by: a number that leads nobody else to them."""
    return hmac.digest(challenge_key(settings), f"passkey person {account_id}".encode(), "sha256")
