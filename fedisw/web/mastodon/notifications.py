"""Notifications, one by one (mastodon-api.md, section 2.15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from aiohttp import web

from fedisw.model.accounts import Account
from fedisw.model.errors import NotFound
from fedisw.model.moderation import Report
from fedisw.model.notifications import Notification, NotificationType
from fedisw.model.paging import Page
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, notifications, reports
from fedisw.web import answers, forms
from fedisw.web.keys import DB
from fedisw.web.mastodon.context import id_in, me
from fedisw.web.mastodon.entities import account as account_entities
from fedisw.web.mastodon.entities.fragments import FRAGMENTS, Fragments
from fedisw.web.mastodon.entities.notification import ABOUT_POSTS, notification_entity
from fedisw.web.mastodon.entities.notification import Notification as Entity
from fedisw.web.mastodon.entities.report import Report as ReportEntity
from fedisw.web.mastodon.entities.report import report_entity
from fedisw.web.mastodon.entities.site import Site
from fedisw.web.mastodon.posts import Eyes, Gathered, eyes_of, gather_ids, rendered
from fedisw.web.paging import limit_of, link_header, page_of
from fedisw.web.routes import Auth, Route

LIMIT, MOST = 40, 80
COUNTED, MOST_COUNTED = 100, 1_000


class Kinds(msgspec.Struct, kw_only=True):
    """Which notifications; names that we do not know are ignored."""

    types: list[str] | None = None
    exclude_types: list[str] = []
    account_id: int = 0
    include_filtered: bool = False

    @property
    def wanted(self) -> list[NotificationType]:
        """The types that are left."""
        return [kind for kind in NotificationType if self._named(kind) and kind.value not in self.exclude_types]

    def _named(self, kind: NotificationType) -> bool:
        return self.types is None or kind.value in self.types


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Notifications with everything that they name."""

    found: list[Notification]
    people: dict[int, Account]
    posts: Gathered
    reports: dict[int, Report]


def told(tx: Tx, found: Sequence[Notification], eyes: Eyes, *, also: Sequence[int] = ()) -> Told:
    """Read what notifications name, a fixed number of statements; `also` are more accounts."""
    complaints = {item.id: item for item in reports.by_ids(tx, {item.report_id for item in found if item.report_id})}
    ids = {item.from_id for item in found} | {item.target_id for item in complaints.values()} | set(also)
    people = {account.id: account for account in accounts.by_ids(tx, sorted(ids))}
    posts = gather_ids(tx, list(dict.fromkeys(item.status_id for item in found if item.status_id is not None)), eyes)
    shown = {ref.id for ref in posts.refs}
    kept = [item for item in found if item.type not in ABOUT_POSTS or item.status_id in shown]  # VIS-13
    return Told(found=kept, people=people, posts=posts, reports=complaints)


def report_of(read: Told, item: Notification, site: Site) -> ReportEntity | None:
    """The complaint that staff are told of."""
    report = read.reports.get(item.report_id or 0)
    if report is None:
        return None
    return report_entity(report, target=account_entities.account_entity(read.people[report.target_id], site))


def entities_of(request: web.Request, read: Told) -> list[Entity]:
    """The answer's items."""
    return entities(read, request.app[FRAGMENTS])


def entities(read: Told, fragments: Fragments) -> list[Entity]:
    """The same where there is no request."""
    site = fragments.site
    posts = dict(zip((ref.id for ref in read.posts.refs), rendered(read.posts, fragments), strict=True))
    shown = {account_id: account_entities.account_entity(account, site) for account_id, account in read.people.items()}
    return [
        notification_entity(
            item,
            account=shown[item.from_id],
            status=posts.get(item.status_id or 0),
            report=report_of(read, item, site),
        )
        for item in read.found
    ]


async def index(request: web.Request) -> web.Response:
    """GET /api/v1/notifications"""
    kinds, page = await forms.decode(request, Kinds), page_of(request, limit=LIMIT, most=MOST)
    ids, read = await request.app[DB].read(_index, kinds, page, eyes_of(request))
    return answers.json(entities_of(request, read), headers=link_header(request, ids, page, always_next=True))


def _index(tx: Tx, kinds: Kinds, page: Page, eyes: Eyes) -> tuple[list[int], Told]:
    found = notifications.page(
        tx,
        eyes.person,
        page,
        types=kinds.wanted,
        now=eyes.now,
        from_id=kinds.account_id,
        filtered=kinds.include_filtered or kinds.account_id > 0,
    )
    return [item.id for item in found], told(tx, found, eyes)


async def get(request: web.Request) -> web.Response:
    """GET /api/v1/notifications/{id}"""
    read = await request.app[DB].read(read_one, id_in(request), eyes_of(request))
    return answers.json(entities_of(request, read)[0])


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
    count = await request.app[DB].read(unread, kinds.wanted, limit, eyes_of(request), grouped=False)
    return answers.json({"count": count})


def unread(tx: Tx, types: Sequence[NotificationType], limit: int, eyes: Eyes, *, grouped: bool) -> int:
    """How many are newer than the mark of what was read."""
    marks = notifications.markers_of(tx, eyes.person, ["notifications"])
    above = marks[0].last_read_id if marks else 0
    return notifications.unread(tx, eyes.person, above=above, types=types, now=eyes.now, limit=limit, grouped=grouped)


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
