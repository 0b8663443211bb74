"""Consent to quotes between servers: asking, answering, checking stamps (FEP-044f; federation, section 4.12)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from fedisw.federation import audience, fetch, outgoing, resolve
from fedisw.federation.budget import Budget
from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted, apply
from fedisw.federation.outgoing import Outgoing
from fedisw.federation.represent import activity, status
from fedisw.federation.represent.here import Here
from fedisw.federation.represent.status import Posted
from fedisw.jobs import quotes as quote_jobs
from fedisw.model.accounts import Account
from fedisw.model.errors import FediswError, Gone, Unreachable
from fedisw.model.quotes import PUBLIC, Quote, QuotePolicy, QuoteState
from fedisw.model.statuses import Status, Visibility
from fedisw.model.urls import same_origin
from fedisw.model.visibility import Audience
from fedisw.services import quoting
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, follows, quotes, statuses
from fedisw.storage.queries.recipients import Recipients
from fedisw.vocab import build
from fedisw.vocab.activities import Accept, Delete, QuoteRequest, Reject
from fedisw.vocab.read import Document
from fedisw.vocab.stamps import parse_stamp

ASKED: Final = "-quote"  # ends the ids of our requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A quote of ours that waits for consent."""

    posted: Posted
    quoted: Status
    author: Account


async def ask(peer: Peer, job: quote_jobs.AskToQuote) -> None:
    """QuoteRequest with the post inside, to the quoted author; of a post that is not open only if it is for them anyway."""
    wish = await peer.db.read(_wish, job.status_id)
    if wish is None:
        return
    posted, author, here = wish.posted, wish.author, Here.of(peer.settings)
    row = posted.view.status
    document = build.quote_request(
        id=here.activity(f"{row.id}{ASKED}"),
        actor=posted.view.account.uri,
        object=wish.quoted.uri,
        instrument=status.note(posted, here, now=peer.now()),
        to=(author.uri,),
    )
    asked = Outgoing(
        document=document,
        account_id=row.account_id,
        object_uri=row.uri,
        order=row.uri,
        status_id=row.id,
        target_id=author.id,
    )
    await outgoing.send(peer, asked, outgoing.to_account(row.account_id, author.id))


def _wish(tx: Tx, status_id: int) -> Wish | None:
    posted, quote = status.find(tx, status_id), quotes.find(tx, status_id)
    if posted is None or quote is None or quote.state is not QuoteState.PENDING or quote.quoted_id is None:
        return None
    row, by = posted.view.status, posted.view.account
    quoted = statuses.get(tx, quote.quoted_id)
    author = accounts.get(tx, quoted.account_id)
    if Audience(visibility=row.visibility, local_only=row.local_only, reach=by.reach).stays_here or not by.usable:
        return None
    if author.local or not author.usable or not _is_for(tx, posted, author):
        return None
    return Wish(posted=posted, quoted=quoted, author=author)


def _is_for(tx: Tx, posted: Posted, reader: Account) -> bool:
    row = posted.view.status
    if row.visibility in activity.OPEN or any(account.id == reader.id for account in posted.named):
        return True
    follow = follows.find(tx, follower_id=reader.id, target_id=row.account_id)
    return row.visibility is Visibility.PRIVATE and follow is not None and follow.accepted


async def withdraw(peer: Peer, job: quote_jobs.WithdrawQuote) -> None:
    """Delete of a stamp of ours, to whoever quotes."""
    found = await peer.db.read(_withdrawn, job)
    if found is None:
        return
    author, by = found
    document = build.delete(
        id=Here.of(peer.settings).activity(f"{job.status_id}-quote-delete"), actor=author.uri, object=job.stamp, to=(by.uri,)
    )
    gone = Outgoing(document=document, account_id=author.id, object_uri=job.stamp, order=job.stamp)
    await outgoing.send(peer, gone, outgoing.to_exactly(by.id))


