"""What streams show: posts and notifications as the one who listens may see them at that moment (VIS-11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from aiohttp import web

from fedisw.model.errors import NotFound
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import timelines
from fedisw.web.keys import DB, NOW
from fedisw.web.mastodon.entities.fragments import FRAGMENTS, Fragments
from fedisw.web.mastodon.notifications import entities, read_one
from fedisw.web.mastodon.posts import Eyes, Gathered, gather, rendered

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEntities:
    """Renders for listeners; made once an application."""

    db: Database
    fragments: Fragments
    now: Callable[[], datetime]

    @classmethod
    def of(cls, app: web.Application) -> LiveEntities:
        """For an application that has DB, NOW and FRAGMENTS."""
        return cls(db=app[DB], fragments=app[FRAGMENTS], now=app[NOW])

    async def status(self, status_id: int, *, viewer_id: int) -> bytes | None:
        """A post as JSON; None when this person may not read it or has muted those who say it."""
        gathered = await self.db.read(_status, status_id, self._eyes(viewer_id))
        posts = rendered(gathered, self.fragments)
        return bytes(posts[0]) if posts else None

    async def notification(self, notification_id: int, *, viewer_id: int) -> bytes | None:
        """A notification as JSON; None when it is not this person's, or not to be shown any more."""
        try:
            told = await self.db.read(read_one, notification_id, self._eyes(viewer_id))
        except NotFound:
            return None
        return _encode(entities(told, self.fragments)[0])

    def _eyes(self, viewer_id: int) -> Eyes:
        return Eyes(viewer_id=viewer_id, now=self.now(), fragments=self.fragments)


def _status(tx: Tx, status_id: int, eyes: Eyes) -> Gathered:
    return gather(tx, timelines.wanted_refs(tx, [status_id], eyes.viewer_id, now=eyes.now), eyes)
