"""What pages read, each in one unit of work: timelines, profiles, threads, cut to what the reader may see (VIS-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fedisw.model.accounts import Account, Reach
from fedisw.model.errors import Gone, NotFound
from fedisw.model.paging import Page
from fedisw.model.views import StatusView
from fedisw.services import hydrate
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, timelines
from fedisw.storage.queries.timelines import Only, Ref

LOCAL: Final = Only(local=True)
ANYWHERE: Final = Only()
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


NOTHING: Final = Shelf(posts=[], ids=[])


def local(tx: Tx, *, viewer_id: int | None, page: Page, now: datetime) -> Shelf:
    """Public posts of our people."""
    return _shelf(tx, timelines.public(tx, viewer_id, page, only=LOCAL, now=now))


def home(tx: Tx, *, viewer_id: int, page: Page, now: datetime) -> Shelf:
    """Posts of those whom a person follows."""
    return _shelf(tx, timelines.home(tx, viewer_id, page, now=now))


def tagged(tx: Tx, *, name: str, viewer_id: int | None, page: Page, now: datetime) -> Shelf:
    """Public posts with a tag (its folded name)."""
    return _shelf(tx, timelines.tag(tx, viewer_id, page, any_of=[name], only=ANYWHERE, now=now))


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
    if account is None or (account.suspended_at is not None and account.deleted_at is None):
        raise NotFound("account", username)
    if account.deleted_at is not None:
        raise Gone("the account was deleted")
    if viewer_id is None and account.reach is Reach.MEMBERS:
        raise NotFound("account", username)
    return account


def _shelf(tx: Tx, refs: list[Ref]) -> Shelf:
    ids = [ref.id for ref in refs]
    return Shelf(posts=hydrate.views(tx, ids), ids=ids)
