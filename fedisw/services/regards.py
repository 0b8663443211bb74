"""What a person says or notes about others: recommending them, notes for oneself, proposals that are not wanted."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from fedisw.model.accounts import Account
from fedisw.model.errors import Invalid
from fedisw.storage.db import Tx
from fedisw.storage.queries import follows, people_marks

MAX_NOTE: Final = 2_000  # characters
NOT_FOLLOWED: Final = "You must be already following the person you want to endorse"


def endorse(tx: Tx, *, account_id: int, target: Account, endorsement_id: int, now: datetime) -> None:
    """Recommend somebody on the own profile; a repeat changes nothing.

    Raises:
        Invalid: the person does not follow them.
    """
    follow = follows.find(tx, follower_id=account_id, target_id=target.id)
    if follow is None or not follow.accepted:
        raise Invalid("base", NOT_FOLLOWED)
    people_marks.endorse(tx, endorsement_id=endorsement_id, account_id=account_id, target_id=target.id, now=now)


def note(tx: Tx, *, account_id: int, target: Account, comment: str) -> None:
    """Note something about somebody for oneself; an empty text forgets it.

    Raises:
        Invalid: longer than 2,000 characters.
    """
    if len(comment) > MAX_NOTE:
        raise Invalid("comment", f"is too long (maximum is {MAX_NOTE} characters)", code="ERR_TOO_LONG")
    people_marks.note(tx, account_id=account_id, target_id=target.id, comment=comment.strip())
