"""Hearing of keys that a command changed while this process runs (security KEY-3)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Protocol

import structlog

from fedisw.config import read_master_keys
from fedisw.crypto.seal import Sealer
from fedisw.live import topics
from fedisw.live.bus import Bus

log = structlog.get_logger("fedisw.runtime")


class Memory(Protocol):
    """What keeps opened keys."""

    def forget(self, account_id: int) -> None:
        """The key of this account was replaced."""
        ...


class KeyWatch:
    """`await watch.run()` until `watch.stop()`.

    Args:
        bus: brings the signals of commands.
        keys: forgets keys that were replaced.
        sealer: learns a new master key from the secrets file.
    """

    def __init__(self, bus: Bus, keys: Memory, sealer: Sealer, secrets_file: Path) -> None:
        self._keys, self._sealer, self._file = keys, sealer, secrets_file
        self._news = bus.subscribe(topics.KEYS)

    async def run(self) -> None:
        """Take in what changes."""
        async for event in self._news:
            if isinstance(event.message, topics.ActorKeyChanged):
                self._keys.forget(event.message.account_id)
            elif isinstance(event.message, topics.MasterKeyChanged):
                await self._learn()

    async def _learn(self) -> None:
        found, problems = await asyncio.to_thread(read_master_keys, self._file)
        if problems:
            log.error("keys.unreadable", problems=problems)
            return
        key, *older = (secret.key() for secret in found)
        self._sealer.adopt(key, older=older)
        log.info("keys.learned")

    def stop(self) -> None:
        """End `run` at once."""
        self._news.close()
