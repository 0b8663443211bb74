"""What the command line asks about people, and the rules that staff acts obey (security MOD-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fedisw.model.accounts import Account, Role, User
from fedisw.model.errors import Conflict, NotFound
from fedisw.services import accounts as account_services
from fedisw.services import signing_in
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, users

PAGE = 200


class State(StrEnum):
    """Where a local person stands."""

    ACTIVE = "active"
    UNCONFIRMED = "unconfirmed"
    PENDING = "pending"
    SUSPENDED = "suspended"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A local person with account and user."""

    account: Account
    user: User

    @property
    def state(self) -> State:
        """The first that applies of suspended, disabled, pending, unconfirmed, active."""
        if self.account.suspended_at is not None:
            return State.SUSPENDED
        if self.user.disabled_at is not None:
            return State.DISABLED
        if self.user.approved_at is None:
            return State.PENDING
        return State.ACTIVE if self.user.confirmed_at is not None else State.UNCONFIRMED


def person(tx: Tx, name: str) -> Person:
    """A local person by name; NotFound."""
    account = accounts.find_local(tx, name.strip().lstrip("@"))
    user = users.find(tx, account.id) if account is not None else None
    if account is None or user is None:
        raise NotFound("account", name)
    return Person(account=account, user=user)


def account_named(tx: Tx, name: str, *, own_hosts: frozenset[str]) -> Account:
    """An account by name, or by `name@host` for one of another server; NotFound."""
    username, _, host = name.strip().lstrip("@").partition("@")
    found = accounts.find_by_handle(tx, username, None if not host or host.lower() in own_hosts else host.lower())
    if found is None:
        raise NotFound("account", name)
    return found


def everybody(tx: Tx, *, after: int) -> list[Person]:
    """Local people by id, 200 at a time, those above `after`."""
    return [Person(account=account, user=user) for user, account in users.page(tx, after=after, limit=PAGE)]


def suspend(tx: Tx, *, name: str, own_hosts: frozenset[str], now: datetime) -> Account:
    """Suspend an account, ours or another server's.

    Raises:
        NotFound: nobody has this name.
        Conflict: the last owner stays (MOD-6).
    """
    account = account_named(tx, name, own_hosts=own_hosts)
    _keep_an_owner(tx, account)
    return account_services.suspend(tx, account_id=account.id, now=now)


def unsuspend(tx: Tx, *, name: str, own_hosts: frozenset[str]) -> Account:
    """Take a suspension back; NotFound."""
    return account_services.unsuspend(tx, account_id=account_named(tx, name, own_hosts=own_hosts).id)


def delete(tx: Tx, *, name: str, now: datetime) -> Account:
    """Delete a local person's account; the name is never given out again.

    Raises:
        NotFound: nobody here has this name.
        Conflict: the last owner stays (MOD-6).
    """
    account = person(tx, name).account
    _keep_an_owner(tx, account)
    account_services.delete_local_account(tx, account_id=account.id, now=now)
    return account


def reset_password(tx: Tx, *, name: str, password_hash: str) -> Account:
    """Give a local person a one-time password; everything they were signed in with ends (AUT-9). NotFound."""
    account = person(tx, name).account
    signing_in.change_password(tx, account_id=account.id, password_hash=password_hash, must_change=True)
    return account


def _keep_an_owner(tx: Tx, account: Account) -> None:
    user = users.find(tx, account.id)
    if user is not None and user.role is Role.OWNER and users.count_with_role(tx, Role.OWNER) <= 1:
        raise Conflict("the last owner cannot be removed: make somebody else owner first")
