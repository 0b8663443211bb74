"""Consent to answers, likes and boosts, as other servers give and ask for it (federation, section 4.12)."""

from __future__ import annotations

from dataclasses import dataclass

from fedisw.federation import fetch
from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted, apply
from fedisw.model.accounts import Account
from fedisw.model.errors import FediswError, Forbidden, Unreachable
from fedisw.model.policies import Interaction
from fedisw.model.quotes import Approval
from fedisw.model.relations import Favourite
from fedisw.model.statuses import Status
from fedisw.model.urls import same_origin
from fedisw.services import editing, interactions, policies
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, marks, statuses
from fedisw.storage.queries import approvals as queries
from fedisw.vocab import activities as act
from fedisw.vocab.approvals import parse_approval
from fedisw.vocab.objects import Note

KINDS = {Interaction.REPLY: "Reply", Interaction.LIKE: "Like", Interaction.ANNOUNCE: "Announce"}
OF_CREATE = "/activity"  # ends the id of a Create of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Somebody elsewhere did something with the post `target_uri`; `approval_uri` is said to allow it, empty for nothing."""

    kind: Interaction
    uri: str
    target_uri: str
    approval_uri: str


async def check(peer: Peer, claim: Claim, by: Account) -> None:
    """Whether an answer or boost may stand under a post of another server, as far as its policy is known here.

    Raises:
        Forbidden: its author has to agree, and did not.
        Unreachable: their server cannot be asked now.
    """
    author = await peer.db.read(_who_decides, claim, by)
    if author is not None and not await is_approved(peer, claim, author):
        raise Forbidden("its author does not let everybody, and did not agree")


def _who_decides(tx: Tx, claim: Claim, by: Account) -> Account | None:
    """The author who has to agree; None where nobody has, or the post is ours and decided on when it is stored.

    Who follows whom elsewhere is not known here: where followers may, what comes without a proof is believed.
    """
    target = statuses.find_by_uri(tx, claim.target_uri)
    if target is None or target.local or policies.verdict(tx, target, claim.kind, by) is Approval.AUTOMATIC:
        return None
    if not claim.approval_uri and policies.rests_on_follows(target, claim.kind):
        return None
    return accounts.get(tx, target.account_id)


async def is_approved(peer: Peer, claim: Claim, author: Account) -> bool:
    """Whether this document, read on the author's own server, is for this very interaction.

    Raises:
        Unreachable: that server cannot be asked now.
    """
    if not claim.approval_uri or not same_origin(claim.approval_uri, author.uri):
        return False
    try:
        found = parse_approval((await fetch.document(peer, claim.approval_uri)).document)
    except Unreachable:
        raise
    except FediswError:
        return False
    said = (found.kind, found.author, found.interaction, found.target)
    return said == (KINDS[claim.kind], author.uri, claim.uri, claim.target_uri)


async def accepted(peer: Peer, sender: Account, accept: act.Accept) -> bool:
    """The author of a post agreed to an answer, like or boost of ours; False when something else is answered.

    Raises:
        NotWanted: the consent is none.
        Unreachable: their server cannot be asked now.
    """
    thing = await peer.db.read(_ours, _named(accept.object), sender)
    if thing is None:
        return False
    if isinstance(thing, Status):
        kind = Interaction.REPLY if thing.reblog_of_id is None else Interaction.ANNOUNCE
        target_uri = await peer.db.read(_target, thing)
        claim = Claim(kind=kind, uri=thing.uri, target_uri=target_uri, approval_uri=accept.result or "")
        if not await is_approved(peer, claim, sender):
            raise NotWanted("without consent that holds")
        await apply(peer, accept, policies.agreed, thing, stamp=claim.approval_uri)
    return True  # a like is told to its author alone: nothing changes


async def rejected(peer: Peer, sender: Account, reject: act.Reject) -> bool:
    """The author of a post does not want an answer, like or boost of ours; False when something else is answered."""
    thing = await peer.db.read(_ours, _named(reject.object), sender)
    if thing is None:
        return False
    await apply(peer, reject, interactions.refused, thing)
    return True


async def revoked(peer: Peer, sender: Account, delete: act.Delete) -> bool:
    """The author of a post takes consent back: ours is held, that of others removed; False when that is no consent of theirs."""
    found = await peer.db.read(_approved, delete.object, sender)
    if found is None:
        return False
    thing, by = found
    if thing.local:
        await apply(peer, delete, interactions.refused, thing)
    else:
        await apply(peer, delete, editing.delete_by_remote, actor=by, uri=thing.uri, now=peer.now())
    return True


def _named(thing: act.Activity | str) -> str:
    """The id of the answer, like or boost that is answered, whatever form it has; empty for other things."""
    match thing:
        case str():
            return thing
        case act.Create(objects=(Note() as note, *_)):
            return note.id
        case act.InteractionRequest():
            return thing.instrument.id if isinstance(thing.instrument, Note) else thing.instrument
        case act.Create() | act.Like() | act.EmojiReact() | act.Announce():
            return thing.id or ""
        case _:
            return ""


def _ours(tx: Tx, uri: str, author: Account) -> Status | Favourite | None:
    """An answer, boost or like by somebody here, of a post by this author."""
    status = statuses.find_by_uri(tx, uri.removesuffix(OF_CREATE)) if uri else None
    if status is not None:
        return status if status.local and _author_of_target(tx, status) == author.id else None
    number = uri.rpartition("/")[2]
    like = marks.favourite_by_id(tx, int(number)) if number.isascii() and number.isdecimal() and len(number) <= 19 else None
    if like is None or like.uri != uri or not accounts.get(tx, like.account_id).local:
        return None
    return like if statuses.get(tx, like.status_id).account_id == author.id else None


def _author_of_target(tx: Tx, status: Status) -> int | None:
    if status.reblog_of_id is None:
        return status.in_reply_to_account_id
    original = statuses.find(tx, status.reblog_of_id)
    return None if original is None else original.account_id


def _target(tx: Tx, status: Status) -> str:
    return status.in_reply_to_uri if status.reblog_of_id is None else statuses.get(tx, status.reblog_of_id).uri


def _approved(tx: Tx, uri: str, author: Account) -> tuple[Status, Account] | None:
    status = queries.find(tx, uri) if same_origin(uri, author.uri) else None
    if status is None or _author_of_target(tx, status) != author.id:
        return None
    return status, accounts.get(tx, status.account_id)
