"""Polls (mastodon-api.md, section 2.13)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec
from aiohttp import web

from fedisw.jobs.work import RefreshPoll
from fedisw.model.accounts import Account, Emoji
from fedisw.model.statuses import Poll
from fedisw.services import hydrate, polls
from fedisw.storage.db import Tx
from fedisw.storage.queries import audience, statuses
from fedisw.storage.queries import polls as queries
from fedisw.web import answers, forms
from fedisw.web.keys import DB, NOW
from fedisw.web.mastodon.context import caching, id_in, me, refuse, site_of, viewer_id_of
from fedisw.web.mastodon.entities.poll import poll_entity
from fedisw.web.mastodon.posts import Eyes, eyes_of
from fedisw.web.routes import Auth, Route

REFRESH_AFTER: Final = timedelta(minutes=1)
Shown = tuple[Poll, tuple[Emoji, ...], tuple[int, ...]]  # the poll, emojis of its post, what the viewer chose


class Choices(msgspec.Struct, kw_only=True):
    """`choices[]`."""

    choices: list[int]


async def get(request: web.Request) -> web.Response:
    """GET /api/v1/polls/{id}"""
    shown = await request.app[DB].read(_shown, id_in(request), eyes_of(request))
    poll, now = shown[0], request.app[NOW]()
    if poll.fetched_at is not None and now - poll.fetched_at > REFRESH_AFTER and not polls.ended(poll, now=now):
        await request.app[DB].write(_refresh, poll.status_id)
    return _answer(request, shown)


def _shown(tx: Tx, poll_id: int, eyes: Eyes) -> Shown:
    poll = queries.get(tx, poll_id)
    if poll.status_id not in audience.readable(tx, [poll.status_id], eyes.viewer_id):
        raise refuse(tx, poll.status_id, viewer_id=eyes.viewer_id)
    return _with_votes(tx, poll, eyes.viewer_id)


def _with_votes(tx: Tx, poll: Poll, viewer_id: int | None) -> Shown:
    votes = hydrate.votes(tx, [poll.id], viewer_id).get(poll.id, ()) if viewer_id is not None else ()
    return poll, statuses.get(tx, poll.status_id).emojis, votes


def _refresh(tx: Tx, status_id: int) -> None:
    """Its server is asked for the counts of a poll, once for all who look (the job has a key)."""
    status = statuses.find(tx, status_id)
    if status is not None and status.host is not None:
        tx.enqueue(RefreshPoll(status_id=status.id, at_host=status.host))


async def vote(request: web.Request) -> web.Response:
    """POST /api/v1/polls/{id}/votes"""
    form = await forms.decode(request, Choices)
    eyes = eyes_of(request)
    return _answer(request, await request.app[DB].write(_vote, id_in(request), me(request), form.choices, eyes))


def _vote(tx: Tx, poll_id: int, account: Account, choices: list[int], eyes: Eyes) -> Shown:
    poll = polls.vote(tx, account=account, poll_id=poll_id, choices=choices, now=eyes.now)
    return _with_votes(tx, poll, account.id)


def _answer(request: web.Request, shown: Shown) -> web.Response:
    poll, emojis, votes = shown
    entity = poll_entity(
        poll, site_of(request), now=request.app[NOW](), viewer_id=viewer_id_of(request), votes=votes, emojis=emojis
    )
    return answers.json(entity, headers=caching(request))


ROUTES: Final = (
    Route("GET", "/api/v1/polls/{id}", get, Auth.optional("read:statuses")),
    Route("POST", "/api/v1/polls/{id}/votes", vote, Auth.user("write:statuses")),
)
