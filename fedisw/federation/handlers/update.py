"""Update: another version of a profile or a post (federation, section 4.4; ING-2, ING-3, ING-6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from fedisw.federation import refetch, resolve
from fedisw.federation.context import Peer
from fedisw.federation.convert import actor as convert
from fedisw.federation.effect import NotWanted, apply
from fedisw.federation.handlers import create, delete
from fedisw.federation.handlers.create import Post
from fedisw.model.accounts import Account, ActorKey
from fedisw.services import accounts as profiles
from fedisw.services import editing
from fedisw.storage.queries import keys, statuses
from fedisw.vocab.activities import Update
from fedisw.vocab.actors import Actor
from fedisw.vocab.objects import Note, Tombstone

YOUNG: Final = timedelta(days=1)  # an unknown post younger than this is taken as new


async def handle_update(peer: Peer, sender: Account, update: Update, *, deliverer: Account) -> None:
    """Update: of the sender's profile, of a post of the sender, or a hint about somebody else's.

    Args:
        deliverer: who brought it, the sender or somebody that passed it on.
    """
    match update.object:
        case Actor():
            await _update_profile(peer, sender, update, update.object)
        case Note():
            await _update_post(peer, sender, update, update.object, deliverer=deliverer)
        case Tombstone():
            await delete.take_away(peer, sender, update, uri=update.object.id)
        case str():
            await hint_of_change(peer, update.object)


async def _update_profile(peer: Peer, sender: Account, update: Update, actor: Actor) -> None:
    """What others could be cheated with (keys, inbox, aliases, name) is never taken from the activity, but fetched."""
    if actor.id != sender.uri:
        raise NotWanted("not the sender's profile")
    known_keys = await peer.db.read(keys.of_account, sender.id)
    handle = (sender.username, sender.host or "")
    account = convert.account_of(actor, account_id=sender.id, handle=handle, now=peer.now())
    told_keys = convert.keys_of(actor, account_id=sender.id, now=peer.now())
    if _needs_proof(sender, account, known_keys, told_keys) or _is_renamed(sender, actor) or _is_old(sender, actor):
        await resolve.account(peer, sender.uri, refresh=True, announced=True)
        return
    await apply(peer, update, profiles.store_remote_account, account=account, actor_keys=known_keys, now=peer.now())


def _needs_proof(before: Account, after: Account, known: list[ActorKey], told: tuple[ActorKey, ...]) -> bool:
    same_keys = {(key.key_id, key.public) for key in known} == {(key.key_id, key.public) for key in told}
    return not same_keys or any(
        getattr(before, name) != getattr(after, name)
        for name in ("inbox_uri", "shared_inbox_uri", "moved_to_uri", "also_known_as", "actor_type")
    )


def _is_renamed(sender: Account, actor: Actor) -> bool:
    claims = actor.webfinger.lower() not in ("", sender.acct.lower())
    return claims or actor.preferred_username.lower() != sender.username.lower()


def _is_old(sender: Account, actor: Actor) -> bool:
    """An Update that was overtaken by a newer one: what its server shows now is right (ING-6)."""
    return actor.updated is not None and actor.updated < sender.updated_at


async def _update_post(peer: Peer, sender: Account, update: Update, note: Note, *, deliverer: Account) -> None:
    if not create.is_own(note, sender):
        await hint_of_change(peer, note.id)
        return
    known = await peer.db.read(statuses.find_by_uri, note.id)
    if known is not None and known.account_id != sender.id:
        await hint_of_change(peer, note.id)
        return
    if known is None and not await _is_new(peer, sender, note, deliverer=deliverer):
        raise NotWanted("not known here")
    remote = await resolve.remote_status(peer, note, author=sender)
    if known is None:
        post = Post(remote=remote, status_ids=resolve.status_ids(remote.published))
        await apply(peer, update, create.store, author=sender, things=[post], peer=peer, now=peer.now())
        return
    await apply(peer, update, editing.apply_remote_edit, author=sender, remote=remote, now=peer.now(), new_id=peer.new_id)


async def _is_new(peer: Peer, sender: Account, note: Note, *, deliverer: Account) -> bool:
    """An Update that overtook its Create stores the post; the late Create finds it there (F-12)."""
    young = note.published is not None and peer.now() - note.published < YOUNG
    return young and await create.wants(peer, note, author_id=sender.id, deliverer_id=deliverer.id)


async def hint_of_change(peer: Peer, uri: str, *, edited: datetime | None = None) -> None:
    """Somebody else than its author says that a post changed: apply what its own server serves, if we have it (ING-3).

    Args:
        edited: when it is said to have changed.
    """
    known = await peer.db.read(statuses.find_by_uri, uri)
    if known is None or known.local:
        raise NotWanted("not known here")
    await refetch.post(peer, known, edited=edited)
