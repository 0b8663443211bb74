"""Notifications in groups (mastodon-api.md, sections 2.16 and 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web
from msgspec import UNSET

from fedisw.model.accounts import Account
from fedisw.model.errors import Malformed, NotFound
from fedisw.model.ids import id_of
from fedisw.model.notifications import Notification, NotificationType
from fedisw.model.paging import Page
from fedisw.services.notifications import GROUPED
from fedisw.storage.db import Tx
from fedisw.storage.queries import notification_groups, notifications
from fedisw.storage.queries.notification_groups import SAMPLE, SINGLE, Span
from fedisw.web import answers, forms
from fedisw.web.keys import DB
from fedisw.web.mastodon.context import me, site_of
from fedisw.web.mastodon.entities.account import account_entity
from fedisw.web.mastodon.entities.fragments import FRAGMENTS
from fedisw.web.mastodon.entities.notification import (
    Group,
    GroupedNotificationsResults,
    group_entity,
    partial_entities,
)
from fedisw.web.mastodon.notifications import (
    COUNTED,
    LIMIT,
    MOST,
    MOST_COUNTED,
    Kinds,
    Saying,
    Told,
    clear,
    details_of,
    read_up_to,
    saying,
    told,
)
from fedisw.web.mastodon.people import Found, listed, without_blocked
from fedisw.web.mastodon.posts import Eyes, eyes_of, rendered
from fedisw.web.paging import limit_of, link_header, page_of
from fedisw.web.routes import Auth, Route

FULL, PARTIAL = "full", "partial_avatars"


class GroupKinds(Kinds, kw_only=True):
    """Which notifications, which of them in groups, and how much of the accounts."""

    grouped_types: list[str] | None = None
    expand_accounts: str = FULL

    @property
    def grouped(self) -> list[NotificationType]:
        """The types that may form groups."""
        return [kind for kind in GROUPED if self.grouped_types is None or kind.value in self.grouped_types]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Groups with everything that they name; `ids` page them."""

    ids: list[int]
    groups: list[Group]
    read: Told


async def index(request: web.Request) -> web.Response:
    """GET /api/v2/notifications"""
    kinds, page = await forms.decode(request, GroupKinds), page_of(request, limit=LIMIT, most=MOST)
    if kinds.expand_accounts not in (FULL, PARTIAL):
        raise Malformed(f"Invalid value for 'expand_accounts': allowed values are '{FULL}' and '{PARTIAL}'")
    found = await request.app[DB].read(_index, kinds, page, eyes_of(request))
    results = _results(request, found, saying(request, kinds), partial=kinds.expand_accounts == PARTIAL)
    return answers.json(results, headers=link_header(request, found.ids, page, always_next=True))


def _index(tx: Tx, kinds: GroupKinds, page: Page, eyes: Eyes) -> Read:
    spans = notification_groups.spans(
        tx,
        eyes.person,
        page,
        types=kinds.wanted,
        grouped=kinds.grouped,
        now=eyes.now,
        filtered=kinds.include_filtered,
    )
    return _read(tx, spans, eyes, filtered=kinds.include_filtered)


def _read(tx: Tx, spans: list[Span], eyes: Eyes, *, filtered: bool) -> Read:
    """What groups name, a fixed number of statements."""
    latest = {item.id: item for item in notification_groups.by_ids(tx, eyes.person, [span.newest for span in spans])}
    keys = [span.key for span in spans if not span.key.startswith(SINGLE)]
    sample: dict[str, list[int]] = {}
    totals: dict[str, int] = {}
    newest = max((span.newest for span in spans), default=0)
    for member in notification_groups.members(tx, eyes.person, keys, newest=newest, now=eyes.now, filtered=filtered):
        sample.setdefault(member.key, []).append(member.from_id)
        totals[member.key] = member.total
    groups = [_group(span, latest[span.newest], sample, totals) for span in spans if span.newest in latest]
    everybody = [account_id for group in groups for account_id in group.sample]
    read = told(tx, [group.latest for group in groups], eyes, also=everybody)
    kept = {item.id for item in read.found}
    return Read(ids=[span.newest for span in spans], groups=[one for one in groups if one.latest.id in kept], read=read)


def _group(span: Span, latest: Notification, sample: dict[str, list[int]], totals: dict[str, int]) -> Group:
    people = dict.fromkeys((latest.from_id, *sample.get(span.key, ())))
    return Group(span=span, latest=latest, count=totals.get(span.key, 1), sample=tuple(people)[:SAMPLE])


