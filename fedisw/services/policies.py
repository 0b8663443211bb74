"""Whether somebody may answer, like or pass on a post, as its author set it (federation, section 4.12)."""

from __future__ import annotations

from typing import Final

from fedisw.jobs.consent import Answer, PublishApproved
from fedisw.jobs.work import FanOut
from fedisw.model.accounts import Account
from fedisw.model.errors import Forbidden
from fedisw.model.policies import PENDING, REJECTED, Interaction, InteractionPolicy, Somebody
from fedisw.model.quotes import Approval
from fedisw.model.statuses import Status
from fedisw.model.urls import Origin
from fedisw.model.visibility import Audience, Reader, ReaderKind, may_deliver
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, approvals, blocks, follows, statuses

STAMPS: Final = "/ap/approvals/"
REFUSALS: Final = {
    Interaction.REPLY: "The author of this post does not want answers from everybody, and none from you",
    Interaction.LIKE: "The author of this post does not want likes from everybody, and none from you",
    Interaction.ANNOUNCE: "The author of this post does not want it boosted by everybody, and not by you",
}


def verdict(tx: Tx, status: Status, kind: Interaction, who: Account) -> Approval:
    """What happens if somebody who may read the post does this. Asks nothing where the post has no policy."""
    if not status.interaction_policy:
        return Approval.AUTOMATIC
    return InteractionPolicy.of(status.interaction_policy).verdict(kind, _somebody(tx, status, who))


def rests_on_follows(status: Status, kind: Interaction) -> bool:
    """Whether followers of the author, or whom the author follows, may do this at once."""
    return InteractionPolicy.of(status.interaction_policy).rests_on_follows(kind)


def _somebody(tx: Tx, status: Status, who: Account) -> Somebody:
    there = follows.find(tx, follower_id=who.id, target_id=status.account_id)
    back = follows.find(tx, follower_id=status.account_id, target_id=who.id)
    return Somebody(
        uri=who.uri,
        own=who.id == status.account_id,
        follows=there is not None and there.accepted,
        followed=back is not None and back.accepted,
        mentioned=any(item.account_id == who.id for item in statuses.mentions_of(tx, [status.id])),
    )


def check_ours(tx: Tx, status: Status, kind: Interaction, who: Account) -> str:
    """What an answer or boost by one of ours begins with (Status.approval): nothing, or that it waits for its author.

    Raises:
        Forbidden: the author does not want it, said in plain words.
    """
    found = verdict(tx, status, kind, who)
    if found is Approval.DENIED or (found is not Approval.AUTOMATIC and status.local):
        raise Forbidden(REFUSALS[kind])
    return "" if found is Approval.AUTOMATIC else PENDING


def taken(tx: Tx, status: Status, kind: Interaction, who: Account, *, uri: str, number: str, answers: bool = True) -> str | None:
    """What comes of something that somebody elsewhere does with a post of ours.

    Where not everybody may, it is answered: yes with a stamp, which others want to see, or no; but never to who may not
    read the post. Nobody here is asked: posts of ours are open to somebody or closed.

    Args:
        uri: id of the answer, like or boost.
        number: the last part of the stamp's address.
        answers: False where a request is answered, which stands for it.

    Returns:
        The address of the stamp, empty where none is needed; None when it is not wanted.
    """
    if verdict(tx, status, kind, who) is not Approval.AUTOMATIC:
        if answers and uri and reachable(tx, status, who):
            tx.enqueue(Answer(account_id=status.account_id, asker_id=who.id, agreed=False, about=uri))
        return None
    if InteractionPolicy.of(status.interaction_policy).is_open(kind) or who.id == status.account_id:
        return ""
    stamp = f"{Origin.of(status.uri)}{STAMPS}{number}"
    if answers and uri:
        tx.enqueue(Answer(account_id=status.account_id, asker_id=who.id, agreed=True, about=uri, stamp=stamp))
    return stamp


def agreed(tx: Tx, status: Status, *, stamp: str) -> None:
    """The author of the other post agreed to an answer or boost of ours: now everybody gets it."""
    approvals.put(tx, status.id, stamp)
    if status.approval == PENDING:
        tx.enqueue(PublishApproved(status_id=status.id), FanOut(status_id=status.id))


def refused(tx: Tx, status: Status) -> None:
    """The author of the other post does not agree, or no longer: an answer of ours goes to nobody any more."""
    approvals.put(tx, status.id, REJECTED)


def reachable(tx: Tx, status: Status, account: Account) -> bool:
    """Whether this account of another server may have the post (model/visibility.py:`may_deliver`)."""
    author = accounts.get(tx, status.account_id)
    if not author.usable or blocks.either(tx, author.id, account.id):
        return False
    if author.id == account.id:
        return True
    follow = follows.find(tx, follower_id=account.id, target_id=author.id)
    reader = Reader(
        kind=ReaderKind.REMOTE,
        follower=follow is not None and follow.accepted,
        mentioned=any(item.account_id == account.id for item in statuses.mentions_of(tx, [status.id])),
    )
    return may_deliver(Audience(visibility=status.visibility, local_only=status.local_only, reach=author.reach), reader)
