"""Notifications, one by one (mastodon-api.md, section 2.15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from aiohttp import web
from msgspec import UNSET

from fedisw.i18n import Translator, translator
from fedisw.i18n.translator import ENGLISH
from fedisw.model.accounts import Account
from fedisw.model.errors import NotFound
from fedisw.model.moderation import Report
from fedisw.model.notifications import ABOUT_POSTS, AccountWarning, Notification, NotificationType, Severance
from fedisw.model.paging import Page
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, notices, notifications, reports
from fedisw.web import answers, forms
from fedisw.web.keys import DB, translator_of
from fedisw.web.mastodon.context import id_in, me
from fedisw.web.mastodon.entities import account as account_entities
from fedisw.web.mastodon.entities.fragments import FRAGMENTS, Fragments
from fedisw.web.mastodon.entities.notification import Details, notification_entity, severance_entity, warning_entity
from fedisw.web.mastodon.entities.notification import Notification as Entity
from fedisw.web.mastodon.entities.report import report_entity
from fedisw.web.mastodon.entities.site import Site
from fedisw.web.mastodon.fallbacks import fallback_of
from fedisw.web.mastodon.posts import Eyes, Gathered, eyes_of, gather_ids, rendered
from fedisw.web.paging import limit_of, link_header, page_of
from fedisw.web.routes import Auth, Route

BASELINE: Final = frozenset(  # types that every client knows: those before 4.2
    {
        NotificationType.MENTION,
        NotificationType.STATUS,
        NotificationType.REBLOG,
        NotificationType.FOLLOW,
        NotificationType.FOLLOW_REQUEST,
        NotificationType.FAVOURITE,
        NotificationType.POLL,
        NotificationType.UPDATE,
        NotificationType.ADMIN_SIGN_UP,
        NotificationType.ADMIN_REPORT,
    }
)
LIMIT, MOST = 40, 80
COUNTED, MOST_COUNTED = 100, 1_000


class Kinds(msgspec.Struct, kw_only=True):
    """Which notifications; names that we do not know are ignored."""

    types: list[str] | None = None
    exclude_types: list[str] = []
    account_id: int = 0
    include_filtered: bool = False
    supported_types: list[str] | None = None

    @property
    def wanted(self) -> list[NotificationType]:
        """The types that are left."""
        return [kind for kind in NotificationType if self._named(kind) and kind.value not in self.exclude_types]

    @property
    def with_filtered(self) -> bool:
        """Whether what was kept apart is shown; to ask for one account is to want it."""
        return self.include_filtered or self.account_id > 0

    def _named(self, kind: NotificationType) -> bool:
        return self.types is None or kind.value in self.types


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """The types that a client knows (None: it did not say), and the language for those that it does not."""

    supported: frozenset[str] | None
    words: Translator

    def needs_line(self, kind: NotificationType) -> bool:
        """Whether the client gets a line to show instead."""
        return self.supported is not None and kind not in BASELINE and kind.value not in self.supported


EVERYTHING: Final = Saying(supported=None, words=translator(ENGLISH))


def saying(request: web.Request, kinds: Kinds) -> Saying:
    """What the client of this request knows."""
    supported = None if kinds.supported_types is None else frozenset(kinds.supported_types)
    return Saying(supported=supported, words=translator_of(request))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Notifications with everything that they name."""

    found: list[Notification]
    people: dict[int, Account]
    posts: Gathered
    reports: dict[int, Report]
    severances: dict[int, Severance]
    warnings: dict[int, AccountWarning]


def told(tx: Tx, found: Sequence[Notification], eyes: Eyes, *, also: Sequence[int] = ()) -> Told:
    """Read what notifications name, a fixed number of statements; `also` are more accounts."""
    complaints = {item.id: item for item in reports.by_ids(tx, {item.report_id for item in found if item.report_id})}
    ids = {item.from_id for item in found} | {item.target_id for item in complaints.values()} | set(also)
    people = {account.id: account for account in accounts.by_ids(tx, sorted(ids))}
    posts = gather_ids(tx, list(dict.fromkeys(item.status_id for item in found if item.status_id is not None)), eyes)
    shown = {ref.id for ref in posts.refs}
    kept = [item for item in found if item.type not in ABOUT_POSTS or item.status_id in shown]  # VIS-13
    return Told(
        found=kept,
        people=people,
        posts=posts,
        reports=complaints,
        severances=notices.severances_by_ids(tx, _about(found, NotificationType.SEVERED_RELATIONSHIPS)),
        warnings=notices.warnings_by_ids(tx, _about(found, NotificationType.MODERATION_WARNING)),
    )


def _about(found: Sequence[Notification], kind: NotificationType) -> list[int]:
    return [item.about_id for item in found if item.type is kind and item.about_id is not None]


