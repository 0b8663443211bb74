"""Posts in answers: one unit of work reads what the cache of rendered posts does not have, then bytes are put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
from aiohttp import web

from fedisw.model.errors import Unauthenticated
from fedisw.model.paging import Page
from fedisw.model.views import Flags
from fedisw.services import hydrate
from fedisw.storage.db import Tx
from fedisw.storage.queries import filters, timelines
from fedisw.storage.queries.timelines import Ref
from fedisw.web import answers
from fedisw.web.keys import DB, NOW
from fedisw.web.mastodon.context import NEEDS_USER, caching, refuse, viewer_id_of
from fedisw.web.mastodon.entities.filtered import Asked
from fedisw.web.mastodon.entities.fragments import FRAGMENTS, Fragment, Fragments, Key, Whole
from fedisw.web.mastodon.entities.rendering import Sight, assemble, render
from fedisw.web.mastodon.pile import Pile, stand
from fedisw.web.paging import link_header


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Everything that some posts, and those that they quote, need to be shown to somebody.

    `filters` are those of the viewer, if they have any; a post is held against them when it is rendered.
    """

    refs: list[Ref]
    pile: Pile
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
    """Read what these posts need, a fixed number of statements; nothing but flags when all of it is in the cache.

    Posts that quote others cost a few more, as many for one as for all of them.
    """
    pile = Pile(tx, eyes.fragments, now=eyes.now)
    pile.take(refs)
    quoted = stand(tx, pile.quotes(), viewer_id=eyes.viewer_id, now=eyes.now)
    if quoted:
        pile.take([standing.ref for standing in quoted.values() if standing.ref is not None])
        quoted = stand(tx, pile.quotes(), viewer_id=eyes.viewer_id, now=eyes.now, known=quoted)
    flags: dict[int, Flags] = {}
    votes: dict[int, tuple[int, ...]] = {}
    filtered = None
    if eyes.viewer_id is not None and refs:
        shown = [ref.reblog_of_id or ref.id for ref in refs]
        flags, revision = hydrate.flags(tx, [*shown, *quoted], eyes.viewer_id)
        filtered = _filters(tx, eyes, eyes.viewer_id, revision) if revision else None
        votes = hydrate.votes(tx, sorted(pile.polls()), eyes.viewer_id)
    sight = Sight(viewer_id=eyes.viewer_id, now=eyes.now, flags=flags, votes=votes, quoted=quoted)
    return Gathered(refs=list(refs), pile=pile, sight=sight, filters=filtered)


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
    pile = gathered.pile
    for view in pile.views:
        made |= fragments.of_view(view, now=gathered.sight.now, moved=pile.moved)
    for account in pile.people:
        made |= fragments.of_account(account, now=gathered.sight.now, moved=pile.moved)
    wholes = pile.wholes
    if len(wholes) < len(pile.refs):
        wholes = wholes | _assembled(gathered, made, fragments)
    sight = gathered.sight
    if gathered.filters is not None:
        sight = replace(sight, filters=fragments.filters.made(gathered.filters))
    return [msgspec.Raw(render(wholes[ref], fragments, sight, wholes)) for ref in gathered.refs]


def _assembled(gathered: Gathered, made: dict[Key, Fragment], fragments: Fragments) -> dict[Ref, Whole]:
    """The posts that were not put together before, or whose author turned out to have changed; all are kept."""
    fragments.keep(made)
    parts, kept = gathered.pile.parts | made, gathered.pile.wholes
    fresh = {ref: assemble(ref, parts) for ref in gathered.pile.refs if ref not in kept}
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
    back: str = "min_id",
) -> web.Response:
    """The answer with a list of posts.

    Args:
        page: what was asked for; without it there is no `Link`.
        cursors: hidden ids that page the list; else the posts' own.
        always_next, back: as in `link_header`.
    """
    headers = caching(request)
    if page is not None:
        ids = [ref.id for ref in gathered.refs] if cursors is None else cursors
        headers |= link_header(request, ids, page, always_next=always_next, back=back)
    return answers.json(rendered(gathered, request.app[FRAGMENTS]), headers=headers)


async def read_one(request: web.Request, status_id: int) -> web.Response:
    """Read one post and answer with it."""
    return one(request, await request.app[DB].read(gather_one, status_id, eyes_of(request)))
