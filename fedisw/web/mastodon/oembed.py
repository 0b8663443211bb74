"""What other sites show when a post is linked there (mastodon-api.md, section 2.1): its text as a quotation, no script."""

from __future__ import annotations

from html import escape
from typing import Final

import msgspec
from aiohttp import web

from fedisw.model.accounts import Account
from fedisw.model.errors import NotFound
from fedisw.model.ids import id_of
from fedisw.model.statuses import Status
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, audience, statuses
from fedisw.text.sanitise import to_plain_text
from fedisw.web import answers, forms
from fedisw.web.keys import DB, SETTINGS
from fedisw.web.mastodon.context import FOR_EVERYBODY, site_of
from fedisw.web.routes import Auth, Route

WIDTH: Final = 400  # pixels
KEPT_FOR: Final = 86_400  # seconds


class Form(msgspec.Struct, kw_only=True):
    """What is asked: the address of a page of ours."""

    url: str
    maxwidth: int = WIDTH
    maxheight: int | None = None


class OEmbed(msgspec.Struct, frozen=True, kw_only=True):
    """mastodon-entities.md, section 5."""

    type: str = "rich"
    version: str = "1.0"
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    cache_age: int = KEPT_FOR
    html: str
    width: int
    height: int | None


async def get(request: web.Request) -> web.Response:
    """GET /api/oembed"""
    form, site = await forms.decode(request, Form), site_of(request)
    status, author = await request.app[DB].read(_open_post, form.url, site.origin)
    name = author.display_name or author.username
    text = escape(status.spoiler_text or to_plain_text(status.content))
    entity = OEmbed(
        author_name=name,
        author_url=site.profile_url(author),
        provider_name=request.app[SETTINGS].instance.name,
        provider_url=f"{site.origin}/",
        html=f'<blockquote><p>{text}</p>— <a href="{escape(status.url)}">{escape(name)}</a></blockquote>',
        width=min(max(form.maxwidth, 1), WIDTH),
        height=form.maxheight,
    )
    return answers.json(entity, headers={"Cache-Control": FOR_EVERYBODY})


def _open_post(tx: Tx, url: str, origin: str) -> tuple[Status, Account]:
    """A post of ours that everybody may read, by the address of its page; NotFound for everything else."""
    number = id_of(url.partition("?")[0].rstrip("/").rpartition("/")[2])
    if not url.startswith(f"{origin}/") or number is None:
        raise NotFound("status", url)
    status = statuses.get(tx, number)
    if not status.local or status.id not in audience.readable(tx, [status.id], None) or status.reblog_of_id is not None:
        raise NotFound("status", url)
    return status, accounts.get(tx, status.account_id)


ROUTES: Final = (Route("GET", "/api/oembed", get, Auth.public()),)
