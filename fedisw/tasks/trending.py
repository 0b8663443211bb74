"""Computing trends: from public posts of the last two days, of people who are neither suspended nor limited."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from fedisw.model.ids import first_id_at
from fedisw.model.trends import Trend, TrendKind, score_of_link, score_of_status, score_of_tag
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import trends

DAY: Final = timedelta(days=1)
KEPT: Final = 60  # of a kind


async def compute(db: Database, *, now: datetime) -> None:
    """Bring the lists up to date. Twice: the same lists."""
    for kind, find in ((TrendKind.TAG, tags), (TrendKind.STATUS, statuses), (TrendKind.LINK, links)):
        found = await db.read(find, now=now)
        best = sorted((trend for trend in found if trend.score > 0), key=lambda trend: -trend.score)[:KEPT]
        await db.write(trends.renew, kind, best)


def tags(tx: Tx, *, now: datetime) -> list[Trend]:
    """Tags that unusually many people use today."""
    uses = trends.tag_uses(tx, since_id=first_id_at(now - 2 * DAY), day_id=first_id_at(now - DAY))
    return [Trend(kind=TrendKind.TAG, ref_id=use.ref_id, score=score_of_tag(today=use.today, before=use.before)) for use in uses]


def links(tx: Tx, *, now: datetime) -> list[Trend]:
    """Pages to which several people link."""
    uses = trends.link_uses(tx, since_id=first_id_at(now - 2 * DAY), day_id=first_id_at(now - DAY))
    return [
        Trend(kind=TrendKind.LINK, ref_id=use.ref_id, score=score_of_link(today=use.today, before=use.before)) for use in uses
    ]


def statuses(tx: Tx, *, now: datetime) -> list[Trend]:
    """Posts that people like; one of each author."""
    best: dict[int, Trend] = {}
    for post in trends.liked(tx, since_id=first_id_at(now - 2 * DAY)):
        score = score_of_status(marks=post.marks, hours=(now - post.created_at) / timedelta(hours=1))
        known = best.get(post.account_id)
        if known is None or known.score < score:
            best[post.account_id] = Trend(kind=TrendKind.STATUS, ref_id=post.id, score=score)
    return list(best.values())