def details_of(read: Told, item: Notification, site: Site, said: Saying) -> Details:
    """What a notification of this type carries besides; `said`: what the client knows."""

    def shown(account_id: int) -> account_entities.Account:
        return account_entities.account_entity(read.people[account_id], site)

    about = item.about_id or 0
    report = read.reports.get(item.report_id or 0)
    event = read.severances.get(about) if item.type is NotificationType.SEVERED_RELATIONSHIPS else None
    warning = read.warnings.get(about) if item.type is NotificationType.MODERATION_WARNING else None
    return Details(
        report=UNSET if report is None else report_entity(report, target=shown(report.target_id)),
        event=UNSET if event is None else severance_entity(event),
        moderation_warning=UNSET if warning is None else warning_entity(warning, target=shown(warning.account_id)),
        fallback=fallback_of(item.type, said.words) if said.needs_line(item.type) else UNSET,
    )


def entities_of(request: web.Request, read: Told, kinds: Kinds) -> list[Entity]:
    """The answer's items."""
    return entities(read, request.app[FRAGMENTS], saying(request, kinds))


def entities(read: Told, fragments: Fragments, said: Saying = EVERYTHING) -> list[Entity]:
    """The same where there is no request."""
    site = fragments.site
    posts = dict(zip((ref.id for ref in read.posts.refs), rendered(read.posts, fragments), strict=True))
    shown = {account_id: account_entities.account_entity(account, site) for account_id, account in read.people.items()}
    return [
        notification_entity(
            item,
            account=shown[item.from_id],
            status=posts.get(item.status_id or 0),
            details=details_of(read, item, site, said),
        )
        for item in read.found
    ]


async def index(request: web.Request) -> web.Response:
    """GET /api/v1/notifications"""
    kinds, page = await forms.decode(request, Kinds), page_of(request, limit=LIMIT, most=MOST)
    ids, read = await request.app[DB].read(_index, kinds, page, eyes_of(request))
    return answers.json(entities_of(request, read, kinds), headers=link_header(request, ids, page, always_next=True))


def _index(tx: Tx, kinds: Kinds, page: Page, eyes: Eyes) -> tuple[list[int], Told]:
    found = notifications.page(
        tx,
        eyes.person,
        page,
        types=kinds.wanted,
        now=eyes.now,
        from_id=kinds.account_id,
        filtered=kinds.with_filtered,
    )
    return [item.id for item in found], told(tx, found, eyes)


async def get(request: web.Request) -> web.Response:
    """GET /api/v1/notifications/{id}"""
    kinds = await forms.decode(request, Kinds)
    read = await request.app[DB].read(read_one, id_in(request), eyes_of(request))
    return answers.json(entities_of(request, read, kinds)[0])


def read_one(tx: Tx, notification_id: int, eyes: Eyes) -> Told:
    """One notification with everything that it names; NotFound when it is not this person's, or not to be shown any more."""
    found = notifications.find(tx, notification_id, viewer_id=eyes.person, now=eyes.now)
    read = told(tx, [found] if found is not None else [], eyes)
    if not read.found:
        raise NotFound("notification", notification_id)
    return read


async def unread_count(request: web.Request) -> web.Response:
    """GET /api/v1/notifications/unread_count"""
    kinds, limit = await forms.decode(request, Kinds), limit_of(request, limit=COUNTED, most=MOST_COUNTED)
    return answers.json({"count": await request.app[DB].read(_unread, kinds, limit, eyes_of(request))})


def _unread(tx: Tx, kinds: Kinds, limit: int, eyes: Eyes) -> int:
    return notifications.unread(
        tx,
        eyes.person,
        above=read_up_to(tx, eyes),
        types=kinds.wanted,
        now=eyes.now,
        limit=limit,
        from_id=kinds.account_id,
        filtered=kinds.with_filtered,
    )


def read_up_to(tx: Tx, eyes: Eyes) -> int:
    """How far the person has read."""
    marks = notifications.markers_of(tx, eyes.person, ["notifications"])
    return marks[0].last_read_id if marks else 0


async def clear(request: web.Request) -> web.Response:
    """POST /api/v1/notifications/clear, POST /api/v2/notifications/clear"""
    await request.app[DB].write(notifications.clear, me(request).id)
    return answers.json({})


async def dismiss(request: web.Request) -> web.Response:
    """POST /api/v1/notifications/{id}/dismiss"""
    if not await request.app[DB].write(notifications.remove, id_in(request), account_id=me(request).id):
        raise NotFound("notification")
    return answers.json({})


READ, WRITE = Auth.user("read:notifications"), Auth.user("write:notifications")
ROUTES: Final = (
    Route("GET", "/api/v1/notifications", index, READ),
    Route("GET", "/api/v1/notifications/unread_count", unread_count, READ),
    Route("POST", "/api/v1/notifications/clear", clear, WRITE),
    Route("GET", "/api/v1/notifications/{id}", get, READ),
    Route("POST", "/api/v1/notifications/{id}/dismiss", dismiss, WRITE),
)
