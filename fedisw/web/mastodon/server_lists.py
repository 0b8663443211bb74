"""Lists and documents about the server that staff may show or hide (mastodon-api.md, section 2.19)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec
from aiohttp import web

from fedisw.model.errors import NotFound
from fedisw.model.house import House, ShownTo, Terms, Week
from fedisw.model.moderation import DomainRule, Severity
from fedisw.services import house_settings
from fedisw.services.house_settings import DAY, week_of
from fedisw.storage.db import Tx
from fedisw.storage.queries import domains, hosts, weeks
from fedisw.text.language import THREE_LETTERS, TWO_LETTERS
from fedisw.text.markdown import to_html
from fedisw.web import answers
from fedisw.web.keys import DB, NOW, translator_of
from fedisw.web.mastodon.context import OF_THE_SERVER, caching, viewer_id_of
from fedisw.web.routes import Auth, Route

CACHED: Final = {"Cache-Control": OF_THE_SERVER}
FOUND: Final = 10
WORDS: Final = {Severity.LIMIT: "silence", Severity.SUSPEND: "suspend"}


class DomainBlock(msgspec.Struct, frozen=True, kw_only=True):
    """A server that is limited or blocked here."""

    domain: str
    digest: str
    severity: str
    comment: str | None


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """A week, by the seconds since 1970 of its first moment; all are texts."""

    week: str
    statuses: str
    logins: str
    registrations: str


class TermsOfService(msgspec.Struct, frozen=True, kw_only=True):
    """mastodon-entities.md, section 5."""

    effective_date: str
    effective: bool
    content: str
    succeeded_by: str | None


class Language(msgspec.Struct, frozen=True, kw_only=True):
    """A language that a post may be in."""

    code: str
    name: str


def _check_shown(request: web.Request, shown: ShownTo) -> None:
    if shown is ShownTo.NOBODY or (shown is ShownTo.USERS and viewer_id_of(request) is None):
        raise NotFound("list")


async def peers(request: web.Request) -> web.Response:
    """GET /api/v1/instance/peers: names of the servers that we know, when staff show them (ENU-5)."""
    house, names = await request.app[DB].read(_peers, "", 0)
    _check_shown(request, house.peers_shown)
    return answers.json(names, headers=caching(request))


async def peers_search(request: web.Request) -> web.Response:
    """GET /api/v1/peers/search: up to ten names that begin so."""
    prefix = request.query.get("q", "").strip().lower()
    house, names = await request.app[DB].read(_peers, prefix, FOUND)
    _check_shown(request, house.peers_shown)
    return answers.json(names if prefix else [], headers=caching(request))


def _peers(tx: Tx, prefix: str, limit: int) -> tuple[House, list[str]]:
    house = house_settings.read(tx)
    return house, [] if house.peers_shown is ShownTo.NOBODY else hosts.names(tx, prefix, limit=limit)


async def domain_blocks(request: web.Request) -> web.Response:
    """GET /api/v1/instance/domain_blocks: NotFound when they are not shown."""
    house, rules = await request.app[DB].read(_rules)
    _check_shown(request, house.domain_blocks_shown)
    shown = [_block(rule) for rule in rules if not rule.allowed and rule.severity in WORDS]
    return answers.json(shown, headers=caching(request))


def _rules(tx: Tx) -> tuple[House, list[DomainRule]]:
    return house_settings.read(tx), domains.all_rules(tx)


def _block(rule: DomainRule) -> DomainBlock:
    return DomainBlock(
        domain=obfuscated(rule.host) if rule.obfuscate else rule.host,
        digest=hashlib.sha256(rule.host.encode()).hexdigest(),
        severity=WORDS[rule.severity],
        comment=rule.comment or None,
    )


def obfuscated(host: str) -> str:
    """A name of which only both ends can be read; dots stay."""
    ends = len(host) // 4
    return "".join(char if char == "." or at < ends or at >= len(host) - ends else "*" for at, char in enumerate(host))


async def activity(request: web.Request) -> web.Response:
    """GET /api/v1/instance/activity: the last twelve weeks; what was before the server began is 0."""
    house, counted = await request.app[DB].read(_weeks)
    _check_shown(request, house.activity_shown)
    known, this_week = {week.week: week for week in counted}, week_of(request.app[NOW]())
    shown = [_activity(known.get(week), week) for week in range(this_week, this_week - 7 * weeks.SHOWN, -7)]
    return answers.json(shown, headers=CACHED)


def _weeks(tx: Tx) -> tuple[House, list[Week]]:
    return house_settings.read(tx), weeks.newest(tx)


def _activity(counted: Week | None, week: int) -> Activity:
    numbers = (0, 0, 0) if counted is None else (counted.statuses, counted.logins, counted.registrations)
    statuses, logins, registrations = map(str, numbers)
    return Activity(week=str(week * DAY), statuses=statuses, logins=logins, registrations=registrations)


async def terms(request: web.Request) -> web.Response:
    """GET /api/v1/instance/terms_of_service: those that hold today; NotFound when there are none."""
    today = request.app[NOW]().date()
    every = await _terms(request)
    holding = [one for one in every if one.effective <= today]
    if not holding:
        raise NotFound("record")
    return _told(holding[-1], every, request.app[NOW]())


async def terms_of(request: web.Request) -> web.Response:
    """GET /api/v1/instance/terms_of_service/{date}: those of a day, of later ones too."""
    every = await _terms(request)
    for one in every:
        if one.effective.isoformat() == request.match_info["date"]:
            return _told(one, every, request.app[NOW]())
    raise NotFound("record")


async def _terms(request: web.Request) -> list[Terms]:
    house = await request.app[DB].read(house_settings.read)
    return sorted(house.terms, key=lambda one: one.effective)


def _told(one: Terms, every: Iterable[Terms], now: datetime) -> web.Response:
    later = next((other.effective.isoformat() for other in every if other.effective > one.effective), None)
    entity = TermsOfService(
        effective_date=one.effective.isoformat(),
        effective=one.effective <= now.date(),
        content=to_html(one.text),
        succeeded_by=later,
    )
    return answers.json(entity, headers=CACHED)


async def languages(request: web.Request) -> web.Response:
    """GET /api/v1/instance/languages: what posts may be in, named in the language of the request."""
    words = translator_of(request)
    shown = [Language(code=code, name=words.name_of(code)) for code in sorted(TWO_LETTERS | THREE_LETTERS)]
    return answers.json(shown, headers=caching(request))


ROUTES: Final = (
    Route("GET", "/api/v1/instance/peers", peers, Auth.optional()),
    Route("GET", "/api/v1/peers/search", peers_search, Auth.optional()),
    Route("GET", "/api/v1/instance/domain_blocks", domain_blocks, Auth.optional()),
    Route("GET", "/api/v1/instance/activity", activity, Auth.public()),
    Route("GET", "/api/v1/instance/terms_of_service", terms, Auth.public()),
    Route("GET", "/api/v1/instance/terms_of_service/{date}", terms_of, Auth.public()),
    Route("GET", "/api/v1/instance/languages", languages, Auth.public()),
)
