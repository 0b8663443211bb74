"""The page of a post, with the conversation around it."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedisw.model.errors import NotFound
from fedisw.model.statuses import Visibility
from fedisw.model.urls import object_uri
from fedisw.model.views import StatusView
from fedisw.services import threads
from fedisw.web import answers
from fedisw.web.frame import Head
from fedisw.web.keys import DB, NOW, SETTINGS, VIEWER, translator_of
from fedisw.web.pages import present, reading
from fedisw.web.pages.accept import wants_document
from fedisw.web.pages.profile import absolute, closed_page, elsewhere_page, to_document
from fedisw.web.pages.views import PostView
from fedisw.web.people import person_of
from fedisw.web.render import page
from fedisw.web.routes import Auth, Route

MAX_DIGITS: Final = 19


async def status(request: web.Request) -> web.Response:
    """GET /@{handle}/{id}: a post in its thread; with an ActivityPub `Accept`, on to the document."""
    number, viewer = _number(request.match_info["id"]), request[VIEWER]
    thread = await request.app[DB].read(
        reading.thread,
        status_id=number,
        uri=object_uri(request.app[SETTINGS].origin, number),
        viewer_id=None if viewer is None else viewer.account_id,
        now=request.app[NOW](),
    )
    post = thread.post
    if post is None:
        return closed_page(request, thread.author)
    if wants_document(request.headers.get("Accept", "")):
        return to_document(post.status.uri)
    if request.path != present.path_of(post):
        return answers.see_other(present.path_of(post))
    if viewer is None and not post.status.local:
        return elsewhere_page(request, post.account, post.status.url or post.status.uri)
    if thread.rest is not None and thread.rest.is_due:
        await request.app[DB].write(threads.look, thread.rest.status_id, now=request.app[NOW]())
    more = present.More.of(thread.said, thread.texts, language=translator_of(request).language)

    def shown(view: StatusView) -> PostView:
        return present.with_more(request.app, present.post_of(request.app, view), view.status.id, more)

    return page(
        request,
        "thread.html",
        head=_head(request, post),
        public=True,
        ancestors=[shown(view) for view in thread.ancestors],
        post=shown(post),
        descendants=present.replies_of(request.app, post, thread.descendants, more),
        delivered=thread.delivered,
        more_elsewhere=not post.status.local,
    )


def _head(request: web.Request, view: StatusView) -> Head:
    row, author = view.status, person_of(request.app, view.account)
    pictures = [] if row.sensitive else [item for item in present.post_of(request.app, view).media if item.preview]
    return Head(
        title=translator_of(request).gettext("Post by %(name)s", name=author.name),
        description=row.spoiler_text or present.summary_of(row.content),
        canonical=row.url or row.uri,
        document=row.uri,
        image=absolute(request, pictures[0].preview if pictures else author.avatar),
        kind="article",
        indexable=view.account.indexable and row.local and row.visibility is Visibility.PUBLIC and not row.local_only,
    )


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > MAX_DIGITS:
        raise NotFound("status", text)
    return int(text)


ROUTES: Final = (Route("GET", "/@{handle}/{id}", status, Auth.visitor()),)
