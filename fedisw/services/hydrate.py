"""Gather what posts show, a fixed number of statements for any number of posts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from fedisw.model.accounts import Account
from fedisw.model.cards import Card
from fedisw.model.media import Media
from fedisw.model.oauth import App
from fedisw.model.quotes import Quote
from fedisw.model.statuses import Poll, Status
from fedisw.model.views import Flags, StatusView, TagView
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, cards, marks, media, oauth, polls, quotes, statuses


def views(tx: Tx, ids: Sequence[int]) -> list[StatusView]:
    """These posts with all that they show, in the order given; who may read them was asked before.

    Eleven statements at most, however many posts.
    """
    rows = {row.id: row for row in statuses.by_ids(tx, ids)}
    missing = {row.reblog_of_id for row in rows.values() if row.reblog_of_id is not None} - rows.keys()
    rows |= {row.id: row for row in statuses.by_ids(tx, missing)}
    parts = _Parts(tx, rows)
    return [parts.view(rows[wanted]) for wanted in dict.fromkeys(ids) if wanted in rows]


def view(tx: Tx, status_id: int) -> StatusView | None:
    """One post with all that it shows."""
    found = views(tx, [status_id])
    return found[0] if found else None


def flags(tx: Tx, ids: Iterable[int], viewer_id: int) -> tuple[dict[int, Flags], int]:
    """What a viewer did with these posts, in one statement; posts left alone are missing.

    Beside it the revision of the viewer's filters, 0 for somebody who never had any.
    """
    revision = 0
    kinds = defaultdict[int, set[str]](set)
    for mark in marks.marks(tx, viewer_id, list(dict.fromkeys(ids))):
        if mark.kind == marks.FILTERS:
            revision = mark.status_id
        else:
            kinds[mark.status_id].add(mark.kind)
    found = {
        status_id: Flags(
            favourited="favourited" in done,
            reblogged="reblogged" in done,
            bookmarked="bookmarked" in done,
            pinned="pinned" in done,
            muted="muted" in done,
            follows="follows" in done,
        )
        for status_id, done in kinds.items()
    }
    return found, revision


def votes(tx: Tx, poll_ids: Sequence[int], viewer_id: int) -> dict[int, tuple[int, ...]]:
    """What a viewer chose in these polls, by poll."""
    chosen = defaultdict[int, list[int]](list)
    for vote in polls.votes_of(tx, viewer_id, poll_ids):
        chosen[vote.poll_id].append(vote.choice)
    return {poll_id: tuple(sorted(choices)) for poll_id, choices in chosen.items()}


class _Parts:
    """Everything that a set of posts shows, by post."""

    def __init__(self, tx: Tx, rows: dict[int, Status]) -> None:
        self._rows = rows
        originals = [row.id for row in rows.values() if row.reblog_of_id is None]
        self._media = defaultdict[int, list[Media]](list)
        for item in media.of_statuses(tx, originals):
            self._media[item.status_id or 0].append(item)
        self._tags = defaultdict[int, list[TagView]](list)
        for tag in statuses.tags_of(tx, originals):
            self._tags[tag.status_id].append(TagView(name=tag.name, display=tag.display))
        self._mentions = defaultdict[int, list[int]](list)
        for mention in statuses.mentions_of(tx, originals):
            if not mention.silent:
                self._mentions[mention.status_id].append(mention.account_id)
        named = {account_id for ids in self._mentions.values() for account_id in ids}
        people = named | {row.account_id for row in rows.values()}
        self._accounts: dict[int, Account] = {account.id: account for account in accounts.by_ids(tx, people)}
        self._polls: dict[int, Poll] = {
            poll.id: poll for poll in polls.by_ids(tx, [row.poll_id for row in rows.values() if row.poll_id is not None])
        }
        wanted = {row.app_id for row in rows.values() if row.app_id is not None}
        quoting = [row.id for row in rows.values() if row.quoted_uri]
        self._quotes: dict[int, Quote] = {quote.status_id: quote for quote in quotes.of_statuses(tx, quoting)}
        shown = {row.card_id for row in rows.values() if row.card_id is not None}
        self._cards: dict[int, Card] = {card.id: card for card in cards.by_ids(tx, shown)}
        self._apps: dict[int, App] = {app.id: app for app in oauth.apps_by_ids(tx, wanted)}

    def view(self, row: Status) -> StatusView:
        boosted = self._rows.get(row.reblog_of_id) if row.reblog_of_id is not None else None
        return StatusView(
            status=row,
            account=self._accounts[row.account_id],
            media=tuple(self._media[row.id]),
            mentions=tuple(self._accounts[item] for item in self._mentions[row.id] if item in self._accounts),
            tags=tuple(self._tags[row.id]),
            poll=self._polls.get(row.poll_id) if row.poll_id is not None else None,
            app=self._apps.get(row.app_id) if row.app_id is not None else None,
            quote=self._quotes.get(row.id),
            card=self._cards.get(row.card_id or 0),
            reblog=self.view(boosted) if boosted is not None else None,
        )
