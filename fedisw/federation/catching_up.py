"""A server is back: what waited for it goes, oldest first (P-8)."""

from __future__ import annotations

from fedisw.federation.context import Peer
from fedisw.storage.queries import deliveries


async def catch_up(peer: Peer, host: str) -> None:
    """All deliveries that wait for a time are due now; 500 in a unit of work."""
    while await peer.db.write(deliveries.release, host, now=peer.now()) == deliveries.RELEASED:
        continue
