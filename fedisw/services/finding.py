"""Telling the search that the words of a post, or who may find it, have changed."""

from __future__ import annotations

from fedisw.jobs.chores import IndexPosts
from fedisw.model.accounts import Account
from fedisw.model.statuses import Status, Visibility
from fedisw.storage.db import Tx
from fedisw.storage.queries import search_texts


def changed_here(tx: Tx, status_id: int) -> None:
    """One of our people wrote, changed, liked, saved or boosted it: they look for it soon."""
    search_texts.read_anew(tx, status_id)
    tx.enqueue(IndexPosts())


def edited(tx: Tx, status_id: int) -> None:
    """Its author elsewhere changed it."""
    search_texts.read_anew(tx, status_id)


def arrived(tx: Tx, status: Status, *, author: Account, named: bool) -> None:
    """A post of another server, of which most are never looked for: those of people who let them be found, and for us."""
    if named or (author.indexable and status.visibility is Visibility.PUBLIC):
        search_texts.read_anew(tx, status.id)
