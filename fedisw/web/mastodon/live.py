"""Posts and notifications for streams: as the methods of the API show them, from the same cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from fedisw.model.notifications import Notification
from fedisw.storage.db import Tx
from fedisw.storage.queries import announcements, dialogues
from fedisw.storage.queries.timelines import Ref
from fedisw.web.mastodon.announcements import look_at
from fedisw.web.mastodon.conversations import entities as talk_entities
from fedisw.web.mastodon.conversations import talks
from fedisw.web.mastodon.entities.fragments import Fragments
from fedisw.web.mastodon.notifications import entities, told
from fedisw.web.mastodon.posts import Eyes, gather, rendered

Later = Callable[[], dict[int, str]]


class Live:
    """What web/streaming/port.py asks for."""

    def __init__(self, fragments: Fragments) -> None:
        self._fragments = fragments

    def posts(self, tx: Tx, refs: Sequence[Ref], *, viewer_id: int, now: datetime) -> Later:
        """Posts that the viewer may read, by id."""
        gathered = gather(tx, refs, self._eyes(viewer_id, now))

        def render() -> dict[int, str]:
            made = rendered(gathered, self._fragments)
            return {ref.id: bytes(raw).decode() for ref, raw in zip(gathered.refs, made, strict=True)}

        return render

    def conversations(self, tx: Tx, ids: Sequence[int], *, viewer_id: int, now: datetime) -> Later:
        """Conversations of the viewer by id, those of which something may be shown."""
        found = [one for one in (dialogues.find(tx, item, viewer_id=viewer_id, now=now) for item in ids) if one is not None]
        read = talks(tx, found, self._eyes(viewer_id, now))
        return lambda: {int(item.id): msgspec.json.encode(item).decode() for item in talk_entities(read, self._fragments)}

    def announcements(self, tx: Tx, ids: Sequence[int], *, viewer_id: int, now: datetime) -> Later:
        """Announcements that are told now, by id."""
        found = [one for one in (announcements.find(tx, item, now=now) for item in ids) if one is not None]
        shown = look_at(tx, found, self._eyes(viewer_id, now))
        return lambda: {int(item.id): msgspec.json.encode(item).decode() for item in shown}

    def notifications(self, tx: Tx, found: Sequence[Notification], *, viewer_id: int, now: datetime) -> Later:
        """Notifications of the viewer, by id; without those that tell of a post which may not be shown."""
        read = told(tx, found, self._eyes(viewer_id, now))
        return lambda: {int(item.id): msgspec.json.encode(item).decode() for item in entities(read, self._fragments)}

    def _eyes(self, viewer_id: int, now: datetime) -> Eyes:
        return Eyes(viewer_id=viewer_id, now=now, fragments=self._fragments)
