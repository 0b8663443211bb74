"""From what a client sends to what a person wants to post (mastodon-api.md, sections 2.11, 3.7 to 3.9)."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec
import orjson
from aiohttp import web

from fedisw.config.settings import Limits
from fedisw.media.focus import parse_focus
from fedisw.model.accounts import Account, User
from fedisw.model.errors import Invalid
from fedisw.model.quotes import Policy
from fedisw.model.statuses import Draft, PollDraft, Visibility
from fedisw.services.attachments import FileChange
from fedisw.services.media import check_description
from fedisw.services.naming import to_html
from fedisw.text import characters, hashtags, language, local_mark, mentions
from fedisw.web import forms, naming
from fedisw.web.keys import CALLER, NOW, SETTINGS
from fedisw.web.mastodon.context import me
from fedisw.web.mastodon.interaction_form import InteractionForm, text_of

MAX_OPTIONS: Final = 4
MAX_OPTION: Final = 50  # graphemes
SOONEST, LATEST = 300, 2_629_746  # seconds that a poll stays open: five minutes to one month
MAX_KEY: Final = 255  # characters of an Idempotency-Key
LOCAL: Final = "local"  # our own word for a visibility: public, and only here


class PollForm(msgspec.Struct, kw_only=True):
    """`poll[…]`."""

    options: list[str] = []
    expires_in: int | None = None
    multiple: bool = False
    hide_totals: bool = False


class FileForm(msgspec.Struct, kw_only=True):
    """`media_attributes[]…`."""

    id: int
    description: str | None = None
    focus: str | None = None


class StatusForm(msgspec.Struct, kw_only=True):
    """What POST and PUT of a post take; absent keys have the meaning of the method."""

    status: str = ""
    spoiler_text: str = ""
    sensitive: bool | None = None
    language: str | None = None
    visibility: str | None = None
    in_reply_to_id: int | None = None
    media_ids: list[int] = []
    media_attributes: list[FileForm] = []
    poll: PollForm | None = None
    scheduled_at: datetime | None = None
    quoted_status_id: int | None = None
    quote_approval_policy: Policy | None = None
    interaction_policy: InteractionForm | None = None
    local_only: bool = False
    allowed_mentions: list[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A draft, the people it names, and whether its visibility was chosen or filled in."""

    draft: Draft
    people: tuple[Account, ...]
    chosen: bool
    files: tuple[FileChange, ...]


async def compose(request: web.Request, form: StatusForm, *, keep_language: bool = False) -> Composed:
    """A draft from a form: mentions are looked up (2 s in all), the text becomes clean HTML.

    Args:
        keep_language: an edit without a language keeps the one that the post has; nor does an edit mark a post as local.

    Raises:
        Invalid: a value breaks a rule, with Mastodon's words.
    """
    caller, now = request[CALLER], request.app[NOW]()
    text, spoiler = _texts(form)
    text, marked = (text, False) if keep_language else local_mark.split(text)
    _check_sizes(text, spoiler, form, request.app[SETTINGS].limits)
    people = await naming.mentioned(request, mentions.find(text))
    html = await asyncio.to_thread(to_html, text, people, origin=str(request.app[SETTINGS].origin))
    visibility, local_only = _visibility(form, caller.account, caller.user)
    local_only = local_only or marked or form.local_only
    draft = Draft(
        html=html,
        text=text,
        visibility=visibility,
        local_only=local_only,
        spoiler_text=spoiler,
        sensitive=bool(spoiler) or _sensitive(form, caller.user),
        language=language.normalise(form.language) or ("" if keep_language else _language(request, caller.user)),
        mentioned=tuple(dict.fromkeys(person.id for person in people.values() if person.id != me(request).id)),
        tags=tuple(tag.shown for tag in hashtags.find(text)),
        media_ids=tuple(form.media_ids),
        in_reply_to_id=form.in_reply_to_id,
        poll=None if form.poll is None else poll_draft(form.poll, now=now, with_media=bool(form.media_ids)),
        app_id=caller.viewer.app_id,
        quoted_id=form.quoted_status_id,
        quote_policy=_quote_policy(form, caller.user, keep=keep_language),
        interaction_policy=text_of(form.interaction_policy),
    )
    files = tuple(_file_change(item) for item in form.media_attributes)
    return Composed(draft=draft, people=tuple(people.values()), chosen=form.visibility is not None, files=files)


