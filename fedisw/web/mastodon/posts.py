"""Posts in answers: one unit of work reads what the cache of rendered posts does not have, then bytes are put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
from aiohttp import web

from fedisw.model.accounts import Account
from fedisw.model.errors import Unauthenticated
from fedisw.model.paging import Page
from fedisw.model.views import Flags, StatusView
from fedisw.services import hydrate
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, filters, timelines
from fedisw.storage.queries.timelines import Ref
from fedisw.web import answers
from fedisw.web.keys import DB, NOW
from fedisw.web.mastodon.context import NEEDS_USER, caching, refuse, viewer_id_of
from fedisw.web.mastodon.entities.filtered import Asked
from fedisw.web.mastodon.entities.fragments import (
    FRAGMENTS,
    Fragment,
    Fragments,
    Key,
    StatusFragment,
    Whole,
    keys_of,
    status_key,
)
from fedisw.web.mastodon.entities.rendering import Sight, assemble, render
from fedisw.web.paging import link_header


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Everything that some posts need to be shown to somebody; `views` and `people` are what the cache lacked.

    `filters` are those of the viewer, if they have any; a post is held against them when it is rendered.
    """

    refs: list[Ref]
    wholes: dict[Ref, Whole]
    parts: dict[Key, Fragment]
    views: list[StatusView]
    people: list[Account]
    sight: Sight
    filters: Asked | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """Who looks, when, and what is rendered already: what a unit of work needs to know of the edge."""

    viewer_id: int | None
    now: datetime
    fragments: Fragments

    @property
    def person(self) -> int:
        """The viewer on routes that want one; Unauthenticated elsewhere."""
        if self.viewer_id is None:
            raise Unauthenticated(NEEDS_USER)
        return self.viewer_id


def eyes_of(request: web.Request) -> Eyes:
    """Who looks, for the unit of work of a request."""
    return Eyes(viewer_id=viewer_id_of(request), now=request.app[NOW](), fragments=request.app[FRAGMENTS])


def gather(tx: Tx, refs: Sequence[Ref], eyes: Eyes) -> Gathered:
    """Read what these posts need, a fixed number of statements; nothing but flags when all of it is in the cache."""
    wholes = eyes.fragments.wholes(refs, now=eyes.now)
    others = [ref for ref in refs if ref not in wholes]
    wanted = keys_of(others)
    parts = eyes.fragments.peek(wanted, now=eyes.now) if wanted else {}
    lacking = wanted - parts.keys()
    views = hydrate.views(tx, [ref.id for ref in others if _lacks_post(ref, lacking)]) if lacking else []
    seen = {view.account.id for view in views} | {view.shown.account.id for view in views}
    people = accounts.by_ids(tx, {account_id for kind, account_id, _ in lacking if kind == "account"} - seen)
    flags: dict[int, Flags] = {}
    votes: dict[int, tuple[int, ...]] = {}
    filtered = None
    if eyes.viewer_id is not None and refs:
        flags, revision = hydrate.flags(tx, [ref.reblog_of_id or ref.id for ref in refs], eyes.viewer_id)
        filtered = _filters(tx, eyes, eyes.viewer_id, revision) if revision else None
        votes = hydrate.votes(tx, sorted(_polls(wholes, parts, views)), eyes.viewer_id)
    sight = Sight(viewer_id=eyes.viewer_id, now=eyes.now, flags=flags, votes=votes)
    return Gathered(refs=list(refs), wholes=wholes, parts=parts, views=views, people=people, sight=sight, filters=filtered)


def _filters(tx: Tx, eyes: Eyes, viewer_id: int, revision: int) -> Asked:
    kept = eyes.fragments.filters.peek(viewer_id, revision)
    views = filters.views(tx, viewer_id) if kept is None else ()
    return Asked(account_id=viewer_id, revision=revision, kept=kept, views=views)


def gather_ids(tx: Tx, ids: Sequence[int], eyes: Eyes) -> Gathered:
    """The same for those of some posts that the viewer may read, in the order given."""
    return gather(tx, timelines.refs(tx, ids, eyes.viewer_id), eyes)


def gather_one(tx: Tx, status_id: int, eyes: Eyes) -> Gathered:
    """The same for one post; NotFound, or Unauthenticated, for one that the viewer may not read."""
    refs = timelines.refs(tx, [status_id], eyes.viewer_id)
    if not refs:
        raise refuse(tx, status_id, viewer_id=eyes.viewer_id)
    return gather(tx, refs, eyes)


def rendered(gathered: Gathered, fragments: Fragments) -> list[msgspec.Raw]:
    """The posts as JSON, in order; what was read is kept for the next one."""
    made: dict[Key, Fragment] = {}
    for view in gathered.views:
        made |= fragments.of_view(view, now=gathered.sight.now)
    for account in gathered.people:
        made |= fragments.of_account(account, now=gathered.sight.now)
    wholes = gathered.wholes
    if len(wholes) < len(gathered.refs):
        wholes = wholes | _assembled(gathered, made, fragments)
    sight = gathered.sight
    if gathered.filters is not None:
        sight = replace(sight, filters=fragments.filters.made(gathered.filters))
    return [msgspec.Raw(render(wholes[ref], fragments, sight)) for ref in gathered.refs]


def _assembled(gathered: Gathered, made: dict[Key, Fragment], fragments: Fragments) -> dict[Ref, Whole]:
    """The posts that were not put together before, or whose author turned out to have changed; all are kept."""
    fragments.keep(made)
    parts, kept = gathered.parts | made, gathered.wholes
    fresh = {ref: assemble(ref, parts) for ref in gathered.refs if ref not in kept}
    fresh |= {ref: assemble(ref, whole.parts | made) for ref, whole in kept.items() if whole.outdated}
    fragments.keep_wholes(fresh)
    return fresh


def one(request: web.Request, gathered: Gathered) -> web.Response:
    """The answer with one post."""
    return answers.raw_json(bytes(rendered(gathered, request.app[FRAGMENTS])[0]), headers=caching(request))


def many(
    request: web.Request,
    gathered: Gathered,
    page: Page | None = None,
    *,
    cursors: Sequence[int] | None = None,
    always_next: bool = False,
) -> web.Response:
    """The answer with a list of posts.

    Args:
        page: what was asked for; without it there is no `Link`.
        cursors: hidden ids that page the list; else the posts' own.
        always_next: as in `link_header`.
    """
    headers = caching(request)
    if page is not None:
        ids = [ref.id for ref in gathered.refs] if cursors is None else cursors
        headers |= link_header(request, ids, page, always_next=always_next)
    return answers.json(rendered(gathered, request.app[FRAGMENTS]), headers=headers)


async def read_one(request: web.Request, status_id: int) -> web.Response:
    """Read one post and answer with it."""
    return one(request, await request.app[DB].read(gather_one, status_id, eyes_of(request)))


def _lacks_post(ref: Ref, lacking: set[Key]) -> bool:
    if status_key(ref.id, ref.revision) in lacking:
        return True
    return ref.reblog_of_id is not None and status_key(ref.reblog_of_id, ref.reblog_revision or 0) in lacking


def _polls(wholes: dict[Ref, Whole], parts: dict[Key, Fragment], views: Sequence[StatusView]) -> set[int]:
    kept = {whole.shown.poll.id for whole in wholes.values() if whole.shown.poll is not None}
    kept |= {part.poll.id for part in parts.values() if isinstance(part, StatusFragment) and part.poll is not None}
    return kept | {view.shown.poll.id for view in views if view.shown.poll is not None}
