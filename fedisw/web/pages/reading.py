"""What pages read, each in one unit of work: timelines, profiles, threads, cut to what the reader may see (VIS-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fedisw.model.accounts import Account, ActorType, Reach
from fedisw.model.errors import Gone, NotFound
from fedisw.model.feeds import Half
from fedisw.model.paging import Page
from fedisw.model.reactions import ReactionCount, StatusText
from fedisw.model.statuses import Status
from fedisw.model.views import StatusView
from fedisw.model.visibility import Verdict
from fedisw.services import hydrate, reaching, threads
from fedisw.services.reaching import Reached
from fedisw.services.threads import Rest
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, audience, instance, reactions, replies, statuses, texts, timelines, tombstones, users
from fedisw.storage.queries.timelines import Only, Ref

LOCAL: Final = Only(local=True)
OPENINGS: Final = Only(local=True, replies=False)
ANYWHERE: Final = Only()
ABOVE, BELOW, DEEP = 40, 60, 20  # posts above, posts below, levels below
OWN_WORDS: Final = Only(replies=False)  # what a profile shows: posts and boosts


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A part of a timeline; `ids` are those that were read, for the links to its neighbours."""

    posts: list[StatusView]
    ids: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A profile and its posts; `closed`: it opens only for people who are signed in."""

    account: Account
    shelf: Shelf
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A post and what is around it; `post` is None where it opens only for people who are signed in.

    `said` is what people elsewhere said to these posts with an emoji, `texts` the posts in their other languages.
    `rest` is what other servers may have of it, for people; `delivered` how far it came, for its author.
    """

    author: Account
    post: StatusView | None
    ancestors: list[StatusView]
    descendants: list[StatusView]
    said: tuple[ReactionCount, ...] = ()
    texts: tuple[StatusText, ...] = ()
    rest: Rest | None = None
    delivered: Reached | None = None


NOTHING: Final = Shelf(posts=[], ids=[])


def local(tx: Tx, *, viewer_id: int | None, page: Page, now: datetime) -> Shelf:
    """Public posts of our people."""
    only = LOCAL.within(_live(tx, viewer_id))
    return NOTHING if only is None else _shelf(tx, timelines.public(tx, viewer_id, page, only=only, now=now))


def openings(tx: Tx, *, page: Page, now: datetime) -> Shelf:
    """The same for strangers, without the middle of conversations."""
    only = OPENINGS.within(_live(tx, None))
    return NOTHING if only is None else _shelf(tx, timelines.public(tx, None, page, only=only, now=now))


def _live(tx: Tx, viewer_id: int | None) -> Half:
    """What of the posts of our people staff let this reader see (mastodon-api.md, section 2.14)."""
    return instance.timelines_access(tx).live_feeds.shown(Half.LOCAL, signed_in=viewer_id is not None)


def home(tx: Tx, *, viewer_id: int, page: Page, now: datetime) -> Shelf:
    """Posts of those whom a person follows."""
    return _shelf(tx, timelines.home(tx, viewer_id, page, now=now))


def tagged(tx: Tx, *, name: str, viewer_id: int | None, page: Page, now: datetime) -> Shelf:
    """Public posts with a tag (its folded name)."""
    half = instance.timelines_access(tx).hashtag_feeds.shown(Half.BOTH, signed_in=viewer_id is not None)
    only = ANYWHERE.within(half)
    return NOTHING if only is None else _shelf(tx, timelines.tag(tx, viewer_id, page, any_of=[name], only=only, now=now))


def person(tx: Tx, *, username: str, host: str | None, viewer_id: int | None, page: Page) -> Person:
    """A profile with its posts.

    Raises:
        NotFound: nobody has this name, or it is not for the reader: suspended, or reach `members` without signing in.
        Gone: the account was deleted.
    """
    account = reachable(tx, username=username, host=host, viewer_id=viewer_id)
    if viewer_id is None and account.reach is not Reach.PUBLIC:
        return Person(account=account, shelf=NOTHING, closed=True)
    return Person(account=account, shelf=_shelf(tx, timelines.of_account(tx, viewer_id, account.id, page, only=OWN_WORDS)))


def reachable(tx: Tx, *, username: str, host: str | None, viewer_id: int | None) -> Account:
    """The account of this name, if its existence may be told.

    Raises:
        NotFound, Gone: as `person`.
    """
    account = accounts.find_by_handle(tx, username, host)
    if account is None or account.actor_type is ActorType.APPLICATION:
        raise NotFound("account", username)
    if account.deleted_at is not None:
        raise Gone("the account was deleted")
    waiting = account.local and account.id != viewer_id and bool(users.waiting(tx, [account.id]))
    if waiting or account.suspended_at is not None or (viewer_id is None and account.reach is Reach.MEMBERS):
        raise NotFound("account", username)
    return account


def thread(tx: Tx, *, status_id: int, uri: str, viewer_id: int | None, now: datetime) -> Thread:
    """A post with what it answers and what answers it; of a boost, the boosted post.

    Args:
        uri: the id on the wire that a post of ours with this number has, to tell what was deleted.

    Raises:
        NotFound: there is no such post, or not for the reader (VIS-2).
        Gone: it was deleted.
    """
    status = statuses.find(tx, status_id)
    if status is None:
        if tombstones.exists(tx, uri):
            raise Gone("the post was deleted")
        raise NotFound("status", status_id)
    shown_id = status.reblog_of_id or status.id
    if not timelines.refs(tx, [status.id, shown_id], viewer_id):
        return _closed(tx, status, viewer_id=viewer_id)
    found = hydrate.view(tx, shown_id)
    if found is None:
        raise NotFound("status", status_id)
    above = replies.ancestors(tx, shown_id, limit=ABOVE)
    below = replies.descendants(tx, shown_id, limit=BELOW, deepest=DEEP)
    wanted = [ref.id for ref in timelines.wanted_refs(tx, [*above, *below], viewer_id, now=now)]
    around = {view.status.id: view for view in hydrate.views(tx, wanted)}
    here = [shown_id, *around]
    return Thread(
        author=found.account,
        post=found,
        ancestors=[around[item] for item in above if item in around],
        descendants=[around[item] for item in below if item in around],
        said=tuple(reactions.counts(tx, here)),
        texts=tuple(texts.of_statuses(tx, here)),
        rest=None if viewer_id is None else threads.rest_of(tx, shown_id, now=now),
        delivered=_delivered(tx, found, viewer_id=viewer_id),
    )


def _delivered(tx: Tx, view: StatusView, *, viewer_id: int | None) -> Reached | None:
    """How far a post of ours came, for its author only."""
    if viewer_id != view.account.id or not view.status.local or view.status.local_only:
        return None
    return reaching.of_post(tx, view.status.id)


def _closed(tx: Tx, status: Status, *, viewer_id: int | None) -> Thread:
    """A post that opens for people who are signed in; NotFound for every other one that the reader may not see."""
    if viewer_id is None and audience.verdict_for_remote(tx, status_id=status.id, host=None) is Verdict.SIGN_IN:
        return Thread(author=accounts.get(tx, status.account_id), post=None, ancestors=[], descendants=[])
    raise NotFound("status", status.id)


def _shelf(tx: Tx, refs: list[Ref]) -> Shelf:
    ids = [ref.id for ref in refs]
    return Shelf(posts=hydrate.views(tx, ids), ids=ids)
