"""The way in for activities: taken in once verified, worked on later (security SIG-1; reliability, sections 3.1 and 3.4)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Final

import structlog

from fedisw.config import FederationMode
from fedisw.crypto.signed import Request, Signed
from fedisw.federation import authenticate, dispatch, forwarding, ingest, policy, senders, synchronising
from fedisw.federation.budget import FETCHES, FETCHES_FOR_STRANGERS, Budget
from fedisw.federation.catching_up import catch_up
from fedisw.federation.context import Peer, VerifiedSender
from fedisw.federation.effect import NotWanted
from fedisw.federation.keycache import KnownKey
from fedisw.federation.publickeys import UNCOUNTED, Asker
from fedisw.jobs.fetching import SynchroniseFollowers
from fedisw.jobs.running import JobRun
from fedisw.jobs.work import ProcessInbound
from fedisw.model.accounts import Account
from fedisw.model.errors import (
    FediswError,
    Forbidden,
    Gone,
    Malformed,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unreachable,
    UnsupportedMedia,
)
from fedisw.model.peers import Inbound, InboundState
from fedisw.model.urls import authority_of, same_origin
from fedisw.net.answer import is_kind
from fedisw.net.limits import AS2_KINDS
from fedisw.observe import metrics
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, hosts, inbound, relays, replays, tombstones
from fedisw.vocab import read
from fedisw.vocab.activities import Delete, Ignored
from fedisw.vocab.activity_readers import parse_activity
from fedisw.vocab.read import Document
from fedisw.vocab.several import each

log = structlog.get_logger("fedisw.inbox")

ACCEPTED: Final = 202
SELF: Final = frozenset({"Delete", "Update"})  # of an actor by itself: the traffic that a deleted account causes


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestParts:
    """A POST as received: raw target (path and query, undecoded), all header fields in order, raw body."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


async def accept(peer: Peer, parts: RequestParts, *, asker: Asker = UNCOUNTED) -> int:
    """Verify a request at an inbox and keep its activity; when this returns, it is on disk or of no effect (P-1).

    The order of the checks is that of SIG-1. Nothing is stored before all of them passed.

    Args:
        asker: whom a fetch of the key is counted for.

    Returns:
        202, also for repeats and for what has no effect here.

    Raises:
        TooLarge, UnsupportedMedia, Malformed: the request itself (413, 415, 400).
        Forbidden: its server is blocked here, or we do not speak with it (403).
        TooMany: the asker caused too many fetches (429).
        Unauthenticated: no signature, or not a valid one (401).
        Unreachable: the key, or our own database, cannot be had now; nothing was kept (503).
    """
    try:
        kept = await _accept(peer, parts, asker)
    except FediswError as error:
        metrics.inbound.labels(outcome="refused").inc()
        log.info("inbox.refused", error=type(error).__name__, reason=str(error))
        raise
    metrics.inbound.labels(outcome="accepted" if kept else "ignored").inc()
    return ACCEPTED


async def _accept(peer: Peer, parts: RequestParts, asker: Asker) -> bool:
    """Whether the activity was kept; the numbers are the steps of SIG-1."""
    _check_form(peer, parts)  # 1
    request = Request.of(method=parts.method, target=parts.target, scheme=peer.origin.scheme, headers=parts.headers)
    found = _read_signature(request)
    stored = None if isinstance(found, FediswError) else await peer.db.read(authenticate.known_signer, peer, found.key_id)  # 2
    document = ingest.document(parts.body)  # 3
    actor_uri = _actor_of(document)
    departing = await _about_itself(peer, document, actor_uri, stored)
    if departing is Nobody:  # 4
        return False
    if isinstance(found, FediswError):  # 5
        raise found
    sender = await _verified(peer, request, found, parts.body, stored=stored, departing=departing, asker=asker)  # 6 to 8
    if sender is None or not _may_have_effect(peer, document, actor_uri, sender):  # 9
        return False
    host = authority_of(sender.account.uri)
    await peer.pressure.check(peer.db, host, now=peer.now())
    repair = await synchronising.suspected(peer, sender.account, parts.headers)
    kept = await peer.db.write(_keep, _kept(peer, document, sender, parts.body), sender, peer, repair)  # 10
    peer.public_keys.forget(found.key_id)
    was_open = peer.client.breakers.state(host).is_open
    peer.client.breakers.succeeded(host)
    if kept.is_back or was_open:
        await catch_up(peer, host)
    return kept.is_new


