"""Files on their way into posts (mastodon-api.md, section 2.12; security MED)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final, TypedDict, TypeVar

import msgspec
from aiohttp import web

from fedisw.live.buckets import DAY, UPLOADING, Rule
from fedisw.media.films import Films
from fedisw.media.focus import Focus, parse_focus
from fedisw.media.images import Processed
from fedisw.media.keys import new_key
from fedisw.media.probe import Family, Kind
from fedisw.media.programs import UNREADABLE
from fedisw.media.receive import Upload
from fedisw.media.wire import Purpose
from fedisw.model.errors import Invalid
from fedisw.model.media import Media, MediaKind, MediaState
from fedisw.services import media as services
from fedisw.tasks.films import make_ready
from fedisw.web import answers, forms
from fedisw.web.keys import BUCKETS, DB, FILMS, IMAGES, NEW_ID, NOW, SETTINGS, STORE
from fedisw.web.mastodon.context import id_in, me, site_of
from fedisw.web.mastodon.entities.media import media_entity
from fedisw.web.routes import Auth, Route

BODY_BYTES: Final = 256 * 1024 * 1024  # file and thumbnail; the settings bound each by its kind
NO_FILE: Final = "Validation failed: File can't be blank"
WRONG_TYPE: Final = "Validation failed: File content type is invalid, File is invalid"
NOT_READABLE: Final = "File type of uploaded media could not be verified"
NOT_MADE: Final = "Error processing thumbnail for uploaded media"
ACCEPTED, WORKING = 202, 206

T = TypeVar("T")


class Said(TypedDict):
    """What a person says of a file, for its row."""

    description: str
    focus: Focus


class About(msgspec.Struct, kw_only=True):
    """What a person says of a file. A thumbnail is taken and left: images show themselves."""

    description: str | None = None
    focus: str | None = None
    thumbnail: Upload | None = None


class UploadForm(About, kw_only=True):
    """A file with what is said of it."""

    file: Upload | None = None


async def create(request: web.Request) -> web.Response:
    """POST /api/v2/media: pictures are ready when this answers; films and sounds are worked on (202)."""
    return await _create(request, wait=False)


async def create_and_wait(request: web.Request) -> web.Response:
    """POST /api/v1/media: the file is ready when this answers."""
    return await _create(request, wait=True)


async def _create(request: web.Request, *, wait: bool) -> web.Response:
    form = await _decoded(request, UploadForm)
    if form.file is None:
        raise Invalid("", NO_FILE)
    description, focus = _said(form)
    quota = Rule(name="upload-bytes", limit=request.app[SETTINGS].limits.upload_bytes_per_day, seconds=DAY)
    request.app[BUCKETS].take(quota, me(request).id, cost=form.file.size)
    said: Said = {"description": description or "", "focus": focus or Focus()}
    if form.file.kind.family is not Family.IMAGE:
        return await _film(request, form.file.path, form.file.kind, said, wait=wait)
    made = await _processed(request, form.file)
    if made.moves and request.app[FILMS].available:
        return await _film(request, made.original.data, Kind.GIF, said, wait=wait)
    item = _item(request, made, **said)
    await _keep(request, item, made)
    return answers.json(media_entity(item, site_of(request)))


async def _film(request: web.Request, source: bytes | Path, kind: Kind, said: Said, *, wait: bool) -> web.Response:
    """Look into a file, keep it as it came, and have it worked on."""
    films, db, store = request.app[FILMS], request.app[DB], request.app[STORE]
    if not films.available:
        raise Invalid("", WRONG_TYPE)
    if isinstance(source, Path):
        await _checked(films, source, kind)
    item = _unmade(request, kind, **said)
    await db.write(services.begin_upload, item=item)
    await store.put(item.source_key, source)
    if wait:
        await make_ready(db, store, films, item)
        done = await db.read(services.free_upload, media_id=item.id, account_id=item.account_id)
        if done.state is not MediaState.READY:
            raise Invalid("", NOT_READABLE)
        return answers.json(media_entity(done, site_of(request)))
    await db.write(services.hand_over, media_id=item.id)
    return answers.json(media_entity(replace(item, state=MediaState.PROCESSING), site_of(request)), status=ACCEPTED)


async def _checked(films: Films, path: Path, kind: Kind) -> None:
    try:
        await films.check(path, kind)
    except Invalid as error:
        raise Invalid("", NOT_READABLE if error.problem == UNREADABLE else error.problem) from error


def _unmade(request: web.Request, kind: Kind, *, description: str, focus: Focus) -> Media:
    """The row of a file that is worked on; the names of what it will become are fixed, so that nothing is ever left over."""
    made = Kind.MP3 if kind.family is Family.AUDIO else Kind.MP4
    what = MediaKind.GIFV if kind is Kind.GIF else MediaKind(made.family)
    return Media(
        id=request.app[NEW_ID](),
        account_id=me(request).id,
        kind=what,
        media_type=made.media_type,
        key=new_key(made),
        preview_key=new_key(Kind.JPEG),
        source_key=new_key(kind),
        description=description,
        focus_x=focus.x,
        focus_y=focus.y,
        created_at=request.app[NOW](),
    )


async def show(request: web.Request) -> web.Response:
    """GET /api/v1/media/{id}"""
    return _answer(request, await request.app[DB].read(services.free_upload, media_id=id_in(request), account_id=me(request).id))


async def change(request: web.Request) -> web.Response:
    """PUT /api/v1/media/{id}"""
    description, focus = _said(await _decoded(request, About))
    item = await request.app[DB].write(
        services.describe, media_id=id_in(request), account_id=me(request).id, description=description, focus=focus
    )
    return _answer(request, item)


async def delete(request: web.Request) -> web.Response:
    """DELETE /api/v1/media/{id}"""
    await request.app[DB].write(services.discard, media_id=id_in(request), account_id=me(request).id)
    return answers.json({})


async def _processed(request: web.Request, file: Upload) -> Processed:
    try:
        return await request.app[IMAGES].process(file.path, purpose=Purpose.ATTACHMENT)
    except Invalid as error:
        raise Invalid("", NOT_READABLE) from error


def _item(request: web.Request, made: Processed, *, description: str, focus: Focus) -> Media:
    """The row of a new file, with names that nobody can guess (MED-6)."""
    original, preview = made.original, made.preview
    key = new_key(original.kind)
    return Media(
        id=request.app[NEW_ID](),
        account_id=me(request).id,
        kind=MediaKind.IMAGE,
        media_type=original.media_type,
        key=key,
        preview_key=key if preview is original else new_key(preview.kind),
        description=description,
        blurhash=made.blurhash,
        width=original.width,
        height=original.height,
        preview_width=preview.width,
        preview_height=preview.height,
        focus_x=focus.x,
        focus_y=focus.y,
        size=original.size,
        created_at=request.app[NOW](),
    )


async def _keep(request: web.Request, item: Media, made: Processed) -> None:
    """The row first: what lies in the store without being ready is swept away after a day."""
    db, store = request.app[DB], request.app[STORE]
    await db.write(services.begin_upload, item=item)
    await store.put(item.key, made.original.data)
    if item.preview_key != item.key:
        await store.put(item.preview_key, made.preview.data)
    await db.write(services.end_upload, media_id=item.id)


def _answer(request: web.Request, item: Media) -> web.Response:
    if item.state is MediaState.FAILED:
        raise Invalid("", NOT_MADE)
    return answers.json(media_entity(item, site_of(request)), status=200 if item.state is MediaState.READY else WORKING)


async def _decoded(request: web.Request, form: type[T]) -> T:
    """The form, with the words that clients know for a file of a wrong kind."""
    try:
        return await forms.decode(request, form)
    except Invalid as error:
        raise Invalid("", WRONG_TYPE) if error.field in ("file", "thumbnail") else error from error


def _said(form: About) -> tuple[str | None, Focus | None]:
    description = None if form.description is None else services.check_description(form.description)
    return description, None if form.focus is None else parse_focus(form.focus)


WRITE: Final = Auth.user("write:media")
ROUTES: Final = (
    Route("POST", "/api/v2/media", create, WRITE, body=BODY_BYTES, rules=(UPLOADING,)),
    Route("POST", "/api/v1/media", create_and_wait, WRITE, body=BODY_BYTES, rules=(UPLOADING,)),
    Route("GET", "/api/v1/media/{id}", show, WRITE),
    Route("PUT", "/api/v1/media/{id}", change, WRITE, body=BODY_BYTES),
    Route("DELETE", "/api/v1/media/{id}", delete, WRITE),
)
