"""Direct posts as conversations: each person here who takes part has their own, with a count of what is unread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from fedisw.live import topics
from fedisw.model.accounts import Account
from fedisw.model.dialogues import Dialogue
from fedisw.model.errors import NotFound
from fedisw.model.statuses import Status, Visibility
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, blocks, dialogues, mutes, statuses

NewId = Callable[[], int]


def circle_of(participants: tuple[int, ...]) -> str:
    """A short name for a circle of people; their order does not matter."""
    return sha256(",".join(map(str, sorted(participants))).encode()).hexdigest()[:32]


def add(tx: Tx, status: Status, *, new_id: NewId, now: datetime) -> None:
    """Put a direct post into the conversations of everybody here who may read it; those that hold it are told that it changed.

    Called again after an edit: people who were added get it, nobody gets it twice.
    """
    if status.visibility is not Visibility.DIRECT or status.reblog_of_id is not None:
        return
    held = {dialogue.account_id: dialogue.id for dialogue in dialogues.with_status(tx, status.id)}
    people = {status.account_id, *(mention.account_id for mention in statuses.mentions_of(tx, [status.id]))}
    for owner in accounts.by_ids(tx, people):
        if not owner.local or not owner.usable:
            continue
        dialogue_id = held.get(owner.id) or _put(tx, status, owner, people, new_id=new_id, now=now)
        _tell(tx, owner.id, dialogue_id)


def _put(tx: Tx, status: Status, owner: Account, people: set[int], *, new_id: NewId, now: datetime) -> int:
    others = tuple(sorted(people - {owner.id}))
    dialogue_id = dialogues.put(
        tx,
        Dialogue(
            id=new_id(),
            account_id=owner.id,
            conversation_id=status.conversation_id,
            circle=circle_of(others),
            participants=others,
            last_status_id=status.id,
        ),
    )
    if dialogues.link(tx, dialogue_id, status.id):
        if status.account_id == owner.id:
            dialogues.set_unread(tx, dialogue_id, 0)  # who answers has read
        elif _wanted(tx, owner.id, status.account_id, now=now):
            dialogues.count_unread(tx, dialogue_id)
    return dialogue_id


def _wanted(tx: Tx, owner_id: int, author_id: int, *, now: datetime) -> bool:
    muted = mutes.find(tx, account_id=owner_id, target_id=author_id, now=now) is not None
    return not muted and not blocks.either(tx, owner_id, author_id)


def forget(tx: Tx, status: Status) -> None:
    """A post is about to be removed: conversations go back to the one before, and end with their last one."""
    if status.visibility is not Visibility.DIRECT:
        return
    for dialogue in dialogues.with_status(tx, status.id):
        last = dialogues.last_but(tx, dialogue.id, gone=status.id)
        if last is None:
            dialogues.remove(tx, dialogue.id, account_id=dialogue.account_id)
            continue
        if dialogue.last_status_id == status.id:
            unread = max(dialogue.unread - (status.account_id != dialogue.account_id), 0)
            dialogues.set_last(tx, dialogue.id, last_status_id=last, unread=unread)
        _tell(tx, dialogue.account_id, dialogue.id)


def join_threads(tx: Tx, *, conversation_id: int, into: int) -> None:
    """Two threads turned out to be one, since the post between them came late: conversations move or become one."""
    if conversation_id == into:
        return
    known = {(dialogue.account_id, dialogue.circle): dialogue for dialogue in dialogues.of_thread(tx, into)}
    for dialogue in dialogues.of_thread(tx, conversation_id):
        twin = known.get((dialogue.account_id, dialogue.circle))
        if twin is None:
            dialogues.move(tx, dialogue.id, conversation_id=into)
            continue
        for status_id in dialogues.links(tx, dialogue.id):
            dialogues.link(tx, twin.id, status_id)
        last, unread = max(dialogue.last_status_id, twin.last_status_id), dialogue.unread + twin.unread
        dialogues.set_last(tx, twin.id, last_status_id=last, unread=unread)
        dialogues.remove(tx, dialogue.id, account_id=dialogue.account_id)


def mark(tx: Tx, *, account_id: int, dialogue_id: int, unread: bool, now: datetime) -> Dialogue:
    """Read, or not read after all; again changes nothing. NotFound for others', and when nothing of it may be shown."""
    found = dialogues.find(tx, dialogue_id, viewer_id=account_id, now=now)
    if found is None:
        raise NotFound("conversation", dialogue_id)
    if bool(found.unread) is unread:
        return found
    dialogues.set_unread(tx, dialogue_id, int(unread))
    _tell(tx, account_id, dialogue_id)
    return replace(found, unread=int(unread))


def remove(tx: Tx, *, account_id: int, dialogue_id: int) -> None:
    """Take it off one's own list; the posts stay, for the others everything does. NotFound for everybody else's."""
    if not dialogues.remove(tx, dialogue_id, account_id=account_id):
        raise NotFound("conversation", dialogue_id)


def _tell(tx: Tx, account_id: int, dialogue_id: int) -> None:
    tx.publish(topics.direct(account_id), topics.encode(topics.ConversationChanged(conversation_id=dialogue_id)))
