"""A copy of everything of a person in one file: open formats, as others read them (PRI-1)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import orjson

from fedisw.federation.context import Peer
from fedisw.federation.represent import activity, actor, status
from fedisw.federation.represent.here import Here
from fedisw.jobs.own import MakeArchive
from fedisw.media.store import MediaStore
from fedisw.model.accounts import Account
from fedisw.model.errors import NotFound
from fedisw.services import exporting
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, keys, portability, statuses
from fedisw.vocab.context import with_context
from fedisw.vocab.read import Document

CHUNK: Final = 100  # posts read in one unit
FOLDER_MODE, FILE_MODE = 0o700, 0o600


async def make_archive(peer: Peer, store: MediaStore, job: MakeArchive) -> None:
    """Write the file beside its place, then put it there; a second run begins anew. Nothing for a person who has left."""
    archive = await peer.db.read(portability.find, job.archive_id)
    account = await peer.db.read(accounts.find, archive.account_id) if archive is not None else None
    if archive is None or archive.ready_at is not None or account is None or account.deleted_at is not None:
        return
    place = exporting.file_of(peer.settings.data_dir, archive.id)
    await asyncio.to_thread(place.parent.mkdir, mode=FOLDER_MODE, parents=True, exist_ok=True)
    half = place.with_suffix(".half")
    try:
        await _write(peer, store, account, half)
        size = await asyncio.to_thread(_put, half, place)
    finally:
        await asyncio.to_thread(half.unlink, missing_ok=True)
    await peer.db.write(portability.finish, archive.id, size=size, now=peer.now())


def _put(half: Path, place: Path) -> int:
    half.chmod(FILE_MODE)
    half.replace(place)
    return place.stat().st_size


async def _write(peer: Peer, store: MediaStore, account: Account, half: Path) -> None:
    files: list[str] = [key for picture in (account.avatar, account.header) for key in (picture.key,) if key]
    target = await asyncio.to_thread(_opened, half)
    with target:
        for name, text in (await peer.db.read(_small_files, account, peer)).items():
            await asyncio.to_thread(target.writestr, name, text)
        with target.open("outbox.json", "w", force_zip64=True) as outbox:
            async for part in _outbox(peer, account, files):
                await asyncio.to_thread(outbox.write, part)
        for key in dict.fromkeys(files):
            await _copy(target, store, key)


def _opened(half: Path) -> ZipFile:
    half.unlink(missing_ok=True)
    half.touch(mode=FILE_MODE)
    return ZipFile(half, "w", compression=ZIP_DEFLATED)


def _small_files(tx: Tx, account: Account, peer: Peer) -> dict[str, bytes | str]:
    here = Here.of(peer.settings)
    liked = exporting.readable(tx, portability.liked(tx, account.id), account.id)
    saved = exporting.readable(tx, portability.saved(tx, account.id), account.id)
    made: dict[str, bytes | str] = {
        "actor.json": orjson.dumps(actor.actor_document(account, keys.of_account(tx, account.id), here)),
        "likes.json": _list("likes.json", liked),
        "bookmarks.json": _list("bookmarks.json", saved),
    }
    for name, rows in exporting.FILES.items():
        made[f"{name}.csv"] = exporting.as_csv(rows(tx, account.id, peer.account_domain))
    return made


def _list(name: str, uris: list[str]) -> bytes:
    return orjson.dumps(with_context({"id": name, "type": "OrderedCollection", "orderedItems": [*uris]}))


async def _outbox(peer: Peer, account: Account, files: list[str]) -> AsyncIterator[bytes]:
    """The list of all posts and boosts, oldest first, piece by piece; adds the keys of their files to `files`."""
    head = orjson.dumps(with_context({"id": "outbox.json", "type": "OrderedCollection"}))
    yield head.removesuffix(b"}") + b',"orderedItems":['
    after, begun = 0, False
    while True:
        last, documents, keys_of_files = await peer.db.read(_posts, account.id, after, peer)
        files += keys_of_files
        for document in documents:
            yield (b"," if begun else b"") + orjson.dumps(with_context(document))
            begun = True
        if last is None:
            break
        after = last
    yield b"]}"


def _posts(tx: Tx, account_id: int, after: int, peer: Peer) -> tuple[int | None, list[Document], list[str]]:
    ids = statuses.ids_of(tx, account_id, after=after, limit=CHUNK)
    here, found = Here.of(peer.settings), status.load(tx, ids)
    documents = [
        activity.announce(item) if item.view.reblog is not None else status.create(item, here, now=peer.now()) for item in found
    ]
    files = [file.key for item in found if item.view.reblog is None for file in item.view.media if file.key]
    return ids[-1] if len(ids) == CHUNK else None, documents, files


async def _copy(target: ZipFile, store: MediaStore, key: str) -> None:
    """One picture or film, as it is; one that is gone is left out."""
    info = ZipInfo(f"media/{key}")
    info.compress_type = ZIP_STORED
    try:
        await store.get(key)
    except NotFound:
        return
    with target.open(info, "w", force_zip64=True) as file:
        async for part in store.read(key):
            await asyncio.to_thread(file.write, part)
