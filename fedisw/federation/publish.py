"""Activities about posts of ours (federation, sections 4.3 to 4.5, 4.7, 4.8 and 4.11); one function each kind of job.

A job says what happened; what is sent is read when it runs. Ids are made from what they are about, so that a second
run finds the activity of the first (P-4).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fedisw.federation import audience, outgoing, relaying
from fedisw.federation.context import Peer
from fedisw.federation.outgoing import Outgoing
from fedisw.federation.represent import activity, status
from fedisw.federation.represent.here import Here
from fedisw.federation.represent.status import Posted
from fedisw.jobs import work
from fedisw.jobs.consent import PublishApproved
from fedisw.jobs.running import Postpone
from fedisw.model.accounts import Account
from fedisw.model.statuses import Status, Visibility
from fedisw.model.visibility import Audience
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, activities, deliveries, statuses
from fedisw.storage.queries.recipients import Recipients
from fedisw.vocab import build
from fedisw.vocab.names import PUBLIC
from fedisw.vocab.read import Document

FULL_MINUTE = timedelta(minutes=1)


def _ready(tx: Tx, status_id: int, *, engaged: bool = False) -> tuple[Posted, Recipients] | None:
    """A post and who is to get it; None when it is gone or stays here."""
    posted = status.find(tx, status_id)
    if posted is None or not posted.view.status.local:
        return None
    row, author = posted.view.status, posted.view.account
    if Audience(visibility=row.visibility, local_only=row.local_only, reach=author.reach).stays_here or not author.usable:
        return None
    return posted, audience.of_status(tx, row, engaged=engaged)


async def publish_status(peer: Peer, job: work.PublishStatus) -> None:
    """Create of a new post, as it stands by now."""
    found = await peer.db.read(_ready, job.status_id)
    if found is not None:
        await _create(peer, *found)


async def _create(peer: Peer, posted: Posted, wanted: Recipients) -> None:
    document = status.create(posted, Here.of(peer.settings), now=peer.now())
    relays = await relaying.found(peer, posted)
    await outgoing.send(peer, _about(posted, document), outgoing.to(wanted), *relaying.takers(relays))
    await relaying.announce(peer, posted, relays)


async def publish_approved(peer: Peer, job: PublishApproved) -> None:
    """Create or Announce again, with the proof that the author of the other post agreed, to everybody whom it is for."""
    found = await peer.db.read(_ready, job.status_id)
    if found is None:
        return
    posted, wanted = found
    if posted.view.reblog is None:
        ready = _about(posted, status.create(posted, Here.of(peer.settings), now=peer.now()))
    else:
        ready = _boosted(posted)
    await outgoing.renew(peer, ready)
    await outgoing.send(peer, ready, outgoing.to(wanted))


def _about(posted: Posted, document: Document) -> Outgoing:
    row = posted.view.status
    return Outgoing(
        document=document,
        account_id=row.account_id,
        object_uri=row.uri,
        order=row.uri,
        status_id=row.id,
        public=row.visibility in activity.OPEN,
    )


async def publish_edit(peer: Peer, job: work.PublishEdit) -> None:
    """Update of an edited post, to all who got it, get it now, or did something with it; Create where none was sent."""
    posted = await _update(peer, job.status_id, name=f"{job.status_id}-update-{job.revision}")
    if posted is not None and posted.view.status.visibility not in activity.OPEN:
        await _take_away(peer, posted)


async def _take_away(peer: Peer, posted: Posted) -> None:
    """Delete, once, to servers where somebody got a post and nobody may have it any more: they were edited out (VIS-13)."""
    author, row = posted.view.account, posted.view.status
    lost = await peer.db.read(audience.lost, row)
    if not lost:
        return
    document = build.delete(id=Here.of(peer.settings).activity(f"{row.id}-withdraw"), actor=author.uri, object=row.uri, to=())
    gone = Outgoing(document=document, account_id=author.id, object_uri=row.uri, order=row.uri)
    await outgoing.send(peer, gone, outgoing.to_inboxes(lost))


async def publish_poll(peer: Peer, job: work.PublishPoll) -> None:
    """New counts of a poll, when the minute is over, so that all its votes are in them."""
    until = datetime.fromtimestamp(job.minute * 60, tz=UTC) + FULL_MINUTE
    if peer.now() < until:
        raise Postpone(until)
    await _update(peer, job.status_id, name=f"{job.status_id}-poll-{job.minute}")


async def _update(peer: Peer, status_id: int, *, name: str) -> Posted | None:
    found = await peer.db.read(_ready, status_id, engaged=True)
    if found is None:
        return None
    posted, wanted = found
    row, here = posted.view.status, Here.of(peer.settings)
    if not await peer.db.read(activities.was_made, account_id=row.account_id, kind="Create", object_uri=row.uri):
        await _create(peer, posted, wanted)
        return posted
    document = build.update(
        id=here.activity(name), actor=posted.view.account.uri, object=status.note(posted, here, now=peer.now())
    )
    before = outgoing.to_reached(row.account_id, row.uri)
    relays = relaying.takers(await relaying.found(peer, posted))
    await outgoing.send(peer, _about(posted, document), outgoing.to(wanted), before, *relays)
    return posted


async def publish_delete(peer: Peer, job: work.PublishDelete) -> None:
    """Delete, to all who got something about the post; what was not sent yet is not sent at all (P-9)."""
    if not await peer.db.read(activities.was_made, account_id=job.account_id, kind="Create", object_uri=job.object_uri):
        return
    author, named = await peer.db.read(_people, job.account_id, job.account_ids)
    address = activity.delete_addressing(author, named, public=job.public)
    document = build.delete(
        id=Here.of(peer.settings).activity(f"{job.status_id}-delete"),
        actor=author.uri,
        object=job.object_uri,
        to=address.to,
        cc=address.cc,
    )
    reached = await outgoing.take_back(peer, account_id=author.id, object_uri=job.object_uri)
    gone = Outgoing(document=document, account_id=author.id, object_uri=job.object_uri, order=job.object_uri, public=job.public)
    await outgoing.send(peer, gone, *reached)
    await relaying.take_back(peer, status_id=job.status_id, order=job.object_uri)
    await peer.db.write(activities.forget_text, account_id=author.id, object_uri=job.object_uri)
    await peer.db.write(deliveries.forget_readers, account_id=author.id, object_uri=job.object_uri)


def _people(tx: Tx, author_id: int, ids: tuple[int, ...]) -> tuple[Account, list[Account]]:
    return accounts.get(tx, author_id), accounts.by_ids(tx, ids)


async def publish_boost(peer: Peer, job: work.PublishBoost) -> None:
    """Announce, to the booster's followers and the author."""
    found = await peer.db.read(_ready, job.status_id)
    if found is None or found[0].view.reblog is None:
        return
    await outgoing.send(peer, _boosted(found[0]), outgoing.to(found[1]))


