"""What federation works with: this server as a peer of others, and the proof of who sent a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, Self

from fedisw.config import Settings
from fedisw.crypto.ldsig import Normaliser
from fedisw.crypto.signatures import NOTHING, PLAIN, Knock
from fedisw.federation.budget import RECURSION, Budget, Spent
from fedisw.federation.keycache import KeyCache
from fedisw.federation.newcomers import Newcomers
from fedisw.federation.pressure import Pressure
from fedisw.federation.seen import Readers
from fedisw.jobs.together import Together
from fedisw.model.accounts import Account, ActorKey
from fedisw.model.urls import Origin, same_origin
from fedisw.net.client import Client, HeadersFor
from fedisw.storage.db import Database


class KeyRing(Protocol):
    """The private keys of local actors: opened once, kept in memory, never handed out."""

    async def signer(self, account_id: int | None, *, how: Knock = PLAIN) -> HeadersFor:
        """What signs GETs, each hop anew, as a local account or (None) as the instance actor."""
        ...

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
        """All headers of a signed POST, `more` among them, dated now; signed in a thread."""
        ...

    async def key_id(self, account_id: int | None) -> str:
        """The id of the key that signs for an account, or (None) for the instance actor."""
        ...

    async def proved(self, account_id: int, document: Mapping[str, object]) -> dict[str, object]:
        """The document with a proof by the account; NotFound when it has no key for that."""
        ...

    async def ld_signed(self, account_id: int, document: Mapping[str, object], *, normaliser: Normaliser) -> dict[str, object]:
        """The document with a linked-data signature by the account; errors as ldsig.sign, NotFound without a key."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """This server among others; made by runtime.py, handed to every function of federation.

    `budget` and `depth` bound what one arrived activity may cause; without a budget nothing is counted.
    """

    db: Database
    client: Client
    new_id: Callable[[], int]
    now: Callable[[], datetime]
    origin: Origin
    account_domain: str
    settings: Settings
    keys: KeyRing
    normaliser: Normaliser = field(default_factory=Normaliser)
    public_keys: KeyCache = field(default_factory=KeyCache)
    pressure: Pressure = field(default_factory=Pressure)
    newcomers: Newcomers = field(default_factory=Newcomers)
    together: Together = field(default_factory=Together)
    readers: Readers = field(default_factory=Readers)
    budget: Budget | None = None
    depth: int = 0

    @property
    def own_hosts(self) -> frozenset[str]:
        """Authorities that are this server: in ids, and in handles (split domain)."""
        return frozenset({self.origin.authority, self.account_domain.lower()})

    def owns(self, uri: str) -> bool:
        """Whether an id was made here; such ids are looked up, never fetched (ING-5)."""
        return same_origin(uri, str(self.origin))

    def within(self, budget: Budget) -> Self:
        """The same server, bounded by `budget`."""
        return replace(self, budget=budget, depth=0)

    def deeper(self) -> Self:
        """One level further: what is fetched because of something fetched; Spent beyond the third."""
        if self.depth >= RECURSION:
            raise Spent("fetched too deep")
        return replace(self, depth=self.depth + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedSender:
    """Proof that a request was signed by this account; only `authenticate` makes one.

    `keys` are given when the account is not stored yet: both are stored together with what was sent.
    """

    account: Account
    keys: tuple[ActorKey, ...] = ()
    signature: bytes

    @property
    def stored(self) -> bool:
        """Whether the account is in the database; if not, its id is not used by anybody."""
        return not self.keys
