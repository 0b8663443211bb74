"""Following: asking, answering, ending; by our own people and by people elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fedisw.jobs.fetching import FetchPosts
from fedisw.jobs.work import AnswerFollow, PublishFollow, PublishUndoFollow, RejectFollow
from fedisw.model.accounts import Account, ActorType
from fedisw.model.errors import Forbidden, Invalid, NotFound
from fedisw.model.notifications import NotificationType
from fedisw.model.relations import Follow
from fedisw.services import notifications
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, blocks, feeds, follows, lists, people_marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a follower wants to see; None leaves a follow that exists as it is."""

    shows_reblogs: bool | None = None
    notifies: bool | None = None
    languages: tuple[str, ...] | None = None


PLAIN = Wish()


def request_follow(
    tx: Tx, *, follower: Account, target: Account, uri: str, follow_id: int, now: datetime, wish: Wish = PLAIN
) -> Follow:
    """Start following `target`, or ask to, if the target approves its followers.

    Asking again for a follow that exists changes only what `wish` names and returns it.

    Args:
        follower: the account that wants to see the other's posts; local or remote.
        target: the account to be followed; local or remote.
        uri: id of the Follow activity, unique; Accept and Undo refer to it.
        follow_id: id of the row.

    Returns:
        The follow. `accepted` is False until the target, or its server, has said yes (VIS-4).

    Raises:
        Forbidden: the same account, one of the two blocks the other, or the target cannot be followed.

    Source: ActivityPub section 7.5.
    """
    _check_may_follow(tx, follower=follower, target=target)
    here = target.local
    follow = Follow(
        id=follow_id,
        follower_id=follower.id,
        target_id=target.id,
        uri=uri,
        accepted=here and not target.approves_followers and follower.limited_at is None,
        shows_reblogs=wish.shows_reblogs is not False,
        notifies=bool(wish.notifies),
        languages=wish.languages or (),
        created_at=now,
    )
    if not follows.insert_once(tx, follow):
        return _change(tx, follows.get(tx, follower_id=follower.id, target_id=target.id), wish)
    if not here:
        tx.enqueue(PublishFollow(follow_id=follow.id))
        return follow
    _tell_target(tx, follow, now=now)
    if follow.accepted:
        _begin(tx, follower=follower, target_id=target.id)
        if not follower.local:
            tx.enqueue(AnswerFollow(follow_id=follow.id))
    return follow


def _begin(tx: Tx, *, follower: Account, target_id: int) -> None:
    """A follow counts from now on; a local follower's home timeline gets the newest posts."""
    accounts.count_follow(tx, follower_id=follower.id, target_id=target_id, by=1)
    if follower.local:
        feeds.add_author(tx, viewer_id=follower.id, author_id=target_id)


def _check_may_follow(tx: Tx, *, follower: Account, target: Account) -> None:
    if follower.id == target.id:
        raise Forbidden("Following your own account is not allowed")
    if not target.usable or target.actor_type is ActorType.APPLICATION or target.moved_to_uri:
        raise Forbidden("This account cannot be followed")
    if blocks.either(tx, follower.id, target.id):
        raise Forbidden("This account cannot be followed")


def _change(tx: Tx, follow: Follow, wish: Wish) -> Follow:
    if wish == PLAIN:
        return follow
    follows.change(
        tx,
        follow.id,
        shows_reblogs=follow.shows_reblogs if wish.shows_reblogs is None else wish.shows_reblogs,
        notifies=follow.notifies if wish.notifies is None else wish.notifies,
        languages=follow.languages if wish.languages is None else wish.languages,
    )
    return follows.get(tx, follower_id=follow.follower_id, target_id=follow.target_id)


def _tell_target(tx: Tx, follow: Follow, *, now: datetime) -> None:
    kind = NotificationType.FOLLOW if follow.accepted else NotificationType.FOLLOW_REQUEST
    notifications.notify(tx, account_id=follow.target_id, kind=kind, from_id=follow.follower_id, now=now)


def follow_by_uri(tx: Tx, *, follower: Account, target_uri: str, uri: str, follow_id: int, now: datetime) -> Follow | None:
    """A remote account asks for a local one; one who may not follow is answered with Reject and gives None.

    A repeat is answered again (security, section 9), under the id it came with.

    Raises:
        NotFound: the target is no local account.
    """
    target = accounts.find_by_uri(tx, target_uri)
    if target is None or not target.local or not target.usable:
        raise NotFound("account", target_uri)
    known = follows.find(tx, follower_id=follower.id, target_id=target.id)
    if known is not None:
        follows.rename(tx, known.id, uri)
        if known.accepted:
            tx.enqueue(AnswerFollow(follow_id=known.id, answer=follow_id))
        return known
    try:
        return request_follow(tx, follower=follower, target=target, uri=uri, follow_id=follow_id, now=now)
    except Forbidden:
        tx.enqueue(RejectFollow(follow_uri=uri, follower_id=follower.id, target_id=target.id))
        return None


def unfollow(tx: Tx, *, follower: Account, target: Account) -> bool:
    """End a follow, or take back a request; False when there was none."""
    ended = _end(tx, follower_id=follower.id, target_id=target.id)
    if ended is not None and not target.local:
        tx.enqueue(PublishUndoFollow(follower_id=follower.id, target_id=target.id, follow_uri=ended.uri))
    return ended is not None


