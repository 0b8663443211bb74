"""People whom a text names, as far as we know them, and the HTML in which they are named."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from urllib.parse import quote

from fedisw.model.accounts import Account, ActorType
from fedisw.model.errors import Invalid
from fedisw.model.urls import encoded
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, users
from fedisw.text import markdown
from fedisw.text.markdown import Mentioned
from fedisw.text.marks import Handle


def known(tx: Tx, handles: Iterable[Handle], *, own_hosts: frozenset[str]) -> dict[str, Account]:
    """Those of these handles that we know, by `Handle.key`; nobody here who still waits to be let in (ENU-3)."""
    found = {}
    for handle in handles:
        host = None if handle.host in own_hosts else handle.host
        account = accounts.find_by_handle(tx, handle.username, host)
        if account is not None and can_be_named(account):
            found[handle.key] = account
    waiting = users.waiting(tx, [account.id for account in found.values() if account.local])
    return {key: account for key, account in found.items() if account.id not in waiting}


def check_own(handles: Iterable[Handle], found: Container[str], *, own_hosts: frozenset[str]) -> None:
    """Invalid when a handle of our own host is nobody's (GRP-10)."""
    if any(handle.key not in found and (handle.host is None or handle.host in own_hosts) for handle in handles):
        raise Invalid("text", "mentions somebody who does not exist here")


def can_be_named(account: Account) -> bool:
    """Whether a text can name this account at all."""
    return account.usable and account.actor_type is not ActorType.APPLICATION


def to_html(text: str, people: Mapping[str, Account], *, origin: str) -> str:
    """Clean HTML of a post of ours; call it outside of transactions.

    Args:
        people: by `Handle.key`; other handles stay text.
        origin: ours, for the pages of tags.
    """
    named = {key: Mentioned(url=encoded(person.url or person.uri), acct=person.acct) for key, person in people.items()}
    return markdown.to_html(text, mentions=named, tag_url=lambda name: f"{origin}/tags/{quote(name)}")