def _results(
    request: web.Request, found: Read, said: Saying, *, partial: bool = False, listed: bool = True
) -> GroupedNotificationsResults:
    site, read = site_of(request), found.read
    whole = {group.sample[0] for group in found.groups} if partial else {item for group in found.groups for item in group.sample}
    rest = {item for group in found.groups for item in group.sample} - whole
    faces = [account_entity(read.people[item], site) for item in sorted(rest) if item in read.people]
    return GroupedNotificationsResults(
        accounts=[account_entity(read.people[item], site) for item in sorted(whole) if item in read.people],
        partial_accounts=partial_entities(faces) if partial else UNSET,
        statuses=rendered(read.posts, request.app[FRAGMENTS]),
        notification_groups=[
            group_entity(group, details=details_of(read, group.latest, site, said), listed=listed) for group in found.groups
        ],
    )


async def get(request: web.Request) -> web.Response:
    """GET /api/v2/notifications/{group_key}"""
    kinds = await forms.decode(request, GroupKinds)
    found = await request.app[DB].read(_get, request.match_info["group_key"], eyes_of(request))
    return answers.json(_results(request, found, saying(request, kinds), listed=False))


def _get(tx: Tx, key: str, eyes: Eyes) -> Read:
    found = _members(tx, key, eyes)
    read = _read(tx, [Span(key=key, newest=found[0].id, oldest=found[-1].id)] if found else [], eyes, filtered=True)
    if not read.groups:
        raise NotFound("notification group", key)
    return read


def _members(tx: Tx, key: str, eyes: Eyes) -> list[Notification]:
    """The notifications of a group, or the single one that a key of ours names; none for others' (VIS-9)."""
    single = _single(key)
    if single is None:
        return notifications.in_group(tx, key, viewer_id=eyes.person, now=eyes.now)
    found = notifications.find(tx, single, viewer_id=eyes.person, now=eyes.now)
    return [found] if found is not None else []


def _single(key: str) -> int | None:
    return id_of(key.removeprefix(SINGLE)) if key.startswith(SINGLE) else None


async def dismiss(request: web.Request) -> web.Response:
    """POST /api/v2/notifications/{group_key}/dismiss"""
    if not await request.app[DB].write(_dismiss, request.match_info["group_key"], me(request).id):
        raise NotFound("notification group")
    return answers.json({})


def _dismiss(tx: Tx, key: str, account_id: int) -> bool:
    single = _single(key)
    if single is not None:
        return notifications.remove(tx, single, account_id=account_id)
    return notifications.remove_group(tx, key, account_id=account_id) > 0


async def accounts(request: web.Request) -> web.Response:
    """GET /api/v2/notifications/{group_key}/accounts"""
    page = page_of(request, limit=LIMIT, most=MOST)
    found, shown = await request.app[DB].read(_accounts, request.match_info["group_key"], page, eyes_of(request))
    return listed(request, found, shown, page)


def _accounts(tx: Tx, key: str, page: Page, eyes: Eyes) -> tuple[Found, list[Account]]:
    members = _members(tx, key, eyes)
    if not members:
        raise NotFound("notification group", key)
    found = notification_groups.accounts_in(tx, eyes.person, [item.id for item in members], page)
    return found, without_blocked(tx, [account for _, account in found], viewer_id=eyes.viewer_id)


async def unread_count(request: web.Request) -> web.Response:
    """GET /api/v2/notifications/unread_count"""
    kinds, limit = await forms.decode(request, GroupKinds), limit_of(request, limit=COUNTED, most=MOST_COUNTED)
    return answers.json({"count": await request.app[DB].read(_unread, kinds, limit, eyes_of(request))})


def _unread(tx: Tx, kinds: GroupKinds, limit: int, eyes: Eyes) -> int:
    return notification_groups.unread(
        tx,
        eyes.person,
        above=read_up_to(tx, eyes),
        types=kinds.wanted,
        grouped=kinds.grouped,
        now=eyes.now,
        limit=limit,
        filtered=kinds.include_filtered,
    )


READ, WRITE = Auth.user("read:notifications"), Auth.user("write:notifications")
ROUTES: Final = (
    Route("GET", "/api/v2/notifications", index, READ),
    Route("GET", "/api/v2/notifications/unread_count", unread_count, READ),
    Route("POST", "/api/v2/notifications/clear", clear, WRITE),
    Route("GET", "/api/v2/notifications/{group_key}", get, READ),
    Route("POST", "/api/v2/notifications/{group_key}/dismiss", dismiss, WRITE),
    Route("GET", "/api/v2/notifications/{group_key}/accounts", accounts, READ),
)
