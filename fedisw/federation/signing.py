"""The private keys of our own actors: opened once, kept in memory, and never handed out (KEY-1)."""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fedisw.crypto import keys, ldsig, proofs, signatures
from fedisw.crypto.keys import PrivateKey
from fedisw.crypto.ldsig import Normaliser
from fedisw.crypto.seal import Sealer
from fedisw.crypto.signatures import NOTHING, PLAIN, Knock
from fedisw.model.accounts import ActorKey, KeyKind
from fedisw.model.errors import NotFound
from fedisw.model.sealing import retired_row
from fedisw.model.urls import Origin
from fedisw.net.client import HeadersFor
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import accounts
from fedisw.storage.queries import keys as key_rows
from fedisw.vocab.names import ACTIVITY_JSON

MAX_KEYS: Final = 4_096  # opened keys in memory, a few kB each; the one longest unused goes first (LIM-3)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenKey:
    """A private key and the id under which its public half stands in the actor."""

    key_id: str
    key: PrivateKey

    def __repr__(self) -> str:
        return f"OpenKey({self.key_id})"


class SigningKeys:
    """Signs requests and documents in the name of local accounts. One a process, closed at its end.

    Args:
        db: where sealed keys are.
        sealer: opens them; the associated data is the key id.
        origin: ours; the instance actor is `{origin}/actor`.
        now: the clock that signatures carry.
        threads: how many sign at once; as many as there are processors if not given.
    """

    def __init__(
        self, *, db: Database, sealer: Sealer, origin: Origin, now: Callable[[], datetime], threads: int | None = None
    ) -> None:
        self._db, self._sealer, self._now = db, sealer, now
        self._instance_uri = f"{origin}/actor"
        self._open: OrderedDict[tuple[int, KeyKind], OpenKey] = OrderedDict()
        self._instance_id: int | None = None
        self._pool = ThreadPoolExecutor(max_workers=threads or os.cpu_count() or 1, thread_name_prefix="signing")

    async def signer(self, account_id: int | None, *, how: Knock = PLAIN) -> HeadersFor:
        """What signs GETs, each hop anew, as a local account or (None) as the instance actor.

        Made on the event loop, 0.8 ms each: fetches are few, and the URL of a further hop is not known before.

        Raises:
            NotFound: the account has no key.
        """
        key = await self._key_of(account_id)
        return partial(_get_headers, key=key, now=self._now, how=how)

    async def post_headers(
        self,
        account_id: int | None,
        *,
        url: str,
        body_sha256: bytes,
        how: Knock,
        more: Mapping[str, str] = NOTHING,
        announcing: str = "",
    ) -> Mapping[str, str]:
        """All headers of a signed POST, dated now, made in a thread.

        Args:
            more: fields besides, covered by a draft-cavage signature (federation, section 5.5).
            announcing: an activity that tells of new keys: the key before them signs it, as long as it is kept.

        Raises:
            NotFound: the account has no key.
            Invalid: `url` is no URL of a server.
        """
        former = await self._former(announcing) if announcing else None
        key = former or await self._key_of(account_id)
        make = partial(_post_headers, url=url, key=key, now=self._now(), body_sha256=body_sha256, how=how, more=more)
        return await asyncio.get_running_loop().run_in_executor(self._pool, make)

    async def key_id(self, account_id: int | None) -> str:
        """The id of the key that signs for an account, or (None) for the instance actor; NotFound if there is none."""
        return (await self._key_of(account_id)).key_id

    async def proved(self, account_id: int, document: Mapping[str, object]) -> dict[str, object]:
        """A document with its context, and with a proof by the account, made in a thread (federation, section 3.8).

        Raises:
            NotFound: the account has no Ed25519 key.
        """
        found = await self._key_of(account_id, KeyKind.ED25519)
        if not isinstance(found.key, Ed25519PrivateKey):
            raise NotFound("key", account_id)
        make = partial(proofs.make, document, key=found.key, key_id=found.key_id, now=self._now())
        return await asyncio.get_running_loop().run_in_executor(self._pool, make)

    async def ld_signed(self, account_id: int, document: Mapping[str, object], *, normaliser: Normaliser) -> dict[str, object]:
        """A document with its context, perhaps proved, and with a linked-data signature by the account.

        Raises:
            NotFound: the account has no key.
            Others as ldsig.sign.
        """
        found = await self._key_of(account_id)
        if not isinstance(found.key, RSAPrivateKey):
            raise NotFound("key", account_id)
        return await ldsig.sign(document, key=found.key, key_id=found.key_id, now=self._now(), normaliser=normaliser)

    def forget(self, account_id: int) -> None:
        """The keys were changed or destroyed: the next signature reads them again."""
        for kind in KeyKind:
            self._open.pop((account_id, kind), None)

    def close(self) -> None:
        """End the threads and forget all keys; calling twice does no harm."""
        self._open.clear()
        self._pool.shutdown(wait=True)

    async def _key_of(self, account_id: int | None, kind: KeyKind = KeyKind.RSA) -> OpenKey:
        """Of RSA keys every server reads the signatures (federation, section 3.1)."""
        found = account_id if account_id is not None else await self._instance()
        known = self._open.get((found, kind))
        if known is None:
            row = await self._db.read(_sealed_key, found, kind)
            known = await asyncio.get_running_loop().run_in_executor(self._pool, self._opened, row)
            self._open[found, kind] = known
            if len(self._open) > MAX_KEYS:
                self._open.popitem(last=False)
        self._open.move_to_end((found, kind))
        return known

    async def _former(self, activity_uri: str) -> OpenKey | None:
        row = await self._db.read(key_rows.retired, activity_uri)
        if row is None:
            return None
        pem = self._sealer.open(row.private_sealed, row=retired_row(row.activity_uri))
        return OpenKey(key_id=row.key_id, key=keys.load_private(pem))

    async def _instance(self) -> int:
        if self._instance_id is None:
            self._instance_id = await self._db.read(_id_of, self._instance_uri)
        return self._instance_id

    def _opened(self, row: ActorKey) -> OpenKey:
        pem = self._sealer.open(row.private_sealed or b"", row=row.key_id)
        return OpenKey(key_id=row.key_id, key=keys.load_private(pem))


def _id_of(tx: Tx, uri: str) -> int:
    account = accounts.find_by_uri(tx, uri)
    if account is None:
        raise NotFound("account", uri)
    return account.id


def _sealed_key(tx: Tx, account_id: int, kind: KeyKind) -> ActorKey:
    for key in key_rows.of_account(tx, account_id):
        if key.kind is kind and key.private_sealed is not None:
            return key
    raise NotFound("key", account_id)


def _get_headers(method: str, url: str, *, key: OpenKey, now: Callable[[], datetime], how: Knock) -> Mapping[str, str]:
    return signatures.sign(how, method=method, url=url, key_id=key.key_id, key=key.key, now=now())


def _post_headers(
    *, url: str, key: OpenKey, now: datetime, body_sha256: bytes, how: Knock, more: Mapping[str, str]
) -> Mapping[str, str]:
    return signatures.sign(
        how,
        method="POST",
        url=url,
        key_id=key.key_id,
        key=key.key,
        now=now,
        body_sha256=body_sha256,
        headers={"Content-Type": ACTIVITY_JSON, **more},
    )
