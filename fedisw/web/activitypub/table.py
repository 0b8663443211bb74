"""All addresses of ActivityPub."""

from __future__ import annotations

from typing import Final

from fedisw.web.activitypub import activities, actors, approvals, features, inbox, lists, objects, quotes

ROUTES: Final = (
    *actors.ROUTES,
    *lists.ROUTES,
    *objects.ROUTES,
    *activities.ROUTES,
    *quotes.ROUTES,
    *approvals.ROUTES,
    *features.ROUTES,
    *inbox.ROUTES,
)