class Nobody:
    """Stands for an actor that deletes or changes itself and was never known here."""


def _check_form(peer: Peer, parts: RequestParts) -> None:
    if peer.settings.federation.mode is FederationMode.OFF:
        raise Forbidden("federation is off")
    if len(parts.body) > peer.settings.limits.inbox_bytes:
        raise TooLarge("an activity over the limit")
    media_types = [value for name, value in parts.headers if name.lower() == "content-type"]
    if len(media_types) != 1 or not is_kind(media_types[0], AS2_KINDS):
        raise UnsupportedMedia("not an ActivityStreams document")


def _read_signature(request: Request) -> Signed | FediswError:
    """The signature, or what is wrong with it, told only after steps 2 to 4."""
    try:
        return authenticate.read_signature(request)
    except (Malformed, Unauthenticated) as error:
        return error


def _actor_of(document: Document) -> str | None:
    actors = read.as_list(document.get("actor"))
    return read.as_id(actors[0]) if len(actors) == 1 else None


async def _about_itself(
    peer: Peer, document: Document, actor_uri: str | None, stored: KnownKey | None
) -> Account | type[Nobody] | None:
    """The account that deletes or changes itself; Nobody when it is not known here (SIG-12); None for all else."""
    if read.kind(document) not in SELF or actor_uri is None or read.as_id(document.get("object")) != actor_uri:
        return None
    if stored is not None and stored.account.uri == actor_uri:
        return stored.account
    return await peer.db.read(accounts.find_by_uri, actor_uri) or Nobody


async def _verified(
    peer: Peer,
    request: Request,
    found: Signed,
    body: bytes,
    *,
    stored: KnownKey | None,
    departing: Account | type[Nobody] | None,
    asker: Asker,
) -> VerifiedSender | None:
    """The sender; None for the Delete of somebody whose key is gone and who is still there (federation, section 3.6)."""
    try:
        return await authenticate.sender_of(peer, request, found, body, stored=stored, asker=asker)
    except (NotFound, Gone) as error:
        if not isinstance(departing, Account) or departing.local:
            raise Unauthenticated("the key is gone") from error
        return await authenticate.departed_sender(peer, departing, found)


def _may_have_effect(peer: Peer, document: Document, actor_uri: str | None, sender: VerifiedSender) -> bool:
    """Whether an activity is worth keeping: of a kind that is handled, with an id of its actor's server, of nobody here."""
    activity_id = read.own_id(document)
    if read.kind(document, dispatch.HANDLED) is None or actor_uri is None or peer.owns(actor_uri):
        return False
    if activity_id is not None and not same_origin(activity_id, actor_uri):
        return False
    if activity_id is None and actor_uri != sender.account.uri:
        return False
    return sender.account.deleted_at is None


def _kept(peer: Peer, document: Document, sender: VerifiedSender, body: bytes) -> Inbound:
    """The row; an activity without an id gets one of its own that nobody else can make."""
    activity_id = read.own_id(document) or f"{sender.account.uri}#unnamed-{_hash(sender).hex()}"
    return Inbound(id=peer.new_id(), activity_id=activity_id, signer_id=sender.account.id, raw=body, received_at=peer.now())


