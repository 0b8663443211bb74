"""Liking, boosting, saving, pinning: by our own people and by people elsewhere."""

from __future__ import annotations

from datetime import datetime

from fedisw.jobs.work import FanOut, PublishBoost, PublishLike, PublishPin, PublishUndoLike
from fedisw.model.accounts import Account
from fedisw.model.errors import Forbidden, Invalid, NotFound
from fedisw.model.notifications import NotificationType
from fedisw.model.policies import HELD, Interaction
from fedisw.model.reactions import Reaction
from fedisw.model.relations import Bookmark, Favourite, Pin
from fedisw.model.statuses import Status, Visibility
from fedisw.model.visibility import Audience, may_reblog, narrower
from fedisw.services import editing, finding, notifications, policies, reactions
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, audience, blocks, marks, statuses
from fedisw.storage.queries import reactions as reaction_rows

MAX_PINS = 5


def visible_status(tx: Tx, status_id: int, *, viewer_id: int) -> Status:
    """The post, or the boosted post of a boost, if the viewer may read it; else NotFound (VIS-2)."""
    status = statuses.get(tx, status_id)
    if status.id not in audience.readable(tx, [status.id], viewer_id):
        raise NotFound("status", status_id)
    return statuses.get(tx, status.reblog_of_id) if status.reblog_of_id is not None else status


def favourite(tx: Tx, *, account: Account, status_id: int, favourite_id: int, uri: str, now: datetime) -> Status:
    """A local person likes a post; a repeat changes nothing.

    Raises:
        NotFound: no such post for this person.
        Forbidden: the author does not want it.
    """
    status = visible_status(tx, status_id, viewer_id=account.id)
    policies.check_ours(tx, status, Interaction.LIKE, account)
    if _like(tx, account=account, status=status, favourite_id=favourite_id, uri=uri, now=now) and not status.local:
        tx.enqueue(PublishLike(favourite_id=favourite_id))
        finding.changed_here(tx, status.id)
    return statuses.get(tx, status.id)


def _like(tx: Tx, *, account: Account, status: Status, favourite_id: int, uri: str, now: datetime) -> bool:
    made = marks.add_favourite(
        tx, Favourite(id=favourite_id, account_id=account.id, status_id=status.id, uri=uri, created_at=now)
    )
    if made:
        statuses.count_favourites(tx, status.id, 1)
        notifications.notify(
            tx,
            account_id=status.account_id,
            kind=NotificationType.FAVOURITE,
            from_id=account.id,
            status=status,
            now=now,
        )
    return made


def unfavourite(tx: Tx, *, account: Account, status_id: int) -> Status:
    """A local person takes a like back; works for posts that are no longer visible too."""
    status = statuses.get(tx, status_id)
    if status.reblog_of_id is not None:
        status = statuses.get(tx, status.reblog_of_id)
    ended = _unlike(tx, account_id=account.id, status=status)
    if ended is None:
        return visible_status(tx, status.id, viewer_id=account.id)
    if not status.local:
        tx.enqueue(PublishUndoLike(account_id=account.id, like_uri=ended.uri, object_uri=status.uri, author_id=status.account_id))
    return statuses.get(tx, status.id)


def _unlike(tx: Tx, *, account_id: int, status: Status) -> Favourite | None:
    ended = marks.remove_favourite(tx, account_id=account_id, status_id=status.id)
    if ended is not None:
        statuses.count_favourites(tx, status.id, -1)
        notifications.withdraw(
            tx, account_id=status.account_id, kind=NotificationType.FAVOURITE, from_id=account_id, status_id=status.id
        )
    return ended


