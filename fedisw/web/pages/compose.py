"""Writing a short post on our own pages: words, and who can read them."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from dataclasses import dataclass, replace
from typing import Final

import msgspec
from aiohttp import web

from fedisw.i18n import Translator, later
from fedisw.live.buckets import POSTING
from fedisw.model.accounts import Account
from fedisw.model.errors import Invalid
from fedisw.model.quotes import Policy
from fedisw.model.statuses import Draft, Visibility
from fedisw.model.urls import object_uri
from fedisw.services import posting
from fedisw.services.naming import to_html
from fedisw.text import characters, hashtags, language, mentions
from fedisw.web import answers, forms, naming
from fedisw.web.frame import Head
from fedisw.web.keys import DB, NEW_ID, NOW, SETTINGS, caller_of, translator_of
from fedisw.web.render import page
from fedisw.web.routes import Auth, Route

LOCAL: Final = "local"  # public, and only here
CHOICES: Final = {
    Visibility.PUBLIC.value: later("Everyone"),
    Visibility.UNLISTED.value: later("Everyone, quietly"),
    LOCAL: later("Members of this server"),
    Visibility.PRIVATE.value: later("Followers"),
}
KEY_BYTES: Final = 16
MAX_KEY: Final = 64  # characters


class Written(msgspec.Struct, kw_only=True):
    """What the form sends; `key` makes a second press of the button the same post."""

    status: str = ""
    visibility: str = Visibility.PUBLIC.value
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeView:
    """The form as it is shown; `problem` is what is wrong with what was typed; `longest` counts characters."""

    status: str
    visibility: str
    key: str
    longest: int
    problem: str = ""


def blank(request: web.Request) -> ComposeView:
    """An empty form with the reader's own choice of who can read it."""
    wanted = caller_of(request).user.posting_visibility
    return ComposeView(
        status="",
        visibility=wanted if wanted in CHOICES else Visibility.PUBLIC.value,
        key=secrets.token_urlsafe(KEY_BYTES),
        longest=request.app[SETTINGS].limits.post_chars,
    )


def audiences(words: Translator) -> list[tuple[str, str]]:
    """The choices in the reader's language."""
    return [(value, words.gettext(text)) for value, text in CHOICES.items()]


async def show(request: web.Request) -> web.Response:
    """GET /compose"""
    return _form(request, blank(request))


async def share(request: web.Request) -> web.Response:
    """GET /share?title=…&text=…&url=…: the form with words from elsewhere; nothing is posted before the person says so."""
    form = blank(request)
    given = (request.query.get(name, "").strip() for name in ("title", "text", "url"))
    words = "\n\n".join(dict.fromkeys(part for part in given if part))
    return _form(request, replace(form, status=words[: form.longest]))


async def post(request: web.Request) -> web.Response:
    """POST /compose: post it, and go home."""
    written = await forms.decode(request, Written)
    caller, settings, status_id = caller_of(request), request.app[SETTINGS], request.app[NEW_ID]()
    try:
        draft = await _draft(request, written)
        await request.app[DB].write(
            posting.create_status,
            author=caller.account,
            draft=draft,
            status_id=status_id,
            uri=object_uri(settings.origin, status_id),
            url=f"{settings.origin}/@{caller.account.username}/{status_id}",
            now=request.app[NOW](),
            new_id=request.app[NEW_ID],
            idempotency_key=_key(written),
        )
    except Invalid as error:
        problem = translator_of(request).gettext(_problem(error))
        return _form(request, _again(request, written, problem), status=422)
    return answers.see_other("/")


async def _draft(request: web.Request, written: Written) -> Draft:
    """The text as clean HTML, with the people and tags in it.

    Raises:
        Invalid: too long, an unknown audience, or somebody of our own host who does not exist (GRP-10).
    """
    text, user = written.status.replace("\r\n", "\n").strip(), caller_of(request).user
    if characters.count(text) > request.app[SETTINGS].limits.post_chars:
        raise Invalid("text", "is too long", code="ERR_TOO_LONG")
    people = await naming.mentioned(request, mentions.find(text))
    html = await asyncio.to_thread(to_html, text, people, origin=str(request.app[SETTINGS].origin))
    visibility, local_only = _audience(written.visibility, caller_of(request).account)
    return Draft(
        html=html,
        text=text,
        visibility=visibility,
        local_only=local_only,
        language=language.normalise(user.posting_language) or translator_of(request).language,
        mentioned=tuple(dict.fromkeys(person.id for person in people.values() if person.id != user.id)),
        quote_policy=Policy(user.posting_quote_policy).text,
        tags=tuple(tag.shown for tag in hashtags.find(text)),
    )


def _audience(wanted: str, author: Account) -> tuple[Visibility, bool]:
    """Visibility and whether the post stays here; a limited account posts quietly."""
    if wanted not in CHOICES:
        raise Invalid("visibility", "is not one of the choices")
    if wanted == LOCAL:
        return Visibility.PUBLIC, True
    visibility = Visibility(wanted)
    if visibility is Visibility.PUBLIC and author.limited_at is not None:
        return Visibility.UNLISTED, False
    return visibility, False


def _key(written: Written) -> tuple[str, bytes] | None:
    if not written.key or len(written.key) > MAX_KEY:
        return None
    content = f"{written.visibility}\n{written.status}"
    return f"page:{written.key}", hashlib.sha256(content.encode("utf-8", "replace")).digest()


def _problem(error: Invalid) -> str:
    match (error.field, error.code):
        case ("text", "ERR_BLANK"):
            return later("There is nothing in it yet.")
        case ("text", "ERR_TOO_LONG"):
            return later("This is too long for one post.")
        case ("text", _):
            return later("It names somebody who does not exist on this server. Please look at the names.")
        case _:
            return later("Something does not fit. Please look at it once more.")


def _again(request: web.Request, written: Written, problem: str) -> ComposeView:
    return ComposeView(
        status=written.status,
        visibility=written.visibility,
        key=secrets.token_urlsafe(KEY_BYTES),
        longest=request.app[SETTINGS].limits.post_chars,
        problem=problem,
    )


def _form(request: web.Request, form: ComposeView, *, status: int = 200) -> web.Response:
    words = translator_of(request)
    head = Head(title=words.gettext("Write a post"))
    return page(request, "compose.html", head=head, status=status, form=form, audiences=audiences(words))


ROUTES: Final = (
    Route("GET", "/compose", show, Auth.session()),
    Route("GET", "/share", share, Auth.session()),
    Route("POST", "/compose", post, Auth.session(), rules=(POSTING,)),
)
