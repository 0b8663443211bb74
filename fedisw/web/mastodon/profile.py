"""One's own profile and settings (mastodon-api.md, sections 2.3 and 2.4)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

import msgspec
from aiohttp import web

from fedisw.media.keys import new_key
from fedisw.media.receive import Upload
from fedisw.media.wire import Purpose
from fedisw.model.accounts import Account, Field, Picture, User
from fedisw.model.errors import Invalid, TooLarge
from fedisw.model.quotes import Policy
from fedisw.services import accounts as services
from fedisw.services.accounts import ProfileChanges
from fedisw.services.naming import known
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, follows, tag_marks, users
from fedisw.storage.queries.tag_marks import FeaturedTag
from fedisw.text import characters, language, markdown, mentions, names
from fedisw.text.markdown import Mentioned
from fedisw.web import answers, forms
from fedisw.web.keys import CALLER, DB, IMAGES, NOW, PEER, STORE
from fedisw.web.mastodon.context import me, site_of
from fedisw.web.mastodon.entities.account import credential_entity, preferences_entity, typed_value
from fedisw.web.mastodon.entities.profile import profile_entity
from fedisw.web.mastodon.entities.site import Site
from fedisw.web.routes import Auth, Route

MAX_NAME, MAX_NOTE, MAX_ALT = 40, 500, 150  # characters
MAX_FIELDS, MAX_FIELD = 4, 255  # rows; characters of name and value
PICTURE_BYTES: Final = 8 * 1024 * 1024
BODY_BYTES: Final = 2 * PICTURE_BYTES + 262_144
MAX_DOMAINS: Final = 100  # sites that may name a person as author
DOMAIN: Final = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
PRIVACY: Final = frozenset({"public", "unlisted", "private"})


class Row(msgspec.Struct, kw_only=True):
    """`fields_attributes[N][…]`."""

    name: str = ""
    value: str = ""


class SourceForm(msgspec.Struct, kw_only=True):
    """`source[…]`."""

    privacy: str | None = None
    sensitive: bool | None = None
    language: str | None = None
    quote_policy: Policy | None = None


class ProfileForm(msgspec.Struct, kw_only=True):
    """What PATCH takes, for both of its addresses; absent keys stay unchanged."""

    display_name: str | None = None
    note: str | None = None
    avatar: Upload | None = None
    avatar_description: str | None = None
    header: Upload | None = None
    header_description: str | None = None
    locked: bool | None = None
    bot: bool | None = None
    discoverable: bool | None = None
    hide_collections: bool | None = None
    indexable: bool | None = None
    show_media: bool | None = None
    show_media_replies: bool | None = None
    show_featured: bool | None = None
    attribution_domains: list[str] | None = None
    fields_attributes: list[Row] | None = None
    source: SourceForm | None = None
    tells_blocks: bool | None = None


async def update(request: web.Request) -> web.Response:
    """PATCH /api/v1/accounts/update_credentials"""
    return await _changed(request, await wanted(request))


async def wanted(request: web.Request) -> ProfileChanges:
    """What a form of the profile changes; Invalid with all that is wrong."""
    form = await forms.decode(request, ProfileForm)
    _check(form)
    account, site, source = me(request), site_of(request), form.source or SourceForm()
    return ProfileChanges(
        display_name=None if form.display_name is None else names.clean_name(form.display_name, most=MAX_NAME),
        note=None if form.note is None else await _note(request, form.note, site),
        note_source=form.note,
        fields=None if form.fields_attributes is None else await asyncio.to_thread(_rows, form.fields_attributes, account, site),
        avatar=await _picture(request, form.avatar, form.avatar_description, account.avatar, Purpose.AVATAR),
        header=await _picture(request, form.header, form.header_description, account.header, Purpose.HEADER),
        approves_followers=form.locked,
        bot=form.bot,
        discoverable=form.discoverable,
        indexable=form.indexable,
        hides_network=form.hide_collections,
        shows_media=form.show_media,
        shows_media_replies=form.show_media_replies,
        shows_featured=form.show_featured,
        attribution_domains=None if form.attribution_domains is None else _domains(form.attribution_domains),
        posting_visibility=source.privacy,
        posting_sensitive=source.sensitive,
        posting_language=None if source.language is None else language.normalise(source.language) or "",
        posting_quote_policy=None if source.quote_policy is None else source.quote_policy.value,
        tells_blocks=form.tells_blocks,
    )


async def get_profile(request: web.Request) -> web.Response:
    """GET /api/v1/profile"""
    found = await request.app[DB].read(_profile, me(request).id)
    return answers.json(profile_entity(*found, site_of(request)))


async def update_profile(request: web.Request) -> web.Response:
    """PATCH /api/v1/profile"""
    changes = await wanted(request)
    found = await request.app[DB].write(_update_profile, me(request).id, changes, now=request.app[NOW]())
    return answers.json(profile_entity(*found, site_of(request)))


def _profile(tx: Tx, account_id: int) -> tuple[Account, list[FeaturedTag]]:
    return accounts.get(tx, account_id), tag_marks.featured(tx, account_id)


def _update_profile(tx: Tx, account_id: int, changes: ProfileChanges, *, now: datetime) -> tuple[Account, list[FeaturedTag]]:
    account = services.update_profile(tx, account_id=account_id, changes=changes, now=now)
    return account, tag_marks.featured(tx, account_id)


async def _changed(request: web.Request, changes: ProfileChanges) -> web.Response:
    account, user, waiting = await request.app[DB].write(_update, me(request).id, changes, now=request.app[NOW]())
    return answers.json(credential_entity(account, user, site_of(request), waiting=waiting))


def _update(tx: Tx, account_id: int, changes: ProfileChanges, *, now: datetime) -> tuple[Account, User, int]:
    account = services.update_profile(tx, account_id=account_id, changes=changes, now=now)
    return account, users.get(tx, account_id), follows.requests_count(tx, account_id)


def _check(form: ProfileForm) -> None:
    """Refuse what is too long, all of it at once."""
    wrong = [
        Invalid(name, f"is too long (maximum is {most} characters)", code="ERR_TOO_LONG")
        for name, text, most in (
            ("display_name", form.display_name, MAX_NAME),
            ("note", form.note, MAX_NOTE),
            ("avatar_description", form.avatar_description, MAX_ALT),
            ("header_description", form.header_description, MAX_ALT),
        )
        if text is not None and characters.count(text) > most
    ]
    rows = form.fields_attributes or []
    if len(rows) > MAX_FIELDS:
        wrong.append(Invalid("fields", f"can't contain more than {MAX_FIELDS} rows", code="ERR_TOO_LONG"))
    if any(len(row.name) > MAX_FIELD or len(row.value) > MAX_FIELD for row in rows):
        wrong.append(Invalid("fields", f"have more than {MAX_FIELD} characters", code="ERR_TOO_LONG"))
    if form.source is not None and form.source.privacy is not None and form.source.privacy not in PRIVACY:
        wrong.append(Invalid("source[privacy]", "is not included in the list", code="ERR_INCLUSION"))
    if len(form.attribution_domains or ()) > MAX_DOMAINS:
        wrong.append(Invalid("attribution_domains", f"is too long (maximum is {MAX_DOMAINS} items)", code="ERR_TOO_LONG"))
    elif any(not DOMAIN.fullmatch(name) for name in _domains(form.attribution_domains or ())):
        wrong.append(Invalid("attribution_domains", "is not a valid domain name"))
    if wrong:
        first, *others = wrong
        raise Invalid(first.field, first.problem, code=first.code, others=tuple(others))


def _domains(names: Sequence[str]) -> tuple[str, ...]:
    """Hosts as they are compared: lower case, without scheme and `www.`, each once."""
    plain = (name.strip().lower().removeprefix("https://").removeprefix("http://").rstrip("/") for name in names)
    return tuple(dict.fromkeys(name.removeprefix("www.") for name in plain if name))


async def _note(request: web.Request, text: str, site: Site) -> str:
    """The bio as HTML; people whom we know become links."""
    people = await request.app[DB].read(known, mentions.find(text), own_hosts=request.app[PEER].own_hosts)
    named = {key: Mentioned(url=site.profile_url(person), acct=person.acct) for key, person in people.items()}
    return await asyncio.to_thread(markdown.to_html, text, mentions=named, tag_url=site.tag_url, profile=True)


def _rows(rows: list[Row], account: Account, site: Site) -> tuple[Field, ...]:
    """The rows that say something; a value that stayed the same keeps its proof."""
    before = {(row.name, typed_value(row.value)): row for row in account.fields}
    kept = [row for row in rows if row.name.strip() or row.value.strip()]
    return tuple(
        before.get((row.name, row.value))
        or Field(
            name=names.clean_name(row.name, most=MAX_FIELD),
            value=markdown.to_inline_html(row.value.strip(), tag_url=site.tag_url, profile=True),
        )
        for row in kept
    )


async def _picture(
    request: web.Request, upload: Upload | None, description: str | None, before: Picture, purpose: Purpose
) -> Picture | None:
    """A new picture, made safe and put into the store; or the old one with other words; or None for no change."""
    if upload is None:
        return None if description is None else replace(before, description=description)
    if upload.size > PICTURE_BYTES:
        raise TooLarge("the picture is too large")
    made = await request.app[IMAGES].process(upload.path, purpose=purpose)
    key = new_key(made.original.kind)
    await request.app[STORE].put(key, made.original.data)
    static = key
    if made.moves:
        static = new_key(made.preview.kind)
        await request.app[STORE].put(static, made.preview.data)
    return Picture(key=key, static_key=static, description=before.description if description is None else description)


async def delete_avatar(request: web.Request) -> web.Response:
    """DELETE /api/v1/profile/avatar"""
    return await _changed(request, ProfileChanges(avatar=Picture()))


async def delete_header(request: web.Request) -> web.Response:
    """DELETE /api/v1/profile/header"""
    return await _changed(request, ProfileChanges(header=Picture()))


async def preferences(request: web.Request) -> web.Response:
    """GET /api/v1/preferences"""
    return answers.json(preferences_entity(request[CALLER].user))


WRITE = Auth.user("write:accounts")
ROUTES: Final = (
    Route("PATCH", "/api/v1/accounts/update_credentials", update, WRITE, body=BODY_BYTES),
    Route("GET", "/api/v1/profile", get_profile, Auth.user("profile", "read:accounts")),
    Route("PATCH", "/api/v1/profile", update_profile, WRITE, body=BODY_BYTES),
    Route("DELETE", "/api/v1/profile/avatar", delete_avatar, WRITE),
    Route("DELETE", "/api/v1/profile/header", delete_header, WRITE),
    Route("GET", "/api/v1/preferences", preferences, Auth.user("read:accounts")),
)
