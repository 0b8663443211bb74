"""The values of a new local account: its addresses and its keys. Pure, but making keys takes time: call it in a thread."""

from __future__ import annotations

from datetime import datetime

from fedisw.crypto import keys
from fedisw.crypto.keys import PrivateKey
from fedisw.crypto.seal import Sealer
from fedisw.model.accounts import Account, ActorKey, ActorType, KeyKind
from fedisw.model.urls import Origin, actor_uri


def new_person(origin: Origin, *, account_id: int, username: str, now: datetime) -> Account:
    """A person who has just joined; the name is checked by the caller (model/handles.py).

    Whom they follow and who follows them is hidden until they say otherwise: it may tell who their clients and colleagues are
    (federation, section 8.4).
    """
    uri = actor_uri(origin, account_id)
    return Account(
        id=account_id,
        username=username,
        host=None,
        uri=uri,
        url=f"{origin}/@{username}",
        actor_type=ActorType.PERSON,
        inbox_uri=f"{uri}/inbox",
        shared_inbox_uri=f"{origin}/inbox",
        outbox_uri=f"{uri}/outbox",
        followers_uri=f"{uri}/followers",
        following_uri=f"{uri}/following",
        featured_uri=f"{uri}/featured",
        hides_network=True,
        created_at=now,
        updated_at=now,
    )


def new_keys(account: Account, *, sealer: Sealer, now: datetime) -> tuple[ActorKey, ...]:
    """An RSA and an Ed25519 key for a local account, the private halves sealed; 0.1 s and more (federation, section 3.1)."""
    return (
        _key(account, "main-key", KeyKind.RSA, keys.generate_rsa(), sealer, now),
        _key(account, "ed25519-key", KeyKind.ED25519, keys.generate_ed25519(), sealer, now),
    )


def _key(account: Account, name: str, kind: KeyKind, private: PrivateKey, sealer: Sealer, now: datetime) -> ActorKey:
    key_id = f"{account.uri}#{name}"
    return ActorKey(
        key_id=key_id,
        account_id=account.id,
        kind=kind,
        public=keys.public_pem(private.public_key()),
        private_sealed=sealer.seal(keys.private_pem(private), row=key_id),
        created_at=now,
    )
