"""All routes of the client API but streaming, and what they need in an application."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedisw.web.mastodon import (
    accounts,
    actions,
    announcements,
    apps,
    collections,
    conversations,
    discovery,
    empty,
    filters,
    grouped,
    instance,
    lists,
    markers,
    media,
    notifications,
    oembed,
    old_filters,
    polls,
    profile,
    push,
    quotes,
    refreshes,
    regards,
    relations,
    reports,
    requests,
    saved,
    scheduled,
    search,
    seasonal,
    server_lists,
    signup,
    statuses,
    tags,
    timelines,
    translations,
    trends,
)
from fedisw.web.mastodon.context import make_site
from fedisw.web.mastodon.entities.fragments import FRAGMENTS, Fragments
from fedisw.web.mastodon.instance import KEPT, Kept
from fedisw.web.routes import Route

ROUTES: Final[tuple[Route, ...]] = (
    *apps.ROUTES,
    *search.ROUTES,  # before accounts, whose ids would take the word for one
    *discovery.ROUTES,
    *accounts.ROUTES,
    *profile.ROUTES,
    *signup.ROUTES,
    *relations.ROUTES,
    *regards.ROUTES,
    *lists.ROUTES,
    *filters.ROUTES,
    *old_filters.ROUTES,
    *statuses.ROUTES,
    *quotes.ROUTES,
    *actions.ROUTES,
    *polls.ROUTES,
    *saved.ROUTES,
    *scheduled.ROUTES,
    *media.ROUTES,
    *timelines.ROUTES,
    *conversations.ROUTES,
    *markers.ROUTES,
    *requests.ROUTES,  # before the others, whose keys would take these words for one
    *grouped.ROUTES,
    *push.ROUTES,
    *announcements.ROUTES,
    *collections.ROUTES,
    *refreshes.ROUTES,
    *collections.EARLY_ROUTES,
    *seasonal.ROUTES,
    *empty.ROUTES,
    *notifications.ROUTES,
    *tags.ROUTES,
    *trends.ROUTES,
    *instance.ROUTES,
    *server_lists.ROUTES,
    *reports.ROUTES,
    *oembed.ROUTES,
    *translations.ROUTES,
)


def furnish(app: web.Application, *, fragment_bytes: int | None = None) -> None:
    """Put into an application that has SETTINGS, STORE and LINKS what the handlers need.

    Args:
        fragment_bytes: size of the cache of rendered posts, if not the usual one.
    """
    site = make_site(app)
    app[FRAGMENTS] = Fragments(site) if fragment_bytes is None else Fragments(site, max_bytes=fragment_bytes)
    app[KEPT] = Kept()
