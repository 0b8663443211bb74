"""Which handler an activity goes to."""

from __future__ import annotations

from typing import Final

from fedisw.federation import authority, forwarded
from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted
from fedisw.federation.grouped import handle_passed_on
from fedisw.federation.handlers.accept import handle_accept
from fedisw.federation.handlers.add import handle_add
from fedisw.federation.handlers.announce import handle_announce
from fedisw.federation.handlers.block import handle_block
from fedisw.federation.handlers.create import handle_create
from fedisw.federation.handlers.delete import handle_delete
from fedisw.federation.handlers.featurerequest import handle_featurerequest
from fedisw.federation.handlers.flag import handle_flag
from fedisw.federation.handlers.follow import handle_follow
from fedisw.federation.handlers.join import handle_join
from fedisw.federation.handlers.like import handle_like
from fedisw.federation.handlers.move import handle_move
from fedisw.federation.handlers.quoterequest import handle_quoterequest
from fedisw.federation.handlers.reject import handle_reject
from fedisw.federation.handlers.remove import handle_remove
from fedisw.federation.handlers.replyrequest import handle_request
from fedisw.federation.handlers.undo import handle_undo
from fedisw.federation.handlers.update import handle_update
from fedisw.model.accounts import Account
from fedisw.model.errors import Forbidden, NotFound, Unreachable
from fedisw.vocab import activities as act
from fedisw.vocab.actors import Actor
from fedisw.vocab.read import Document

HANDLED: Final = frozenset(
    {
        "Accept",
        "Add",
        "Announce",
        "AnnounceRequest",
        "Block",
        "Create",
        "Delete",
        "EmojiReact",
        "FeatureRequest",
        "Flag",
        "Follow",
        "Join",
        "Like",
        "LikeRequest",
        "Move",
        "Offer",
        "QuoteRequest",
        "Reject",
        "Remove",
        "ReplyRequest",
        "Undo",
        "Update",
    }
)  # other kinds are answered with 202 and not kept (federation, section 4.1)

PATIENCE: Final = 5  # tries, a quarter of an hour, until a server that is down counts as one that cannot be asked


async def handle(peer: Peer, sender: Account, activity: act.Activity, document: Document, *, attempt: int) -> None:
    """Let a kept activity take effect.

    Args:
        sender: who signed the request; if that is not the activity's actor, that signature proves nothing (SIG-10).
        document: the activity as it came.
        attempt: 1 for the first.

    Raises:
        NotWanted: it has no effect here; other errors of ours say so too, but Unreachable means later.
    """
    if isinstance(activity, act.Ignored):
        raise NotWanted("of no kind that is handled")
    if sender.suspended_at is not None and not _may_still_say(sender, activity):
        raise NotWanted("its sender is suspended here")
    if activity.actor == sender.uri:
        await _handle_own(peer, sender, activity, deliverer=sender)
    else:
        await _handle_delivered(peer, sender, activity, document, actor_uri=activity.actor, attempt=attempt)


async def _handle_delivered(
    peer: Peer, deliverer: Account, activity: act.Activity, document: Document, *, actor_uri: str, attempt: int
) -> None:
    """What somebody else delivers: proved, else had from its own server, else signed (federation, section 3.8)."""
    may_fetch = await forwarded.is_wanted(peer, deliverer, activity)
    author = await authority.by_proof(peer, document, actor_uri, may_fetch=may_fetch)
    if author is not None:
        await _handle_proved(peer, author, activity, deliverer=deliverer)
        return
    try:
        whole = await forwarded.look_for(peer, deliverer, activity, is_signed="signature" in document)
    except (Forbidden, NotFound, Unreachable) as error:
        if isinstance(error, Unreachable) and attempt <= PATIENCE:
            raise
        found = await authority.by_signature(peer, document, actor_uri)
        if found is None:
            raise
        await _handle_proved(peer, *found, deliverer=deliverer)
        return
    if whole is not None:
        await _handle_proved(peer, *whole, deliverer=deliverer)


def _may_still_say(sender: Account, activity: act.Activity) -> bool:
    """Somebody suspended may go, and somebody whom their own server suspended may come back (federation, section 2.3)."""
    own_profile = isinstance(activity, act.Update) and isinstance(activity.object, Actor)
    return isinstance(activity, act.Delete) or (sender.suspended_there and own_profile)


async def _handle_proved(peer: Peer, author: Account, activity: act.Activity, *, deliverer: Account) -> None:
    if author.deleted_at is not None or (author.suspended_at is not None and not _may_still_say(author, activity)):
        raise NotWanted("its actor is suspended here, or gone")
    await _handle_own(peer, author, activity, deliverer=deliverer)


async def _handle_own(peer: Peer, sender: Account, activity: act.Activity, *, deliverer: Account) -> None:
    """What `sender` is known to have made; `deliverer` brought it."""
    match activity:
        case act.Create():
            await handle_create(peer, sender, activity, deliverer=deliverer)
        case act.Update():
            await handle_update(peer, sender, activity, deliverer=deliverer)
        case act.Delete():
            await handle_delete(peer, sender, activity)
        case act.Follow():
            await handle_follow(peer, sender, activity)
        case act.Accept():
            await handle_accept(peer, sender, activity)
        case act.Reject():
            await handle_reject(peer, sender, activity)
        case act.Undo():
            await handle_undo(peer, sender, activity)
        case act.Join():
            await handle_join(peer, sender, activity)
        case act.Like() | act.EmojiReact():
            await handle_like(peer, sender, activity)
        case act.Announce(object=act.Create() | act.Update() | act.Delete() as passed):
            await handle_passed_on(peer, sender, activity, passed)
        case act.Announce():
            await handle_announce(peer, sender, activity)
        case act.Block():
            await handle_block(peer, sender, activity)
        case act.Flag():
            await handle_flag(peer, sender, activity)
        case act.Move():
            await handle_move(peer, sender, activity)
        case act.Add():
            await handle_add(peer, sender, activity)
        case act.QuoteRequest():
            await handle_quoterequest(peer, sender, activity)
        case act.FeatureRequest():
            await handle_featurerequest(peer, sender, activity)
        case act.InteractionRequest():
            await handle_request(peer, sender, activity)
        case act.Remove():
            await handle_remove(peer, sender, activity)
        case act.Offer(object=act.Follow()):
            raise NotWanted("a wish to be followed: whom people here follow is theirs to begin")
        case _:
            raise NotWanted("of no kind that is handled")