def _withdrawn(tx: Tx, job: quote_jobs.WithdrawQuote) -> tuple[Account, Account] | None:
    quoting_post = statuses.find(tx, job.status_id)
    by = None if quoting_post is None else accounts.get(tx, quoting_post.account_id)
    return None if by is None or by.local else (accounts.get(tx, job.account_id), by)


async def answer(peer: Peer, job: quote_jobs.AnswerQuote) -> None:
    """Accept with our stamp, or Reject, to whoever asked."""
    here = Here.of(peer.settings)
    author, by = await peer.db.read(_two, job.account_id, job.asker_id)
    request: Document = {
        "id": job.request_uri,
        "type": "QuoteRequest",
        "actor": by.uri,
        "object": job.object_uri,
        "instrument": job.instrument_uri,
    }
    if job.stamp:
        name = here.activity(f"{job.stamp.rpartition('/')[2]}-quote-accept")
        document = build.accept(id=name, actor=author.uri, object=request, to=(by.uri,), result=job.stamp)
    else:
        name = here.activity(f"{author.id}-quote-reject-{job.mark}")
        document = build.reject(id=name, actor=author.uri, object=request, to=(by.uri,))
    answered = Outgoing(
        document=document, account_id=author.id, object_uri=job.request_uri, order=job.request_uri, target_id=by.id
    )
    to = outgoing.to_account(author.id, by.id) if job.stamp else outgoing.to_exactly(by.id)
    await outgoing.send(peer, answered, to)


def _two(tx: Tx, first_id: int, second_id: int) -> tuple[Account, Account]:
    return accounts.get(tx, first_id), accounts.get(tx, second_id)


def request_of(peer: Peer, thing: object) -> int | None:
    """The post of ours whose QuoteRequest is answered; None when something else is answered."""
    uri = thing.id if isinstance(thing, QuoteRequest) else thing if isinstance(thing, str) else None
    prefix = f"{peer.origin}/ap/activities/"
    if uri is None or not uri.startswith(prefix) or not uri.endswith(ASKED):
        return None
    number = uri.removeprefix(prefix).removesuffix(ASKED)
    return int(number) if number.isascii() and number.isdecimal() and len(number) <= 19 else None


async def accepted(peer: Peer, sender: Account, accept: Accept, status_id: int) -> None:
    """The quoted author agreed: believed if the stamp on their server says so.

    Raises:
        NotWanted: nobody asked the sender, or the stamp is none.
        Unreachable: their server cannot be asked now.
    """
    quote = await peer.db.read(quotes.find, status_id)
    if quote is None or quote.quoted_account_id != sender.id or quote.state is not QuoteState.PENDING:
        raise NotWanted("nobody here asked, or it was answered before")
    if accept.result is None or not await is_stamped(peer, quote, accept.result):
        raise NotWanted("without a stamp that holds")
    await apply(peer, accept, quoting.set_state, quote, QuoteState.ACCEPTED, now=peer.now(), stamp=accept.result)


async def rejected(peer: Peer, sender: Account, reject: Reject, status_id: int) -> None:
    """The quoted author does not agree, or no longer."""
    quote = await peer.db.read(quotes.find, status_id)
    if quote is None or quote.quoted_account_id != sender.id:
        raise NotWanted("nobody here asked")
    await apply(peer, reject, quoting.set_state, quote, QuoteState.REJECTED, now=peer.now())


async def revoked(peer: Peer, sender: Account, delete: Delete) -> bool:
    """The quoted author deletes the stamp of a quote; False when that is no stamp of theirs."""
    quote = await peer.db.read(quotes.find_by_stamp, delete.object)
    if quote is None or quote.quoted_account_id != sender.id or not same_origin(delete.object, sender.uri):
        return False
    await apply(peer, delete, _take_back, quote, delete, peer=peer)
    return True


def _take_back(tx: Tx, quote: Quote, delete: Delete, *, peer: Peer) -> None:
    """Not shown any more; who got a quote of ours has to hear of it, too."""
    quoting.set_state(tx, quote, QuoteState.REVOKED, now=peer.now())
    post = statuses.get(tx, quote.status_id)
    if post.local and not post.local_only and delete.id is not None:
        tx.enqueue(
            quote_jobs.ForwardRevocation(status_id=post.id, activity_uri=delete.id, actor_uri=delete.actor, stamp=delete.object)
        )