async def idempotency_of(request: web.Request) -> tuple[str, bytes] | None:
    """The client's key and a hash of its parameters, in whatever way they were sent."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        return None
    if len(key) > MAX_KEY:
        raise Invalid("Idempotency-Key", "is too long")
    tree = orjson.dumps(await forms.parameters(request), option=orjson.OPT_SORT_KEYS, default=str)
    return key, hashlib.sha256(tree).digest()


def poll_draft(form: PollForm, *, now: datetime, with_media: bool) -> PollDraft:
    """A poll; Invalid with Mastodon's words."""
    options = tuple(option.strip() for option in form.options)
    if with_media:
        raise Invalid("", "Cannot attach files to a post with a poll")
    if len(options) < 2:
        raise Invalid("options", "must have more than one item")
    if len(options) > MAX_OPTIONS:
        raise Invalid("options", f"can't contain more than {MAX_OPTIONS} items")
    if any(not option for option in options):
        raise Invalid("options", "can't be blank", code="ERR_BLANK")
    if any(characters.graphemes(option) > MAX_OPTION for option in options):
        raise Invalid("options", f"can't be longer than {MAX_OPTION} characters each")
    if len(set(options)) != len(options):
        raise Invalid("options", "contain duplicate items")
    seconds = form.expires_in or 0
    if seconds < SOONEST:
        raise Invalid("expires_at", "is too soon")
    if seconds > LATEST:
        raise Invalid("expires_at", "is too far into the future")
    return PollDraft(
        options=options, expires_at=now + timedelta(seconds=seconds), multiple=form.multiple, hide_totals=form.hide_totals
    )


def _file_change(form: FileForm) -> FileChange:
    return FileChange(
        media_id=form.id,
        description=None if form.description is None else check_description(form.description),
        focus=None if form.focus is None else parse_focus(form.focus),
    )


def _texts(form: StatusForm) -> tuple[str, str]:
    """Text and content note; a note alone is the text."""
    text, spoiler = form.status.replace("\r\n", "\n").strip(), form.spoiler_text.strip()
    return (spoiler, "") if spoiler and not text and not _more(form) else (text, spoiler)


def _more(form: StatusForm) -> bool:
    """Whether there is something to post beside text."""
    return bool(form.media_ids) or form.poll is not None or form.quoted_status_id is not None


def _check_sizes(text: str, spoiler: str, form: StatusForm, limits: Limits) -> None:
    if characters.count(text) + characters.count(spoiler) > limits.post_chars:
        raise Invalid("text", f"character limit of {limits.post_chars} exceeded", code="ERR_TOO_LONG")
    if len(form.media_ids) > limits.media_per_post:
        raise Invalid("", f"Cannot attach more than {limits.media_per_post} files")


def _visibility(form: StatusForm, account: Account, user: User) -> tuple[Visibility, bool]:
    wanted = form.visibility or user.posting_visibility or Visibility.PUBLIC.value
    if wanted == LOCAL:
        return Visibility.PUBLIC, True
    try:
        visibility = Visibility(wanted)
    except ValueError as error:
        raise Invalid("visibility", "is not included in the list", code="ERR_INCLUSION") from error
    if visibility is Visibility.PUBLIC and account.limited_at is not None:
        return Visibility.UNLISTED, False
    return visibility, False


def _sensitive(form: StatusForm, user: User) -> bool:
    return user.posting_sensitive if form.sensitive is None else form.sensitive


def _quote_policy(form: StatusForm, user: User, *, keep: bool) -> str | None:
    """Who may quote, as chosen or as the person's settings have it; an edit that says nothing changes nothing."""
    if form.quote_approval_policy is not None:
        return form.quote_approval_policy.text
    return None if keep else Policy(user.posting_quote_policy).text


def _language(request: web.Request, user: User) -> str:
    return language.normalise(user.posting_language) or request.app[SETTINGS].instance.languages[0]
