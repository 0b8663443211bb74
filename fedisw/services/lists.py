"""Lists of followed accounts (mastodon-api.md, section 2.7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from fedisw.model.errors import Invalid, NotFound
from fedisw.model.lists import ListMember, RepliesPolicy, UserList
from fedisw.storage.db import Tx
from fedisw.storage.queries import follows, lists

MAX_LISTS = 50
MAX_TITLE = 200  # characters (security, section 10)


def create(
    tx: Tx, *, account_id: int, title: str, replies_policy: RepliesPolicy, exclusive: bool, list_id: int, now: datetime
) -> UserList:
    """A new list; Invalid for a bad title or the 51st list."""
    if lists.count(tx, account_id) >= MAX_LISTS:
        raise Invalid("base", "You have reached the maximum number of lists")
    made = UserList(
        id=list_id,
        account_id=account_id,
        title=check_title(title),
        replies_policy=replies_policy,
        exclusive=exclusive,
        created_at=now,
    )
    lists.add(tx, made)
    return made


def check_title(title: str) -> str:
    """The title without outer blanks; Invalid when empty or too long."""
    plain = title.strip()
    if not plain:
        raise Invalid("title", "can't be blank", code="ERR_BLANK")
    if len(plain) > MAX_TITLE:
        raise Invalid("title", f"is too long (maximum is {MAX_TITLE} characters)", code="ERR_TOO_LONG")
    return plain


def change(
    tx: Tx,
    *,
    account_id: int,
    list_id: int,
    title: str | None,
    replies_policy: RepliesPolicy | None,
    exclusive: bool | None,
) -> UserList:
    """Change an own list; None leaves a part as it is. NotFound for everybody else's."""
    before = lists.own(tx, list_id, account_id=account_id)
    lists.change(
        tx,
        list_id,
        title=before.title if title is None else check_title(title),
        replies_policy=replies_policy or before.replies_policy,
        exclusive=before.exclusive if exclusive is None else exclusive,
    )
    return lists.own(tx, list_id, account_id=account_id)


def remove(tx: Tx, *, account_id: int, list_id: int) -> None:
    """Take an own list away; NotFound for everybody else's."""
    if not lists.remove(tx, list_id, account_id=account_id):
        raise NotFound("list", list_id)


def add_members(tx: Tx, *, account_id: int, list_id: int, member_ids: Sequence[int], new_id: Callable[[], int]) -> None:
    """Put followed accounts on an own list.

    Raises:
        NotFound: not an own list, or an account that the person does not follow.
        Invalid: one is on it already; nothing was changed.
    """
    lists.own(tx, list_id, account_id=account_id)
    wanted = list(dict.fromkeys(member_ids))
    allowed = follows.followed_of(tx, account_id, wanted) | {account_id}
    for member_id in wanted:
        if member_id not in allowed:
            raise NotFound("account", member_id)
        if not lists.add_member(tx, ListMember(id=new_id(), list_id=list_id, account_id=member_id)):
            raise Invalid("account", "has already been taken", code="ERR_TAKEN")


def remove_members(tx: Tx, *, account_id: int, list_id: int, member_ids: Sequence[int]) -> None:
    """Take accounts off an own list; those that are not on it do not matter."""
    lists.own(tx, list_id, account_id=account_id)
    lists.remove_members(tx, list_id, member_ids)
