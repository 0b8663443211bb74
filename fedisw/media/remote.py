"""Copies of remote images (security MED-10): made safe like our own, kept under a keyed hash of their address."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from fedisw.media.images import Images, Processed, Rendition
from fedisw.media.keys import remote_key
from fedisw.media.probe import Kind
from fedisw.media.store import MediaStore, Stored
from fedisw.media.wire import Purpose

KINDS: Final = (Kind.JPEG, Kind.PNG, Kind.WEBP, Kind.GIF)  # what images.py makes, the most frequent first


class Part(StrEnum):
    """Which of the two renditions."""

    ORIGINAL = "original"
    PREVIEW = "preview"


class RemoteCopies:
    """What was fetched from elsewhere. Fetching is the caller's work; this part only keeps and finds."""

    def __init__(self, store: MediaStore, images: Images, *, secret: bytes) -> None:
        """Nothing is read yet.

        Args:
            store: where copies are kept, in its remote area.
            images: makes them safe.
            secret: 16 to 64 bytes that stay the same; names are made with it.
        """
        self._store, self._images, self._secret = store, images, secret

    async def find(self, url: str, *, purpose: Purpose, part: Part, now: datetime) -> Stored | None:
        """The copy if there is one; it counts as used now."""
        found = await self._store.find([self._key(url, kind, purpose, part) for kind in KINDS])
        if found is not None:
            await self._store.touch(found.key, now=now)
        return found

    async def add(self, url: str, data: bytes, *, purpose: Purpose) -> Processed:
        """Make safe what was fetched and keep both renditions.

        Raises:
            Invalid: not an image that we accept (see Images.process).
            Unreachable: the disk is too full to keep copies.
        """
        made = await self._images.process(data, purpose=purpose)
        for part, rendition in ((Part.ORIGINAL, made.original), (Part.PREVIEW, made.preview)):
            await self._put(url, rendition, purpose, part)
        return made

    async def _put(self, url: str, rendition: Rendition, purpose: Purpose, part: Part) -> None:
        await self._store.put(self._key(url, rendition.kind, purpose, part), rendition.data)

    def _key(self, url: str, kind: Kind, purpose: Purpose, part: Part) -> str:
        return remote_key(url, kind, part=f"{purpose}/{part}", secret=self._secret)
