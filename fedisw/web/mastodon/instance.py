"""The server itself (mastodon-api.md, section 2.19). Its numbers are read every five minutes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from fedisw.config import Settings
from fedisw.i18n import LANGUAGES, translator
from fedisw.model.accounts import Account as AccountValue
from fedisw.model.accounts import Reach, Role
from fedisw.model.feeds import TimelinesAccess
from fedisw.services import instance as services
from fedisw.services import registrations
from fedisw.services.instance import Usage
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, hosts, users
from fedisw.storage.queries import instance as queries
from fedisw.web import answers
from fedisw.web.house_rules import starting_rules
from fedisw.web.keys import DB, FILMS, NOW, SETTINGS
from fedisw.web.mastodon.context import OF_THE_SERVER, site_of
from fedisw.web.mastodon.entities.account import account_entity
from fedisw.web.mastodon.entities.instance import (
    DESCRIPTION,
    Facts,
    Rule,
    RuleText,
    Text,
    instance_entity,
    old_instance_entity,
)
from fedisw.web.mastodon.entities.site import Site
from fedisw.web.routes import Auth, Route

READ_EVERY: Final = timedelta(minutes=5)
EVERYBODY: Final = TimelinesAccess()
ACCESS_EVERY: Final = timedelta(seconds=30)
OLD: Final = {"Deprecation": "@1668384000"}
CACHED: Final = {"Cache-Control": OF_THE_SERVER}
PRIVACY: Final = (
    "<p>This server keeps what you write and whom you follow, so that it can show it to those you chose. "
    "Posts for followers and messages are shown to nobody else; nothing is sold, and there is no advertising.</p>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What was read of the server; `settings` with the mode of registration that counts (AUT-12)."""

    settings: Settings
    owner: AccountValue | None
    usage: Usage
    hosts: int
    rules: list[queries.Rule]
    read_at: datetime


@dataclass(slots=True)
class Kept:
    """The last numbers of a process, and who may look at the feeds of everybody's posts."""

    numbers: Numbers | None = field(default=None)
    access: TimelinesAccess = field(default=EVERYBODY)
    access_read_at: datetime | None = field(default=None)


KEPT: Final = web.AppKey("instance", Kept)


async def numbers_of(request: web.Request) -> Numbers:
    """Numbers of at most five minutes ago."""
    kept, now = request.app[KEPT], request.app[NOW]()
    if kept.numbers is None or now - kept.numbers.read_at > READ_EVERY:
        kept.numbers = await request.app[DB].read(_read, settings=request.app[SETTINGS], now=now)
    return kept.numbers


async def access_of(request: web.Request) -> TimelinesAccess:
    """Who may look at the feeds of everybody's posts, as of at most half a minute ago."""
    kept, now = request.app[KEPT], request.app[NOW]()
    if kept.access_read_at is None or now - kept.access_read_at > ACCESS_EVERY:
        kept.access, kept.access_read_at = await request.app[DB].read(queries.timelines_access), now
    return kept.access


def _read(tx: Tx, *, settings: Settings, now: datetime) -> Numbers:
    return Numbers(
        settings=registrations.settings_now(tx, settings=settings, now=now),
        owner=_owner(tx),
        usage=services.usage(tx, now=now),
        hosts=hosts.count(tx),
        rules=queries.all_rules(tx),
        read_at=now,
    )


def _owner(tx: Tx) -> AccountValue | None:
    """Who runs the server, if everybody may see them."""
    owner_id = users.first_with_role(tx, Role.OWNER)
    owner = accounts.find(tx, owner_id) if owner_id is not None else None
    return owner if owner is not None and owner.usable and owner.reach is Reach.PUBLIC else None


def rules_of(numbers: Numbers) -> list[Rule]:
    """The rules of the server; those that every server starts with until its people wrote their own."""
    if numbers.rules:
        return [Rule(id=str(rule.id), text=rule.text, hint=rule.hint, translations={}) for rule in numbers.rules]
    spoken = {language: starting_rules(translator(language)) for language in LANGUAGES}
    return [
        Rule(
            id=str(at + 1),
            text=rule.text,
            hint=rule.hint,
            translations={language: RuleText(text=others[at].text, hint=others[at].hint) for language, others in spoken.items()},
        )
        for at, rule in enumerate(spoken[LANGUAGES[0]])
    ]


def _facts(numbers: Numbers, site: Site, films: bool, access: TimelinesAccess = EVERYBODY) -> Facts:
    return Facts(
        films=films,
        contact=None if numbers.owner is None else account_entity(numbers.owner, site),
        users=numbers.usage.users,
        active_month=numbers.usage.active_month,
        posts=numbers.usage.posts,
        hosts=numbers.hosts,
        access=access,
    )


async def get(request: web.Request) -> web.Response:
    """GET /api/v2/instance"""
    numbers, site = await numbers_of(request), site_of(request)
    facts = _facts(numbers, site, request.app[FILMS].available, await access_of(request))
    entity = instance_entity(numbers.settings, site, facts, rules=rules_of(numbers))
    return answers.json(entity, headers=CACHED)


async def get_old(request: web.Request) -> web.Response:
    """GET /api/v1/instance"""
    numbers, site = await numbers_of(request), site_of(request)
    entity = old_instance_entity(
        numbers.settings, site, _facts(numbers, site, request.app[FILMS].available), rules=rules_of(numbers)
    )
    return answers.json(entity, headers=CACHED | OLD)


async def rules(request: web.Request) -> web.Response:
    """GET /api/v1/instance/rules"""
    return answers.json(rules_of(await numbers_of(request)), headers=CACHED)


async def description(request: web.Request) -> web.Response:
    """GET /api/v1/instance/extended_description"""
    return answers.json(Text(updated_at=None, content=f"<p>{DESCRIPTION}</p>"), headers=CACHED)


async def privacy(request: web.Request) -> web.Response:
    """GET /api/v1/instance/privacy_policy"""
    return answers.json(Text(updated_at="2026-11-01T00:00:00Z", content=PRIVACY), headers=CACHED)


ROUTES: Final = (
    Route("GET", "/api/v2/instance", get, Auth.public()),
    Route("GET", "/api/v1/instance", get_old, Auth.public()),
    Route("GET", "/api/v1/instance/rules", rules, Auth.public()),
    Route("GET", "/api/v1/instance/extended_description", description, Auth.public()),
    Route("GET", "/api/v1/instance/privacy_policy", privacy, Auth.public()),
)