def accept_request(tx: Tx, *, target: Account, follower_id: int, now: datetime) -> Follow:
    """A local account lets somebody follow it; NotFound without a waiting request."""
    if not follows.accept(tx, follower_id=follower_id, target_id=target.id):
        raise NotFound("follow request")
    follower = accounts.get(tx, follower_id)
    _begin(tx, follower=follower, target_id=target.id)
    follow = follows.get(tx, follower_id=follower_id, target_id=target.id)
    notifications.withdraw(tx, account_id=target.id, kind=NotificationType.FOLLOW_REQUEST, from_id=follower_id)
    _tell_target(tx, follow, now=now)
    if not follower.local:
        tx.enqueue(AnswerFollow(follow_id=follow.id))
    return follow


def reject_request(tx: Tx, *, target: Account, follower_id: int) -> None:
    """A local account does not let somebody follow it; NotFound without a waiting request."""
    follow = follows.find(tx, follower_id=follower_id, target_id=target.id)
    if follow is None or follow.accepted:
        raise NotFound("follow request")
    remove_follower(tx, target=target, follower_id=follower_id)


def remove_follower(tx: Tx, *, target: Account, follower_id: int) -> bool:
    """A local account ends somebody's follow of it; False when there was none."""
    ended = _end(tx, follower_id=follower_id, target_id=target.id)
    if ended is None:
        return False
    if not accounts.get(tx, follower_id).local:
        tx.enqueue(RejectFollow(follow_uri=ended.uri, follower_id=follower_id, target_id=target.id))
    return True


def accepted_by_remote(tx: Tx, *, target: Account, follow_uri: str, follower_uri: str = "") -> Follow | None:
    """The server of `target` says yes to a follow of ours, named by its id or by the pair.

    None when there is no such request: an Accept that nobody asked for changes nothing (security, section 9).
    """
    follow = _ours(tx, target=target, follow_uri=follow_uri, follower_uri=follower_uri)
    if follow is None:
        return None
    if follows.accept(tx, follower_id=follow.follower_id, target_id=target.id):
        _begin(tx, follower=accounts.get(tx, follow.follower_id), target_id=target.id)
        if follows.local_follower_ids(tx, target.id, limit=2) == [follow.follower_id]:  # until now nothing came from there
            tx.enqueue(FetchPosts(account_id=target.id, follower_id=follow.follower_id, at_host=target.host or ""))
    return follows.get(tx, follower_id=follow.follower_id, target_id=target.id)


def rejected_by_remote(tx: Tx, *, target: Account, follow_uri: str, follower_uri: str = "") -> bool:
    """The server of `target` says no, or ends a follow that it had accepted."""
    follow = _ours(tx, target=target, follow_uri=follow_uri, follower_uri=follower_uri)
    return follow is not None and _end(tx, follower_id=follow.follower_id, target_id=target.id) is not None


def _ours(tx: Tx, *, target: Account, follow_uri: str, follower_uri: str) -> Follow | None:
    """A stored follow of one of ours for this target; the pair must fit whichever way it was named."""
    follow = follows.find_by_activity(tx, follow_uri, target_id=target.id) if follow_uri else None
    if follow is None and follower_uri:
        follower = accounts.find_by_uri(tx, follower_uri)
        follow = follows.find(tx, follower_id=follower.id, target_id=target.id) if follower else None
    if follow is None or not accounts.get(tx, follow.follower_id).local:
        return None
    return follow


def ended_elsewhere(tx: Tx, *, follower_id: int, target_id: int) -> bool:
    """The server of the target does not know of a follow of ours any more: it ends here too, and nobody is told."""
    return _end(tx, follower_id=follower_id, target_id=target_id) is not None


def disown(tx: Tx, *, follower: Account, target: Account, follow_uri: str) -> None:
    """Tell the server of the target that a follow which it knows does not exist; `follow_uri` is a new id for it."""
    tx.enqueue(PublishUndoFollow(follower_id=follower.id, target_id=target.id, follow_uri=follow_uri))


def undo_follow_by_remote(tx: Tx, *, follower: Account, follow_uri: str, target_uri: str = "") -> bool:
    """A remote account ends its follow, named by its id or by the pair; False when there is none."""
    follow = follows.find_by_uri(tx, follow_uri, follower_id=follower.id) if follow_uri else None
    if follow is None and target_uri:
        target = accounts.find_by_uri(tx, target_uri)
        follow = follows.find(tx, follower_id=follower.id, target_id=target.id) if target else None
    return follow is not None and _end(tx, follower_id=follower.id, target_id=follow.target_id) is not None


def sever(tx: Tx, first_id: int, second_id: int) -> list[Follow]:
    """End the follows between two accounts, both ways; what they were."""
    pairs = ((first_id, second_id), (second_id, first_id))
    ended = [_end(tx, follower_id=follower, target_id=target) for follower, target in pairs]
    return [follow for follow in ended if follow is not None]


def _end(tx: Tx, *, follower_id: int, target_id: int) -> Follow | None:
    ended = follows.remove(tx, follower_id=follower_id, target_id=target_id)
    if ended is None:
        return None
    if ended.accepted:
        accounts.count_follow(tx, follower_id=follower_id, target_id=target_id, by=-1)
    lists.remove_from_all(tx, owner_id=follower_id, account_id=target_id)
    people_marks.unendorse(tx, account_id=follower_id, target_id=target_id)
    feeds.remove_author(tx, viewer_id=follower_id, author_id=target_id)
    for kind in (NotificationType.FOLLOW, NotificationType.FOLLOW_REQUEST):
        notifications.withdraw(tx, account_id=target_id, kind=kind, from_id=follower_id)
    return ended


def check_languages(languages: tuple[str, ...]) -> tuple[str, ...]:
    """Language codes of a follow, at most 20; Invalid."""
    if len(languages) > 20 or any(not code.isascii() or not 2 <= len(code) <= 11 for code in languages):
        raise Invalid("languages", "is not a list of language codes")
    return languages
