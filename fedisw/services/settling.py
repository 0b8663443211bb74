"""Tidying what was sent long ago: who got a post is known as long as the post is there, who got anything at all as long
as the account is; all else goes (security PRI-2, PRI-4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from fedisw.model.peers import OutboundActivity
from fedisw.storage.db import Tx
from fedisw.storage.queries import settling, statuses

KEPT: Final = timedelta(days=31)  # the last try of an erasure is after 30
CHUNK: Final = 50  # activities in one unit
ENDING: Final = frozenset({"Delete", "Undo"})
MADE_AGAIN: Final = frozenset({"Create", "Update"})  # whoever asks for the post gets it from the post itself


def settle_some(tx: Tx, *, now: datetime) -> int:
    """Look at some activities that are older than 31 days; gives their number, 0 when all have been looked at."""
    found = settling.unsettled(tx, before=now - KEPT, limit=CHUNK)
    for activity in found:
        _settle(tx, activity, now=now)
    return len(found)


def _settle(tx: Tx, activity: OutboundActivity, *, now: datetime) -> None:
    if activity.type in ENDING:
        _end(tx, activity, now=now)
    elif activity.status_id is None:
        settling.remember(tx, activity.id)
        settling.remove(tx, [activity.id])
    elif activity.type == "Update" and not settling.remove_repeated(tx, activity):
        settling.remove(tx, [activity.id])  # whoever got it had the post before
    else:
        settling.settle(tx, activity, body=b"" if activity.type in MADE_AGAIN else activity.body, now=now)


def _end(tx: Tx, activity: OutboundActivity, *, now: datetime) -> None:
    """Everybody was told that something is over: what was sent about it is not needed any more."""
    if statuses.find_by_uri(tx, activity.object_uri) is not None:  # taken back from some only
        settling.remember(tx, activity.id)
        settling.remove(tx, [activity.id])
        return
    ids = [activity.id, *settling.ids_about(tx, object_uri=activity.object_uri, account_id=activity.account_id)]
    for activity_id in ids:
        settling.remember(tx, activity_id)
    settling.remove(tx, ids)
