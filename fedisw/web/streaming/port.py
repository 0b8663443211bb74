"""How streams get posts and notifications as clients see them; the client API's part does it, app.py brings both together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Protocol

from aiohttp import web

from fedisw.model.notifications import Notification
from fedisw.storage.db import Tx
from fedisw.storage.queries.timelines import Ref

Later = Callable[[], dict[int, str]]


class Showing(Protocol):
    """Reads inside a unit of work; what it gives back is called after it, on the event loop, and makes JSON by id."""

    def posts(self, tx: Tx, refs: Sequence[Ref], *, viewer_id: int, now: datetime) -> Later:
        """Posts that the viewer may read."""

    def conversations(self, tx: Tx, ids: Sequence[int], *, viewer_id: int, now: datetime) -> Later:
        """Conversations of the viewer of which something may be shown."""

    def announcements(self, tx: Tx, ids: Sequence[int], *, viewer_id: int, now: datetime) -> Later:
        """Announcements that are told now."""

    def notifications(self, tx: Tx, found: Sequence[Notification], *, viewer_id: int, now: datetime) -> Later:
        """Notifications of the viewer; those about a post that they may not read any more are left out (VIS-13)."""


SHOWING: Final = web.AppKey[Showing]("showing", Showing)