def favourite_by_remote(
    tx: Tx,
    *,
    account: Account,
    status_uri: str,
    uri: str,
    favourite_id: int,
    now: datetime,
    content: str = "",
    picture: str = "",
    answers: bool = True,
) -> bool:
    """Somebody elsewhere likes a post that they can see; False on a repeat or when they may not (ING table).

    Args:
        content: what they say with it, one emoji; all that one account says counts as one like.
        picture: address of a custom emoji at its origin.
        answers: whether a like that needs consent is answered; False where a request is.
    """
    status = statuses.find_by_uri(tx, status_uri)
    if status is None or status.reblog_of_id is not None or not policies.reachable(tx, status, account):
        return False
    if status.local and not _is_taken(tx, status, account, uri=uri, favourite_id=favourite_id, answers=answers):
        return False
    liked = _like(tx, account=account, status=status, favourite_id=favourite_id, uri=uri, now=now)
    said = Reaction(
        id=favourite_id,
        account_id=account.id,
        status_id=status.id,
        content=content,
        picture=picture,
        uri=uri,
        created_at=now,
    )
    return reactions.add(tx, said, liked=liked) or liked


def _is_taken(tx: Tx, status: Status, account: Account, *, uri: str, favourite_id: int, answers: bool) -> bool:
    if status.interaction_policy and marks.favourite(tx, account_id=account.id, status_id=status.id) is not None:
        return True
    number = f"like-{favourite_id}"
    return policies.taken(tx, status, Interaction.LIKE, account, uri=uri, number=number, answers=answers) is not None


def reblog(tx: Tx, *, account: Account, status_id: int, boost_id: int, uri: str, now: datetime, visibility: Visibility) -> Status:
    """A local person boosts a post; the boost that exists is returned on a repeat. Never widens (VIS-5).

    Args:
        visibility: how far the boost itself goes; not wider than the post.

    Raises:
        NotFound: no such post for this person.
        Forbidden: it may be read, not boosted.
    """
    original = visible_status(tx, status_id, viewer_id=account.id)
    author = accounts.get(tx, original.account_id)
    of = Audience(visibility=original.visibility, local_only=original.local_only, reach=author.reach)
    if not may_reblog(of, own=original.account_id == account.id):
        raise Forbidden("This action is not allowed")
    approval = policies.check_ours(tx, original, Interaction.ANNOUNCE, account)
    boost = _boost(
        original,
        account=account,
        boost_id=boost_id,
        uri=uri,
        now=now,
        visibility=narrower(visibility, original.visibility),
        local_only=of.stays_here,
        approval=approval,
    )
    if not _store_boost(tx, boost, original, now=now):
        found = statuses.find_boost(tx, of=original.id, account_id=account.id)
        if found is None:
            raise NotFound("status", status_id)
        return found
    if not original.local:
        finding.changed_here(tx, original.id)
    if not boost.local_only:
        tx.enqueue(PublishBoost(status_id=boost.id))
    return boost


def _boost(
    original: Status,
    *,
    account: Account,
    boost_id: int,
    uri: str,
    now: datetime,
    visibility: Visibility,
    local_only: bool = False,
    approval: str = "",
) -> Status:
    return Status(
        id=boost_id,
        uri=uri,
        url=uri,
        account_id=account.id,
        host=account.host,
        visibility=visibility,
        local_only=local_only,
        reblog_of_id=original.id,
        conversation_id=original.conversation_id,
        approval=approval,
        created_at=now,
    )


def _store_boost(tx: Tx, boost: Status, original: Status, *, now: datetime) -> bool:
    if not statuses.insert_once(tx, boost):
        return False
    statuses.count_reblogs(tx, original.id, 1)
    notifications.notify(
        tx,
        account_id=original.account_id,
        kind=NotificationType.REBLOG,
        from_id=boost.account_id,
        status=original,
        now=now,
    )
    if now - boost.created_at <= notifications.NEWS and boost.approval not in HELD:
        tx.enqueue(FanOut(status_id=boost.id))
    return True


def unreblog(tx: Tx, *, account: Account, status_id: int) -> Status:
    """A local person takes a boost back; the original is returned."""
    original = statuses.get(tx, status_id)
    if original.reblog_of_id is not None:
        original = statuses.get(tx, original.reblog_of_id)
    boost = statuses.find_boost(tx, of=original.id, account_id=account.id)
    if boost is None:
        return visible_status(tx, original.id, viewer_id=account.id)
    editing.undo_boost(tx, boost)
    return statuses.get(tx, original.id)


