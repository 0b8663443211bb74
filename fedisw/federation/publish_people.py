"""Activities between accounts, and about accounts of ours (federation, sections 4.4 to 4.9); one function each kind of job."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from fedisw.federation import outgoing, relaying
from fedisw.federation.context import Peer
from fedisw.federation.outgoing import Outgoing
from fedisw.federation.represent import actor
from fedisw.federation.represent.activity import OPEN, follow, vote
from fedisw.federation.represent.here import Here
from fedisw.jobs import work
from fedisw.jobs.running import Postpone
from fedisw.model.accounts import Account, ActorKey
from fedisw.model.moderation import Report
from fedisw.model.relations import Favourite, Follow
from fedisw.model.statuses import Poll, PollVote, Status
from fedisw.services import instance
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, activities, follows, keys, marks, polls, reports, statuses
from fedisw.storage.queries.recipients import Recipients
from fedisw.vocab import build
from fedisw.vocab.names import PUBLIC
from fedisw.vocab.read import Document

MINUTE: Final = timedelta(minutes=1)  # within which changes of a profile are told together (conformance 23)


async def publish_follow(peer: Peer, job: work.PublishFollow) -> None:
    """Follow, to the account itself; nothing when it was taken back meanwhile."""
    found = await peer.db.read(_follow, job.follow_id)
    if found is None:
        return
    wish, follower, target = found
    asked = _between(follow(uri=wish.uri, follower_uri=follower.uri, target_uri=target.uri), follower, target, about=wish.uri)
    await outgoing.send(peer, asked, outgoing.to_account(follower.id, target.id))


def _follow(tx: Tx, follow_id: int) -> tuple[Follow, Account, Account] | None:
    found = follows.find_by_id(tx, follow_id)
    if found is None:
        return None
    return found, accounts.get(tx, found.follower_id), accounts.get(tx, found.target_id)


def _between(document: Document, by: Account, other: Account, *, about: str) -> Outgoing:
    """Something between two accounts: one order for the pair, stopped by a block."""
    return Outgoing(document=document, account_id=by.id, object_uri=about, order=other.uri, target_id=other.id)


async def publish_undo_follow(peer: Peer, job: work.PublishUndoFollow) -> None:
    """Undo of a Follow, if the Follow may have been sent; nothing when the same person follows again by now."""
    follower, target = await peer.db.read(_two, job.follower_id, job.target_id)
    if target.local or await peer.db.read(follows.find, follower_id=follower.id, target_id=target.id) is not None:
        return
    inner = follow(uri=job.follow_uri, follower_uri=follower.uri, target_uri=target.uri)
    document = build.undo(id=f"{job.follow_uri}-undo", actor=follower.uri, object=inner, to=(target.uri,))
    sent = await peer.db.read(activities.was_made, account_id=follower.id, kind="Follow", object_uri=job.follow_uri)
    reached = await outgoing.take_back(peer, account_id=follower.id, object_uri=job.follow_uri)
    undone = _between(document, follower, target, about=job.follow_uri)
    await outgoing.send(peer, undone, *(reached if sent else (outgoing.to_exactly(target.id),)))


def _two(tx: Tx, first_id: int, second_id: int) -> tuple[Account, Account]:
    return accounts.get(tx, first_id), accounts.get(tx, second_id)


async def answer_follow(peer: Peer, job: work.AnswerFollow) -> None:
    """Accept, with the Follow inside, to whoever asked."""
    found = await peer.db.read(_follow, job.follow_id)
    if found is None or not found[0].accepted or found[1].local:
        return
    wish, follower, target = found
    document = build.accept(
        id=Here.of(peer.settings).activity(f"{wish.id}-accept-{job.answer}"),
        actor=target.uri,
        object=follow(uri=wish.uri, follower_uri=follower.uri, target_uri=target.uri),
        to=(follower.uri,),
    )
    accepted = _between(document, target, follower, about=wish.uri)
    await outgoing.send(peer, accepted, outgoing.to_account(target.id, follower.id))


async def reject_follow(peer: Peer, job: work.RejectFollow, *, asked_at: datetime) -> None:
    """Reject, of a request or of a follow that was; nothing when the follow stands again by now.

    Args:
        asked_at: when the job was added, which tells two answers to the same Follow apart.
    """
    target, follower = await peer.db.read(_two, job.target_id, job.follower_id)
    if follower.local or await peer.db.read(follows.find, follower_id=follower.id, target_id=target.id) is not None:
        return
    mark = hashlib.sha256(job.follow_uri.encode()).hexdigest()[:16]
    document = build.reject(
        id=Here.of(peer.settings).activity(f"{target.id}-reject-{mark}-{int(asked_at.timestamp() * 1_000)}"),
        actor=target.uri,
        object=follow(uri=job.follow_uri, follower_uri=follower.uri, target_uri=target.uri),
        to=(follower.uri,),
    )
    await outgoing.take_back(peer, account_id=target.id, object_uri=job.follow_uri)
    rejected = _between(document, target, follower, about=job.follow_uri)
    await outgoing.send(peer, rejected, outgoing.to_exactly(follower.id))


async def publish_like(peer: Peer, job: work.PublishLike) -> None:
    """Like, to the author; nothing when it was taken back meanwhile."""
    found = await peer.db.read(_like, job.favourite_id)
    if found is None:
        return
    mark, status, liker, author = found
    document = build.like(id=mark.uri, actor=liker.uri, object=status.uri, to=(author.uri,))
    liked = Outgoing(
        document=document,
        account_id=liker.id,
        object_uri=mark.uri,
        order=status.uri,
        target_id=author.id,
        provable=status.visibility in OPEN,
    )
    await outgoing.send(peer, liked, outgoing.to_account(liker.id, author.id))


def _like(tx: Tx, favourite_id: int) -> tuple[Favourite, Status, Account, Account] | None:
    mark = marks.favourite_by_id(tx, favourite_id)
    if mark is None:
        return None
    status = statuses.get(tx, mark.status_id)
    return mark, status, accounts.get(tx, mark.account_id), accounts.get(tx, status.account_id)


async def publish_undo_like(peer: Peer, job: work.PublishUndoLike) -> None:
    """Undo of a Like, if the Like may have been sent; nothing when the person likes the post again by now."""
    liker, author = await peer.db.read(_two, job.account_id, job.author_id)
    if await peer.db.read(_likes, job.account_id, job.object_uri):
        return
    inner = build.like(id=job.like_uri, actor=liker.uri, object=job.object_uri, to=(author.uri,))
    document = build.undo(id=f"{job.like_uri}-undo", actor=liker.uri, object=inner, to=(author.uri,))
    sent = await peer.db.read(activities.was_made, account_id=liker.id, kind="Like", object_uri=job.like_uri)
    reached = await outgoing.take_back(peer, account_id=liker.id, object_uri=job.like_uri)
    undone = Outgoing(document=document, account_id=liker.id, object_uri=job.like_uri, order=job.object_uri, target_id=author.id)
    await outgoing.send(peer, undone, *(reached if sent else (outgoing.to_exactly(author.id),)))


def _likes(tx: Tx, account_id: int, status_uri: str) -> bool:
    status = statuses.find_by_uri(tx, status_uri)
    return status is not None and any(mark.kind == "favourited" for mark in marks.marks(tx, account_id, [status.id]))


async def publish_profile(peer: Peer, job: work.PublishProfile) -> None:
    """Update of the actor, to its followers; of a suspended one too, so that others hide it.

    The first of several changes at once, the others together when a minute is over; a suspension never waits.

    Raises:
        Postpone: the last one was told less than a minute ago.
    """
    account, found = await peer.db.read(_profile, job.account_id)
    told = await peer.db.read(activities.newest, account_id=account.id, kind="Update", object_uri=account.uri)
    if account.deleted_at is not None:
        return
    uri = _profile_update(peer, account)
    if account.suspended_at is None and told is not None and told.uri != uri and peer.now() < told.created_at + MINUTE:
        raise Postpone(told.created_at + MINUTE)
    await _tell_profile(peer, account, found, uri)


async def tell_profile(peer: Peer, account_id: int, *, uri: str) -> None:
    """Update of the actor at once, under this id; nothing when it was deleted meanwhile."""
    account, found = await peer.db.read(_profile, account_id)
    if account.deleted_at is None:
        await _tell_profile(peer, account, found, uri)


def _profile_update(peer: Peer, account: Account) -> str:
    return Here.of(peer.settings).activity(f"{account.id}-profile-{account.revision}")


async def _tell_profile(peer: Peer, account: Account, found: list[ActorKey], uri: str) -> None:
    here = Here.of(peer.settings)
    document = build.update(
        id=uri,
        actor=account.uri,
        object=actor.actor(account, found, here),
        to=(PUBLIC,),
        cc=(f"{account.uri}/followers",),
    )
    changed = Outgoing(document=document, account_id=account.id, object_uri=account.uri, order=account.uri, public=True)
    await outgoing.send(peer, changed, outgoing.to(Recipients(author_id=account.id, followers=True)))


def _profile(tx: Tx, account_id: int) -> tuple[Account, list[ActorKey]]:
    return accounts.get(tx, account_id), keys.of_account(tx, account_id)


async def publish_move(peer: Peer, job: work.PublishMove) -> None:
    """Move of the actor, to its followers, behind the Update that says where it went; nothing when it came back meanwhile."""
    account, found = await peer.db.read(_profile, job.account_id)
    if account.moved_to_uri != job.target_uri:
        return
    await _tell_profile(peer, account, found, _profile_update(peer, account))
    document = build.move(
        id=Here.of(peer.settings).activity(f"{account.id}-move-{job.move_id}"),
        actor=account.uri,
        target=job.target_uri,
        to=(f"{account.uri}/followers",),
    )
    moved = Outgoing(document=document, account_id=account.id, object_uri=account.uri, order=account.uri, public=True)
    followers = outgoing.to(Recipients(author_id=account.id, followers=True))
    await outgoing.send(peer, moved, followers, *await relaying.all_takers(peer, account))


async def publish_account_delete(peer: Peer, job: work.PublishAccountDelete) -> None:
    """Delete of the actor, to every server that anything of it was meant for."""
    account = await peer.db.read(accounts.get, job.account_id)
    document = build.delete_actor(id=Here.of(peer.settings).activity(f"{account.id}-delete"), actor=account.uri, to=(PUBLIC,))
    gone = Outgoing(document=document, account_id=account.id, object_uri=account.uri, order=account.uri, public=True)
    followers = outgoing.to(Recipients(author_id=account.id, followers=True))
    await outgoing.send(peer, gone, outgoing.to_all_reached(account.id), followers)


async def publish_vote(peer: Peer, job: work.PublishVote) -> None:
    """One Create for each choice, to the poll's author only."""
    found = await peer.db.read(_ballot, job.poll_id, job.account_id)
    if found is None:
        return
    poll, chosen, question, voter, author = found
    for item in chosen:
        uri = f"{peer.origin}/ap/objects/{poll.id}-{voter.id}-{item.choice}"
        document = vote(
            uri=uri,
            voter=voter,
            question_uri=question.uri,
            option=poll.options[item.choice],
            author_uri=author.uri,
            now=peer.now(),
        )
        cast = Outgoing(document=document, account_id=voter.id, object_uri=uri, order=question.uri, target_id=author.id)
        await outgoing.send(peer, cast, outgoing.to_account(voter.id, author.id))