async def forward_revocation(peer: Peer, job: quote_jobs.ForwardRevocation) -> None:
    """The Delete of a stamp as its author made it, to everybody who got our quote; they find at its address that it is gone."""
    found = await peer.db.read(_audience, job.status_id)
    if found is None:
        return
    row, wanted = found
    told = Outgoing(
        document={"id": job.activity_uri, "type": "Delete", "actor": job.actor_uri, "object": job.stamp},
        account_id=row.account_id,
        object_uri=job.stamp,
        order=row.uri,
    )
    await outgoing.send(peer, told, outgoing.to(wanted), outgoing.to_reached(row.account_id, row.uri))


def _audience(tx: Tx, status_id: int) -> tuple[Status, Recipients] | None:
    row = statuses.find(tx, status_id)
    return None if row is None else (row, audience.of_status(tx, row))


async def is_stamped(peer: Peer, quote: Quote, stamp_uri: str) -> bool:
    """Whether this stamp, read on the quoted author's own server, is for this quote (ING table).

    Raises:
        Unreachable: that server cannot be asked now.
    """
    known = await peer.db.read(_parties, quote)
    if known is None or not same_origin(stamp_uri, known[2].uri):
        return False
    quoting_post, quoted, author = known
    try:
        stamp = parse_stamp((await fetch.document(peer, stamp_uri)).document)
    except Unreachable:
        raise
    except FediswError:
        return False
    return (stamp.author, stamp.quoting, stamp.quoted) == (author.uri, quoting_post.uri, quoted.uri)


def _parties(tx: Tx, quote: Quote) -> tuple[Status, Status, Account] | None:
    quoted = statuses.find(tx, quote.quoted_id) if quote.quoted_id is not None else None
    return None if quoted is None else (statuses.get(tx, quote.status_id), quoted, accounts.get(tx, quoted.account_id))


async def look_up(peer: Peer, job: quote_jobs.FetchQuoted) -> None:
    """Fetch what a stored post quotes, and see whether its author agreed (job FetchQuoted).

    Raises:
        Unreachable: one of the two servers cannot be asked now.
    """
    quote = await peer.db.read(quotes.find, job.status_id)
    if quote is None or quote.state is not QuoteState.PENDING:
        return
    bounded = peer.within(Budget())
    for _ in range(job.depth):
        bounded = bounded.deeper()
    try:
        known = await _quoted(bounded, quote)
    except Gone:
        await peer.db.write(quoting.set_state, quote, QuoteState.DELETED, now=peer.now())
        return
    except Unreachable:
        raise
    except FediswError:
        return  # it stays what it is: not shown
    if known is None:
        return
    quote = replace(quote, quoted_id=known.id, quoted_account_id=known.account_id)
    agreed = await _is_agreed(bounded, quote, known, is_legacy=job.is_legacy)
    state = QuoteState.ACCEPTED if agreed else QuoteState.PENDING
    await peer.db.write(quoting.set_state, quote, state, now=peer.now(), stamp=quote.approval_uri)


async def _quoted(peer: Peer, quote: Quote) -> Status | None:
    uri = (await peer.db.read(statuses.get, quote.status_id)).quoted_uri
    known = await peer.db.read(statuses.find_by_uri, uri)
    if known is None and not peer.owns(uri):
        known = await resolve.store_note(peer, await fetch.document(peer, uri))
    return None if known is None or known.reblog_of_id is not None else known


async def _is_agreed(peer: Peer, quote: Quote, quoted: Status, *, is_legacy: bool) -> bool:
    if quoted.account_id == quote.account_id:
        return True
    if is_legacy:  # written by software without consent: shown where the quoted author lets everybody
        return quoted.visibility in activity.OPEN and PUBLIC in QuotePolicy.of(quoted.quote_policy).automatic
    return bool(quote.approval_uri) and await is_stamped(peer, quote, quote.approval_uri)
