"""How many strangers somebody may write to directly (security, section 15): 20 an hour, 5 on the first day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from aiohttp import web

from fedisw.live.buckets import HOUR, STRANGERS, STRANGERS_NEWCOMER, Rule
from fedisw.model.errors import TooMany
from fedisw.model.statuses import Visibility
from fedisw.storage.db import Tx
from fedisw.storage.queries import relationships
from fedisw.web.keys import BUCKETS, DB, NOW
from fedisw.web.mastodon.compose import Composed
from fedisw.web.mastodon.context import me
from fedisw.web.mastodon.posts import Eyes, eyes_of
from fedisw.web.middleware.limits import take

NEWCOMER: Final = timedelta(hours=24)
ONCE: Final = Rule(name="same-stranger", limit=1, seconds=HOUR)  # so that a stranger counts once an hour


async def count(request: web.Request, composed: Composed) -> None:
    """Count the strangers whom a direct post is for; TooMany when there are too many."""
    if composed.draft.visibility is not Visibility.DIRECT or not composed.draft.mentioned:
        return
    author, buckets = me(request), request.app[BUCKETS]
    new = request.app[NOW]() - author.created_at < NEWCOMER
    for stranger in await request.app[DB].read(_strangers, composed.draft.mentioned, eyes_of(request)):
        try:
            buckets.take(ONCE, f"{author.id}:{stranger}")
        except TooMany:
            continue
        take(request, STRANGERS_NEWCOMER if new else STRANGERS, author.id)


def _strangers(tx: Tx, people: Sequence[int], eyes: Eyes) -> list[int]:
    """Those who do not follow the person and whom the person does not follow."""
    between = relationships.between(tx, eyes.person, people, now=eyes.now)
    return [one.id for one in between if not one.followed_by and not one.following]