def store_remote_reblog(
    tx: Tx,
    *,
    account: Account,
    original_id: int,
    uri: str,
    boost_id: int,
    published: datetime,
    visibility: Visibility,
    now: datetime,
    approval: str = "",
    answers: bool = True,
) -> Status | None:
    """Somebody elsewhere boosted a post; None on a repeat, or when it may not be boosted (ING table).

    Args:
        approval: id of the document by which the author of somebody else's post agreed, checked by the caller.
        answers: whether a boost that needs consent is answered; False where a request is.
    """
    original = statuses.get(tx, original_id)
    author = accounts.get(tx, original.account_id)
    of = Audience(visibility=original.visibility, local_only=original.local_only, reach=author.reach)
    if original.reblog_of_id is not None or of.stays_here or not author.usable:
        return None
    if not may_reblog(of, own=author.id == account.id) or blocks.either(tx, author.id, account.id):
        return None
    boosted = bool(original.interaction_policy) and statuses.find_boost(tx, of=original.id, account_id=account.id) is not None
    if original.local and not boosted:
        stamp = policies.taken(tx, original, Interaction.ANNOUNCE, account, uri=uri, number=str(boost_id), answers=answers)
        if stamp is None:
            return None
        approval = stamp
    boost = _boost(
        original,
        account=account,
        boost_id=boost_id,
        uri=uri,
        now=min(published, now),
        visibility=narrower(visibility, original.visibility),
        approval=approval,
    )
    return boost if _store_boost(tx, boost, original, now=now) else None


def undo_by_remote(tx: Tx, *, actor: Account, uri: str, object_uri: str = "", content: str = "") -> bool:
    """Somebody elsewhere takes a like, reaction or boost back, named by its id, else by what it was about and said."""
    reaction = reaction_rows.by_uri(tx, uri, account_id=actor.id) if uri else None
    if reaction is not None:
        return _unreact(tx, reaction)
    like = marks.favourite_by_uri(tx, uri, account_id=actor.id) if uri else None
    if like is not None:
        if reactions.pass_on(tx, status_id=like.status_id, account_id=actor.id, ended_uri=uri):
            return True
        return _unlike(tx, account_id=actor.id, status=statuses.get(tx, like.status_id)) is not None
    boost = statuses.find_by_uri(tx, uri) if uri else None
    if boost is not None and boost.account_id == actor.id and boost.reblog_of_id is not None:
        editing.undo_boost(tx, boost)
        return True
    return False if not object_uri else _undo_by_object(tx, actor=actor, object_uri=object_uri, content=content)


def _unreact(tx: Tx, reaction: Reaction) -> bool:
    if reactions.take_back(tx, reaction):
        _unlike(tx, account_id=reaction.account_id, status=statuses.get(tx, reaction.status_id))
    return True


def _undo_by_object(tx: Tx, *, actor: Account, object_uri: str, content: str) -> bool:
    """One reaction by what it said, or the plain like; what else the account said stays."""
    original = statuses.find_by_uri(tx, object_uri)
    if original is None:
        return False
    said = reaction_rows.own(tx, status_id=original.id, account_id=actor.id)
    same = next((one for one in said if one.content == content), None)
    if same is not None:
        return _unreact(tx, same)
    like = marks.favourite(tx, account_id=actor.id, status_id=original.id)
    if like is None or content or like.uri in {one.uri for one in said}:
        return False
    if reactions.pass_on(tx, status_id=original.id, account_id=actor.id, ended_uri=like.uri):
        return True
    return _unlike(tx, account_id=actor.id, status=original) is not None