def _boosted(posted: Posted) -> Outgoing:
    boost = posted.view.status
    return Outgoing(
        document=activity.announce(posted),
        account_id=boost.account_id,
        object_uri=boost.uri,
        order=posted.view.shown.status.uri,
        status_id=boost.id,
        public=boost.visibility in activity.OPEN,
    )


async def publish_undo_boost(peer: Peer, job: work.PublishUndoBoost) -> None:
    """Undo of the Announce, to all who got it."""
    if not await peer.db.read(activities.was_made, account_id=job.account_id, kind="Announce", object_uri=job.boost_uri):
        return
    booster, authors = await peer.db.read(_people, job.account_id, (job.author_id,))
    visibility = Visibility(job.visibility)
    document = activity.undo_announce(
        id=f"{job.boost_uri}-undo",
        booster=booster,
        boost_uri=job.boost_uri,
        object_uri=job.object_uri,
        author_uri=authors[0].uri if authors else "",
        visibility=visibility,
    )
    reached = await outgoing.take_back(peer, account_id=booster.id, object_uri=job.boost_uri)
    undone = Outgoing(
        document=document,
        account_id=booster.id,
        object_uri=job.boost_uri,
        order=job.object_uri,
        public=visibility in activity.OPEN,
    )
    await outgoing.send(peer, undone, *reached)


async def publish_pin(peer: Peer, job: work.PublishPin) -> None:
    """Add to, or Remove from, the featured collection, to the followers."""
    found = await peer.db.read(_pinned, job)
    if found is None:
        return
    author, row = found
    followers, is_open = f"{author.uri}/followers", row.visibility in activity.OPEN
    make, word = (build.add, "pin") if job.added else (build.remove, "unpin")
    document = make(
        id=Here.of(peer.settings).activity(f"{job.change_id}-{word}"),
        actor=author.uri,
        object=job.object_uri,
        target=f"{author.uri}/featured",
        to=(PUBLIC,) if is_open else (followers,),
        cc=(followers,) if is_open else (),
    )
    changed = Outgoing(
        document=document,
        account_id=author.id,
        object_uri=job.object_uri,
        order=job.object_uri,
        status_id=row.id if job.added else None,
        public=is_open,
    )
    await outgoing.send(peer, changed, outgoing.to(Recipients(author_id=author.id, followers=True)))


def _pinned(tx: Tx, job: work.PublishPin) -> tuple[Account, Status] | None:
    """Author and post; None when the post is gone, which takes the pin away everywhere."""
    found = statuses.find_by_uri(tx, job.object_uri)
    return None if found is None else (accounts.get(tx, job.account_id), found)