def _ballot(tx: Tx, poll_id: int, account_id: int) -> tuple[Poll, list[PollVote], Status, Account, Account] | None:
    known = polls.by_ids(tx, [poll_id])
    if not known:
        return None
    chosen = polls.votes_of(tx, account_id, [poll_id])
    question = statuses.get(tx, known[0].status_id)
    return known[0], chosen, question, accounts.get(tx, account_id), accounts.get(tx, question.account_id)


async def publish_flag(peer: Peer, job: work.PublishFlag) -> None:
    """A report, to the server of the account it is about, in the name of this server (MOD-7)."""
    found = await peer.db.read(_report, job.report_id, peer)
    if found is None:
        return
    report, ours, accused, posts = found
    document = build.flag(id=report.uri, actor=ours.uri, objects=(accused.uri, *posts), content=report.comment, to=(accused.uri,))
    told = Outgoing(document=document, account_id=ours.id, object_uri=report.uri, order=report.uri, target_id=accused.id)
    await outgoing.send(peer, told, outgoing.to_account(ours.id, accused.id))


def _report(tx: Tx, report_id: int, peer: Peer) -> tuple[Report, Account, Account, list[str]] | None:
    report, ours = reports.find(tx, report_id), instance.find_actor(tx, peer.origin)
    if report is None or ours is None or not report.forward:
        return None
    posts = [item.uri for item in statuses.by_ids(tx, report.status_ids)]
    return report, ours, accounts.get(tx, report.target_id), sorted(posts)
