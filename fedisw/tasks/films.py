"""Films and sounds that people sent become what can be shown."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from fedisw.jobs.chores import ProcessMedia
from fedisw.media.films import Film, Films
from fedisw.media.keys import check_key
from fedisw.media.store import MediaStore
from fedisw.model.errors import Invalid, NotFound
from fedisw.model.media import Media, MediaState
from fedisw.services import media as services
from fedisw.storage.db import Database
from fedisw.storage.queries import media
from fedisw.tasks.house import House


async def process(house: House, job: ProcessMedia) -> None:
    """Do the work on one file; safe to run twice."""
    item = await house.db.read(media.find, job.media_id)
    if item is not None and item.state is MediaState.PROCESSING:
        await make_ready(house.db, house.store, house.films, item)


async def make_ready(db: Database, store: MediaStore, films: Films, item: Media) -> None:
    """Convert a file and note how that ended; what cannot be read is failed, not an error.

    Raises:
        Unreachable: the store or the program does not answer; another try may help.
    """
    try:
        kind = check_key(item.source_key)[1]
        async with _fetched(store, item.source_key) as path, films.convert(path, kind) as film:
            ready = _with(item, film)
            if film.picture is not None:
                await store.put(ready.preview_key, film.picture.preview.data)
            await store.put(ready.key, film.path)
    except (Invalid, NotFound):
        await db.write(services.fail, item=item)
    else:
        await db.write(services.finish, item=ready)


def _with(item: Media, film: Film) -> Media:
    contents, picture = film.contents, film.picture
    return replace(
        item,
        media_type=film.kind.media_type,
        preview_key="" if picture is None else item.preview_key,
        blurhash="" if picture is None else picture.blurhash,
        width=contents.width or None,
        height=contents.height or None,
        preview_width=None if picture is None else picture.preview.width,
        preview_height=None if picture is None else picture.preview.height,
        size=film.size,
        duration=contents.duration,
        frame_rate=contents.rate,
        bitrate=contents.bitrate,
    )


@asynccontextmanager
async def _fetched(store: MediaStore, key: str) -> AsyncIterator[Path]:
    """The file on our disk: where the store has it, or for a while beside it."""
    stored = await store.get(key)
    if stored.path is not None:
        yield stored.path
        return
    with tempfile.NamedTemporaryFile(prefix="source-") as file:
        async for chunk in store.read(key):
            await asyncio.to_thread(file.write, chunk)
        await asyncio.to_thread(file.flush)
        yield Path(file.name)