def undo_boost_by_remote(tx: Tx, *, actor: Account, object_uri: str) -> bool:
    """Somebody elsewhere takes the boost of this post back, named by the post."""
    original = statuses.find_by_uri(tx, object_uri)
    boost = statuses.find_boost(tx, of=original.id, account_id=actor.id) if original is not None else None
    if boost is None:
        return False
    editing.undo_boost(tx, boost)
    return True


def refused(tx: Tx, thing: Favourite | Status) -> None:
    """The author of somebody else's post does not want a like, boost or answer of ours: it is taken away, an answer held."""
    match thing:
        case Favourite():
            _unlike(tx, account_id=thing.account_id, status=statuses.get(tx, thing.status_id))
        case Status() if thing.reblog_of_id is not None:
            editing.undo_boost(tx, thing)
        case Status():
            policies.refused(tx, thing)


def bookmark(tx: Tx, *, account_id: int, status_id: int, bookmark_id: int, now: datetime) -> Status:
    """Save a post for oneself."""
    status = visible_status(tx, status_id, viewer_id=account_id)
    marks.add_bookmark(tx, Bookmark(id=bookmark_id, account_id=account_id, status_id=status.id, created_at=now))
    if not status.local:
        finding.changed_here(tx, status.id)
    return status


def unbookmark(tx: Tx, *, account_id: int, status_id: int) -> Status:
    """Forget a saved post; works when it is no longer visible too."""
    status = statuses.get(tx, status_id)
    if marks.remove_bookmark(tx, account_id=account_id, status_id=status.id):
        return status
    return visible_status(tx, status_id, viewer_id=account_id)


def pin(tx: Tx, *, account: Account, status_id: int, pin_id: int, now: datetime) -> Status:
    """Show an own post on top of the profile.

    Raises:
        NotFound: no such post for this person.
        Invalid: somebody else's, a boost, a direct one, or more than five.
    """
    status = statuses.get(tx, status_id)
    if status.id not in audience.readable(tx, [status.id], account.id):
        raise NotFound("status", status_id)
    if status.reblog_of_id is not None:
        raise Invalid("base", "A boost cannot be pinned")
    if status.account_id != account.id:
        raise Invalid("base", "Someone else's post cannot be pinned")
    if status.visibility is Visibility.DIRECT:
        raise Invalid("base", "Posts that are only visible to mentioned users cannot be pinned")
    if marks.pin_count(tx, account.id) >= MAX_PINS and status.id not in marks.pinned_ids(tx, account.id):
        raise Invalid("base", "You have already pinned the maximum number of posts")
    added = marks.add_pin(tx, Pin(id=pin_id, account_id=account.id, status_id=status.id, created_at=now))
    if added:
        _publish_pin(tx, status, added=True, change_id=pin_id)
    return status


def unpin(tx: Tx, *, account: Account, status_id: int, change_id: int) -> Status:
    """Take an own post from the top of the profile."""
    status = editing.own_status(tx, status_id, author_id=account.id)
    if marks.remove_pin(tx, account_id=account.id, status_id=status.id):
        _publish_pin(tx, status, added=False, change_id=change_id)
    return status


def _publish_pin(tx: Tx, status: Status, *, added: bool, change_id: int) -> None:
    if status.visibility in (Visibility.PUBLIC, Visibility.UNLISTED) and not status.local_only:
        tx.enqueue(PublishPin(account_id=status.account_id, object_uri=status.uri, added=added, change_id=change_id))


def mute_thread(tx: Tx, *, account_id: int, status_id: int) -> Status:
    """Hear no more of the thread that a post belongs to."""
    status = visible_status(tx, status_id, viewer_id=account_id)
    marks.mute_thread(tx, account_id=account_id, conversation_id=status.conversation_id)
    return status


def unmute_thread(tx: Tx, *, account_id: int, status_id: int) -> Status:
    """Hear of the thread again."""
    status = visible_status(tx, status_id, viewer_id=account_id)
    marks.unmute_thread(tx, account_id=account_id, conversation_id=status.conversation_id)
    return status
