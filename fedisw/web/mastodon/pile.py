"""What posts are put together from: what the cache of rendered posts has, what it lacks, and the posts they quote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from fedisw.model.accounts import Account
from fedisw.model.quotes import Quote, QuoteState
from fedisw.model.views import StatusView
from fedisw.services import hydrate
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, relationships, timelines
from fedisw.storage.queries.timelines import Ref
from fedisw.web.mastodon.context import visible
from fedisw.web.mastodon.entities.fragments import Fragment, Fragments, Key, StatusFragment, Whole, keys_of, status_key
from fedisw.web.mastodon.entities.quote import Standing


class Pile:
    """Parts of posts, by and by; of one unit of work.

    Attributes:
        refs: all posts that were taken, in order.
        wholes: those that were put together before.
        parts: what is rendered already of the others.
        views: posts that are not.
        people: accounts that are not, beside those of the views.
        moved: where some of them have moved to, by id on the wire; only what may be shown to everybody.
    """

    def __init__(self, tx: Tx, fragments: Fragments, *, now: datetime) -> None:
        self._tx, self._fragments, self._now = tx, fragments, now
        self.refs: dict[Ref, None] = {}
        self.wholes: dict[Ref, Whole] = {}
        self.parts: dict[Key, Fragment] = {}
        self.views: list[StatusView] = []
        self.people: list[Account] = []
        self.moved: dict[str, Account] = {}

    def take(self, refs: Sequence[Ref]) -> None:
        """Read what these posts need and is not here."""
        self.refs |= dict.fromkeys(refs)
        self.wholes |= self._fragments.wholes(refs, now=self._now)
        others = [ref for ref in refs if ref not in self.wholes]
        wanted = keys_of(others)
        if wanted:
            self.parts |= self._fragments.peek(wanted, now=self._now)
        lacking = wanted - self.parts.keys()
        if not lacking:
            return
        have = {view.status.id for view in self.views} | {view.shown.status.id for view in self.views}
        views = hydrate.views(self._tx, [ref.id for ref in others if _lacks_post(ref, lacking) and ref.id not in have])
        self.views += views
        seen = {account.id for view in self.views for account in (view.account, view.shown.account)}
        seen |= {account.id for account in self.people}
        self.people += accounts.by_ids(self._tx, {item for kind, item, _ in lacking if kind == "account"} - seen)
        self._follow_moves()

    def _follow_moves(self) -> None:
        """Two statements, and none where nobody has moved."""
        accounts_here = [account for view in self.views for account in (view.account, view.shown.account)] + self.people
        uris = {account.moved_to_uri for account in accounts_here if account.moved_to_uri} - self.moved.keys()
        targets = accounts.by_uris(self._tx, sorted(uris)) if uris else []
        self.moved |= {target.uri: target for target in visible(self._tx, targets, viewer_id=None) if target.usable}

    def quotes(self) -> list[Quote]:
        """What the posts here quote."""
        kept = (part.quote for part in self._statuses())
        return [quote for quote in (*kept, *(view.shown.quote for view in self.views)) if quote is not None]

    def polls(self) -> set[int]:
        """The polls of the posts here."""
        kept = {part.poll.id for part in self._statuses() if part.poll is not None}
        return kept | {view.shown.poll.id for view in self.views if view.shown.poll is not None}

    def _statuses(self) -> Iterator[StatusFragment]:
        yield from (whole.shown for whole in self.wholes.values())
        yield from (part for part in self.parts.values() if isinstance(part, StatusFragment))


def stand(
    tx: Tx, quotes: Sequence[Quote], *, viewer_id: int | None, now: datetime, known: dict[int, Standing] | None = None
) -> dict[int, Standing]:
    """How quoted posts stand to a viewer, by id, beside those that are `known`: two statements, none without quotes."""
    found = dict(known or {})
    wanted = {
        quote.quoted_id: quote.quoted_account_id or 0
        for quote in quotes
        if quote.state is QuoteState.ACCEPTED and quote.quoted_id is not None and quote.quoted_id not in found
    }
    if not wanted:
        return found
    refs = {ref.id: ref for ref in timelines.refs(tx, list(wanted), viewer_id)}
    people = sorted(set(wanted.values()))
    between = {} if viewer_id is None else {item.id: item for item in relationships.between(tx, viewer_id, people, now=now)}
    return found | {
        quoted_id: Standing(ref=refs.get(quoted_id), between=between.get(author)) for quoted_id, author in wanted.items()
    }


def _lacks_post(ref: Ref, lacking: set[Key]) -> bool:
    if status_key(ref.id, ref.revision) in lacking:
        return True
    return ref.reblog_of_id is not None and status_key(ref.reblog_of_id, ref.reblog_revision or 0) in lacking
