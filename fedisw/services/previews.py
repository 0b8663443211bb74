"""Which posts show a preview of a page, and of which (GRP-4, NET-9)."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from fedisw.jobs.chores import FetchCard
from fedisw.model.accounts import Account, Reach
from fedisw.model.cards import Card
from fedisw.model.statuses import Status, Visibility
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, cards, media, statuses
from fedisw.text.links import first_link

SPREAD: Final = 61  # seconds: a page is asked for at some time within the next minute, so that it cannot tell who posted
FRESH: Final = timedelta(days=14)
FRESH_WITHOUT: Final = timedelta(days=1)  # a page that had nothing to say is asked again after


def page_of(status: Status, author: Account, *, with_media: bool) -> str | None:
    """The page that a post shows a preview of.

    To fetch a page tells its owner that it was talked of: only what everybody may read is looked up, and nothing that
    stays here (GRP-4).
    """
    open_to_all = status.visibility in (Visibility.PUBLIC, Visibility.UNLISTED) and author.reach is Reach.PUBLIC
    if not open_to_all or status.local_only or with_media or status.quoted_uri or status.reblog_of_id is not None:
        return None
    return first_link(status.content)


def for_new(tx: Tx, status: Status, *, author: Account, now: datetime, with_media: bool) -> None:
    """A post is new: look its page up, a little later."""
    url = page_of(status, author, with_media=with_media)
    if url is not None:
        _ask(tx, status, url, now=now)


def for_edited(tx: Tx, status: Status, *, author: Account, now: datetime) -> None:
    """A post has another text: what it showed goes, unless it is of the same page."""
    url = page_of(status, author, with_media=bool(media.of_statuses(tx, [status.id])))
    known = cards.find(tx, url) if url is not None else None
    if status.card_id is not None and (known is None or known.id != status.card_id):
        cards.show(tx, status.id, None)
    if url is not None:
        _ask(tx, status, url, now=now)


def _ask(tx: Tx, status: Status, url: str, *, now: datetime) -> None:
    about = hashlib.sha256(url.encode()).hexdigest()[:16]
    later = timedelta(seconds=(status.id ^ status.id >> 16) % SPREAD)
    tx.enqueue(FetchCard(status_id=status.id, about=about), run_at=now + later)


def look(tx: Tx, *, status_id: int, now: datetime) -> str | None:
    """Show what is known of the page of a post; its address where it must be fetched first."""
    status = statuses.find(tx, status_id)
    author = None if status is None else accounts.get(tx, status.account_id)
    if status is None or author is None or not author.usable:
        return None
    url = page_of(status, author, with_media=bool(media.of_statuses(tx, [status_id])))
    known = cards.find(tx, url) if url is not None else None
    if url is not None and (known is None or known.fetched_at + (FRESH if known.title else FRESH_WITHOUT) <= now):
        return url
    cards.show(tx, status_id, known.id if known is not None and known.title else None)
    return None


def keep(tx: Tx, card: Card, *, status_id: int, now: datetime) -> None:
    """A page was read: keep it, and show it where it still stands."""
    cards.put(tx, card)
    look(tx, status_id=status_id, now=now)
