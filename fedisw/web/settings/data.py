"""Copies of one's own data, and lists from other servers (security PRI-1, AUT-6)."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Final

import msgspec
from aiohttp import hdrs, web

from fedisw.i18n import later
from fedisw.model.errors import Conflict, Invalid, NotFound
from fedisw.services import exporting, importing
from fedisw.services.importing import Kind
from fedisw.storage.db import Tx
from fedisw.storage.queries import imports, portability
from fedisw.storage.queries.imports import Import
from fedisw.storage.queries.portability import Archive
from fedisw.web import answers, forms
from fedisw.web.frame import FormView
from fedisw.web.keys import DB, NEW_ID, NOW, SETTINGS, caller_of, translator_of
from fedisw.web.routes import Auth, Route
from fedisw.web.settings.places import settings_page

PAGE: Final = "/settings/data"
TOO_SOON: Final = later("You have made an archive in the last seven days.")
NAMES: Final = {
    "following_accounts": later("People you follow"),
    "lists": later("Lists"),
    "muted_accounts": later("People you mute"),
    "blocked_accounts": later("People you block"),
    "blocked_domains": later("Servers you block"),
    "bookmarks": later("Saved posts"),
}
PROBLEMS: Final = {
    ("kind", "ERR_INVALID"): later("Please choose what is in the file."),
    ("file", "ERR_BLANK"): later("This file has no lines that we can read."),
    ("file", "ERR_TOO_LONG"): later("This file is too long: at most 20,000 lines."),
    ("", "ERR_BUSY"): later("Another file is being read. Please wait until it is done."),
}
SHOWN: Final = 5  # of the newest imports
BODY_BYTES: Final = 1_310_720
PRIVATE: Final = "private, no-store"
MEGABYTE: Final = 1_000_000


async def show(request: web.Request) -> web.Response:
    """GET /settings/data"""
    return await _page(request, FormView())


async def ask(request: web.Request) -> web.Response:
    """POST /settings/data: have an archive made; once in seven days."""
    try:
        await request.app[DB].write(
            exporting.ask_for_archive,
            account_id=caller_of(request).account.id,
            archive_id=request.app[NEW_ID](),
            now=request.app[NOW](),
        )
    except Conflict:
        return await _page(request, FormView(problems={"": translator_of(request).gettext(TOO_SOON)}), status=422)
    return answers.see_other(PAGE)


async def download(request: web.Request) -> web.StreamResponse:
    """GET /settings/data/archives/{id}: the person's own, for a week; NotFound for every other one."""
    text = request.match_info["id"]
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise NotFound("archive", text)
    archive = await request.app[DB].read(
        exporting.own_archive, account_id=caller_of(request).account.id, archive_id=int(text), now=request.app[NOW]()
    )
    file = exporting.file_of(request.app[SETTINGS].data_dir, archive.id)
    if not await asyncio.to_thread(file.is_file):
        raise NotFound("archive", archive.id)
    return web.FileResponse(file, headers=_attached(f"{caller_of(request).account.username}.zip", "application/zip"))


async def as_csv(request: web.Request) -> web.Response:
    """GET /settings/data/{name}.csv"""
    name = request.match_info["name"]
    if name not in exporting.FILES:
        raise NotFound("file", name)
    domain = request.app[SETTINGS].account_domain
    rows = await request.app[DB].read(exporting.FILES[name], caller_of(request).account.id, domain)
    text = await asyncio.to_thread(exporting.as_csv, rows)
    return web.Response(body=text.encode(), headers=_attached(f"{name}.csv", "text/csv; charset=utf-8"))


class ImportForm(msgspec.Struct, kw_only=True):
    """A file of another server, what is in it, and whether it replaces what is here."""

    kind: str = ""
    file: str = ""
    mode: str = "merge"


async def bring(request: web.Request) -> web.Response:
    """POST /settings/data/imports: read at once, worked through in the background."""
    form = await forms.decode(request, ImportForm)
    try:
        if form.kind not in NAMES:
            raise Invalid("kind", "is not one of the choices")
        lines = await asyncio.to_thread(importing.lines_of, form.file)
        await request.app[DB].write(
            importing.begin,
            account_id=caller_of(request).account.id,
            kind=Kind(form.kind),
            lines=lines,
            replaces=form.mode == "overwrite",
            import_id=request.app[NEW_ID](),
            now=request.app[NOW](),
        )
    except (Invalid, Conflict) as error:
        field, code = (error.field, error.code) if isinstance(error, Invalid) else ("", "ERR_BUSY")
        problem = translator_of(request).gettext(PROBLEMS[field, code])
        return await _page(request, FormView(problems={field: problem}), status=422)
    return answers.see_other(PAGE)


def _attached(name: str, kind: str) -> dict[str, str]:
    return {
        hdrs.CONTENT_TYPE: kind,
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"',
        hdrs.CACHE_CONTROL: PRIVATE,
    }


async def _page(request: web.Request, form: FormView, *, status: int = 200) -> web.Response:
    now, words = request.app[NOW](), translator_of(request)
    archive, again_at, brought = await request.app[DB].read(_state, caller_of(request).account.id, now)
    there = archive is not None and archive.ready_at is not None and now - archive.created_at <= exporting.KEPT
    return settings_page(
        request,
        "settings/data.html",
        here="data",
        status=status,
        form=form,
        files=[(name, words.gettext(text)) for name, text in NAMES.items()],
        archive=archive,
        ready=there,
        ends=None if archive is None else archive.created_at + exporting.KEPT,
        megabytes=0 if archive is None else max(1, round(archive.size / MEGABYTE)),
        again_at=again_at,
        imports=[(words.gettext(NAMES[item.kind]), item) for item in brought],
    )


def _state(tx: Tx, account_id: int, now: datetime) -> tuple[Archive | None, datetime | None, list[Import]]:
    again_at = exporting.next_archive_at(tx, account_id=account_id, now=now)
    return portability.latest(tx, account_id), again_at, imports.latest(tx, account_id, limit=SHOWN)


FRESH: Final = Auth.session(recent=True)
ROUTES: Final = (
    Route("GET", PAGE, show, Auth.session()),
    Route("POST", PAGE, ask, FRESH),
    Route("POST", f"{PAGE}/imports", bring, FRESH, body=BODY_BYTES),
    Route("GET", f"{PAGE}/archives/{{id}}", download, FRESH),
    Route("GET", f"{PAGE}/{{name}}.csv", as_csv, FRESH),
)
