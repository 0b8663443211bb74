"""What background work of our own has in hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fedisw.config import Settings
from fedisw.crypto.seal import Sealer
from fedisw.media.films import Films
from fedisw.media.links import ProxyLinks
from fedisw.media.store import MediaStore
from fedisw.net.client import Client
from fedisw.storage.db import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """This server to itself; made by runtime.py. `db` is the slow lane (`Database.in_background`)."""

    db: Database
    store: MediaStore
    films: Films
    settings: Settings
    sealer: Sealer
    client: Client
    links: ProxyLinks
    now: Callable[[], datetime]
    new_id: Callable[[], int]

    @property
    def own_hosts(self) -> frozenset[str]:
        """Authorities that are this server, in handles too."""
        return frozenset({self.settings.origin.authority, self.settings.account_domain.lower()})