def _hash(sender: VerifiedSender) -> bytes:
    return hashlib.sha256(sender.account.uri.encode() + b"\n" + sender.signature).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What came of keeping: the activity is new, the server that sent it had been away."""

    is_new: bool = False
    is_back: bool = False


def _keep(tx: Tx, row: Inbound, sender: VerifiedSender, peer: Peer, repair: SynchroniseFollowers | None) -> Kept:
    """Account and key, activity, replay entry and job: all or nothing (SIG-1, step 10)."""
    now = row.received_at
    if not replays.add(tx, _hash(sender), now=now):
        return Kept()
    if not sender.stored and tombstones.exists(tx, sender.account.uri):
        return Kept()
    account = senders.ensure(tx, sender.account, sender.keys, now)
    host = authority_of(account.uri)
    is_back = hosts.heard(tx, host, now=now)
    if not inbound.store_once(tx, replace(row, signer_id=account.id)):
        return Kept(is_back=is_back)
    tx.enqueue(ProcessInbound(inbound_id=row.id, actor_id=account.id, from_host=host))
    if repair is not None and sender.stored:  # of somebody whom nobody here knew nobody here is a follower
        tx.enqueue(repair)
    return Kept(is_new=True, is_back=is_back)


async def process(peer: Peer, inbound_id: int, run: JobRun | None = None) -> None:
    """Let an activity that was kept take effect (job ProcessInbound); a second time changes nothing (P-4).

    What may not be, or concerns nobody here, ends as ignored, with the reason. With `run` the job ends together with it.

    Raises:
        Unreachable: something that is needed cannot be had now; the job is tried again.
    """
    arrived = await peer.db.read(_arrived, inbound_id)
    if arrived is None:
        return
    row, sender, is_related = arrived
    bounded = peer.within(Budget(fetches=FETCHES if is_related else FETCHES_FOR_STRANGERS))
    try:
        await _process(bounded, row, sender, attempt=1 if run is None else run.attempt)
    except Unreachable:
        raise
    except FediswError as error:
        reason = f"{type(error).__name__}: {error}"
        log.info("inbox.ignored", host=sender.host, reason=reason)
        await _end(peer, run, row, InboundState.IGNORED, reason)
        return
    await _end(peer, run, row, InboundState.DONE, "")
    metrics.inbound_lag.observe((peer.now() - row.received_at).total_seconds())


async def _end(peer: Peer, run: JobRun | None, row: Inbound, state: InboundState, reason: str) -> None:
    if run is None:
        await peer.db.write(inbound.end, row, state, reason=reason)
    else:
        await run.finish_with(peer.db, inbound.end, row, state, reason=reason)


def _arrived(tx: Tx, inbound_id: int) -> tuple[Inbound, Account, bool] | None:
    row = inbound.find(tx, inbound_id)
    if row is None or row.state is not InboundState.WAITING:
        return None
    sender = accounts.get(tx, row.signer_id)
    return row, sender, hosts.has_relations(tx, authority_of(sender.uri)) or relays.is_relay(tx, sender.id)


async def _process(peer: Peer, row: Inbound, sender: Account, *, attempt: int) -> None:
    """Of what is about several things each part has its effect, whatever becomes of the others (LIM-2)."""
    document = ingest.document(row.raw)
    named = document if read.own_id(document) is not None else document | {"id": row.activity_id}
    problem: FediswError | None = None
    had_effect = False
    for part in each(named):
        try:
            await _process_one(peer, row, sender, part, document, attempt=attempt)
            had_effect = True
        except Unreachable:
            raise
        except FediswError as error:
            problem = problem or error
    if problem is not None and not had_effect:
        raise problem


async def _process_one(peer: Peer, row: Inbound, sender: Account, part: Document, document: Document, *, attempt: int) -> None:
    activity = parse_activity(part)
    if isinstance(activity, Ignored):
        raise NotWanted("nothing readable inside")
    await peer.db.read(policy.check_host, authority_of(activity.actor), mode=peer.settings.federation.mode)
    if activity.id is None:
        activity = replace(activity, id=row.activity_id)
    is_last = isinstance(activity, Delete)  # after it nobody knows any more what was answered
    if is_last:
        await forwarding.pass_on(peer, sender, activity, document, row.raw)
    await dispatch.handle(peer, sender, activity, document, attempt=attempt)
    if not is_last:
        await forwarding.pass_on(peer, sender, activity, document, row.raw)
