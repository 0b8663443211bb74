"""Conversations: direct posts by thread and people (mastodon-api.md, section 2.14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fedisw.model.accounts import Account
from fedisw.model.dialogues import Dialogue
from fedisw.model.paging import Page
from fedisw.services import dialogues as services
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, dialogues
from fedisw.web import answers
from fedisw.web.keys import DB
from fedisw.web.mastodon.context import id_in, me
from fedisw.web.mastodon.entities.account import account_entity
from fedisw.web.mastodon.entities.conversation import Conversation, conversation_entity
from fedisw.web.mastodon.entities.fragments import FRAGMENTS, Fragments
from fedisw.web.mastodon.people import without_blocked
from fedisw.web.mastodon.posts import Eyes, Gathered, eyes_of, gather_ids, rendered
from fedisw.web.paging import link_header, page_of
from fedisw.web.routes import Auth, Route

LIMIT, MOST = 20, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Talks:
    """Conversations with all that they show; `last` are posts by conversation."""

    found: list[Dialogue]
    people: dict[int, Account]
    last: dict[int, int]
    posts: Gathered


def talks(tx: Tx, found: Sequence[Dialogue], eyes: Eyes) -> Talks:
    """Read what conversations show, a fixed number of statements."""
    last = dialogues.newest(tx, [dialogue.id for dialogue in found], viewer_id=eyes.person, now=eyes.now)
    ids = {account_id for dialogue in found for account_id in dialogue.participants or (dialogue.account_id,)}
    people = without_blocked(tx, accounts.by_ids(tx, ids), viewer_id=eyes.person)
    posts = gather_ids(tx, list(last.values()), eyes)
    return Talks(found=list(found), people={account.id: account for account in people}, last=last, posts=posts)


def entities(read: Talks, fragments: Fragments) -> list[Conversation]:
    """The same as clients see them."""
    posts = dict(zip((ref.id for ref in read.posts.refs), rendered(read.posts, fragments), strict=True))
    shown = {account_id: account_entity(account, fragments.site) for account_id, account in read.people.items()}
    return [
        conversation_entity(
            dialogue,
            accounts=[shown[one] for one in dialogue.participants or (dialogue.account_id,) if one in shown],
            last_status=posts.get(read.last.get(dialogue.id, 0)),
        )
        for dialogue in read.found
    ]


async def index(request: web.Request) -> web.Response:
    """GET /api/v1/conversations"""
    page = page_of(request, limit=LIMIT, most=MOST)
    read = await request.app[DB].read(_index, page, eyes_of(request))
    headers = link_header(request, [dialogue.last_status_id for dialogue in read.found], page)
    return answers.json(entities(read, request.app[FRAGMENTS]), headers=headers)


def _index(tx: Tx, page: Page, eyes: Eyes) -> Talks:
    return talks(tx, dialogues.page(tx, eyes.person, page, now=eyes.now), eyes)


async def delete(request: web.Request) -> web.Response:
    """DELETE /api/v1/conversations/{id}"""
    await request.app[DB].write(services.remove, account_id=me(request).id, dialogue_id=id_in(request))
    return answers.json({})


async def read(request: web.Request) -> web.Response:
    """POST /api/v1/conversations/{id}/read"""
    return await _marked(request, unread=False)


async def unread(request: web.Request) -> web.Response:
    """POST /api/v1/conversations/{id}/unread"""
    return await _marked(request, unread=True)


async def _marked(request: web.Request, *, unread: bool) -> web.Response:
    shown = await request.app[DB].write(_mark, id_in(request), eyes_of(request), unread=unread)
    return answers.json(entities(shown, request.app[FRAGMENTS])[0])


def _mark(tx: Tx, dialogue_id: int, eyes: Eyes, *, unread: bool) -> Talks:
    return talks(tx, [services.mark(tx, account_id=eyes.person, dialogue_id=dialogue_id, unread=unread, now=eyes.now)], eyes)


WRITE = Auth.user("write:conversations")
ROUTES: Final = (
    Route("GET", "/api/v1/conversations", index, Auth.user("read:statuses")),
    Route("DELETE", "/api/v1/conversations/{id}", delete, WRITE),
    Route("POST", "/api/v1/conversations/{id}/read", read, WRITE),
    Route("POST", "/api/v1/conversations/{id}/unread", unread, WRITE),
)
