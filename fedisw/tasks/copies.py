"""Copies of remote images, fetched when the first reader wants one (security MED-10)."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Final
from weakref import WeakValueDictionary

from cachetools import TTLCache

from fedisw.config import FederationMode, Settings
from fedisw.media.links import Wanted
from fedisw.media.remote import Part, RemoteCopies
from fedisw.media.store import Stored
from fedisw.model.errors import FediswError, Invalid, NotFound, Unreachable
from fedisw.model.media import RemoteFile
from fedisw.model.moderation import Severity
from fedisw.model.urls import authority_of
from fedisw.net.client import Client
from fedisw.observe.logging import logger
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import domains, remote_files

SECONDS: Final = 30.0  # for fetching one file
AT_ONCE: Final = 8  # files
KINDS: Final = ("image/*", "application/octet-stream", "binary/octet-stream")  # what it is, the first bytes tell (MED-1)
ACCEPT: Final = "image/webp, image/png, image/jpeg, image/gif, image/*;q=0.8, */*;q=0.1"
BUSY: Final = frozenset({429, 500, 502, 503, 504})
REMEMBERED: Final = 10_000  # files that could not be had
FOR_NOW: Final = 3_600.0  # seconds that they are not asked for again

log = logger("media")


class Copier:
    """Finds copies and makes the missing ones, each once however many readers wait for it.

    Args:
        db: tells which servers' files are not wanted.
        client: fetches.
        copies: keeps.
        settings: `limits.image_bytes`, `federation.mode`.
        now: aware UTC.
    """

    def __init__(
        self, *, db: Database, client: Client, copies: RemoteCopies, settings: Settings, now: Callable[[], datetime]
    ) -> None:
        self._db, self._client, self._copies, self._settings, self._now = db, client, copies, settings, now
        self._places = asyncio.Semaphore(AT_ONCE)
        self._locks: WeakValueDictionary[Wanted, asyncio.Lock] = WeakValueDictionary()
        self._failed: TTLCache[str, None] = TTLCache(REMEMBERED, FOR_NOW)

    async def get(self, wanted: Wanted) -> Stored:
        """The copy of a remote image.

        Raises:
            NotFound: there is no such image, its server is not welcome, or it cannot be made safe.
            Unreachable: its server does not answer, or we have no room; there is no copy yet.
        """
        host = _host(wanted)
        if not await self._db.read(_is_welcome, host, mode=self._settings.federation.mode):
            raise NotFound("file", wanted.url)
        found = await self._find(wanted)
        if found is not None:
            return found
        async with self._alone(wanted):
            return await self._find(wanted) or await self._fetch(wanted, host)

    def _alone(self, wanted: Wanted) -> AbstractAsyncContextManager[None]:
        both = wanted._replace(part=Part.ORIGINAL)  # the two renditions are made together
        return self._locks.setdefault(both, asyncio.Lock())

    async def _find(self, wanted: Wanted) -> Stored | None:
        return await self._copies.find(wanted.url, purpose=wanted.purpose, part=wanted.part, now=self._now())

    async def _fetch(self, wanted: Wanted, host: str) -> Stored:
        if wanted.url in self._failed:
            raise NotFound("file", wanted.url)
        try:
            async with self._places:
                answer = await self._client.get(
                    wanted.url, accept=ACCEPT, kinds=KINDS, max_bytes=self._settings.limits.image_bytes, seconds=SECONDS
                )
                if answer.status in BUSY:
                    raise Unreachable(f"answered {answer.status}")
                if not answer.body:
                    raise Invalid("url", f"answered {answer.status}")
                await self._copies.add(wanted.url, answer.body, purpose=wanted.purpose)
        except Unreachable:
            raise
        except FediswError as error:
            self._failed[wanted.url] = None
            log.info("media.copy.refused", host=host, error=type(error).__name__)
            raise NotFound("file", wanted.url) from error
        await self._note(wanted, host)
        found = await self._find(wanted)
        if found is None:
            raise NotFound("file", wanted.url)
        return found

    async def _note(self, wanted: Wanted, host: str) -> None:
        """Remember whose file it is; the copy can be used without the row."""
        now, rows = self._now(), list[RemoteFile]()
        for part in Part:
            stored = await self._find(wanted._replace(part=part))
            if stored is not None:
                rows.append(
                    RemoteFile(
                        url_hash=_hash(wanted._replace(part=part)),
                        host=host,
                        key=stored.key,
                        media_type=stored.media_type,
                        size=stored.size,
                        fetched_at=now,
                        used_at=now,
                    )
                )
        try:
            await self._db.write(_put, rows)
        except Unreachable as error:
            log.warning("media.copy.not_noted", error=str(error))


def _host(wanted: Wanted) -> str:
    try:
        return authority_of(wanted.url)
    except Invalid as error:
        raise NotFound("file", wanted.url) from error


def _hash(wanted: Wanted) -> bytes:
    return hashlib.sha256(f"{wanted.purpose}/{wanted.part}\n{wanted.url}".encode()).digest()


def _is_welcome(tx: Tx, host: str, *, mode: FederationMode) -> bool:
    """Whether staff let files of this server in (MOD-1)."""
    if mode is FederationMode.OFF:
        return False
    rule = domains.rule_for(tx, host)
    if rule is None:
        return mode is FederationMode.OPEN
    if rule.reject_media or rule.severity is Severity.SUSPEND:
        return False
    return mode is FederationMode.OPEN or rule.allowed


def _put(tx: Tx, rows: list[RemoteFile]) -> None:
    for row in rows:
        remote_files.put(tx, row)
