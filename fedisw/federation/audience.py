"""Whom an activity of ours is for: asked when it is queued, and once more when it is sent (VIS-7; federation, section 5.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from fedisw.config import FederationMode
from fedisw.federation import policy
from fedisw.federation.context import Peer
from fedisw.model.accounts import Account
from fedisw.model.errors import Forbidden
from fedisw.model.moderation import DomainRule, Severity
from fedisw.model.peers import Delivery, OutboundActivity
from fedisw.model.policies import HELD, PENDING
from fedisw.model.statuses import Status, Visibility
from fedisw.model.visibility import Audience, Reader, ReaderKind, Verdict, may_read
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, audience, blocks, deliveries, recipients, relays, statuses
from fedisw.storage.queries.recipients import Inbox, Recipients

OPEN: Final = (Visibility.PUBLIC, Visibility.UNLISTED)
CHUNK: Final = 500  # inboxes looked at at once
TAKING_BACK: Final = frozenset({"Delete", "Undo", "Reject", "Remove", "Block"})  # sent whatever happened meanwhile


def of_status(tx: Tx, status: Status, *, engaged: bool = False) -> Recipients:
    """Who is to get a post, or a boost; of one that waits for the consent of another author, that author.

    Args:
        engaged: and who did something with it, for an Update of it.
    """
    if status.approval in HELD:
        return Recipients(author_id=status.account_id, also=_asked(tx, status), personal=True)
    also = _also(tx, status)
    return Recipients(
        author_id=status.account_id,
        followers=status.visibility is not Visibility.DIRECT,
        status_id=status.id,
        engaged=engaged and status.visibility in OPEN,
        also=also,
        personal=status.visibility is Visibility.DIRECT,
    )


def _asked(tx: Tx, status: Status) -> tuple[int, ...]:
    """Who has to agree to an answer or boost gets it alone; after a no, nobody."""
    if status.approval != PENDING:
        return ()
    names = {item.account_id for item in statuses.mentions_of(tx, [status.id])}
    return tuple(other for other in _others(tx, status) if status.visibility in OPEN or other in names)


def _others(tx: Tx, status: Status) -> tuple[int, ...]:
    if status.reblog_of_id is not None:
        original = statuses.find(tx, status.reblog_of_id)
        return (original.account_id,) if original is not None else ()
    return (status.in_reply_to_account_id,) if status.in_reply_to_account_id is not None else ()


def _also(tx: Tx, status: Status) -> tuple[int, ...]:
    """The author of what is answered or boosted, where that may be told (an open post, or the boost itself)."""
    others = _others(tx, status)
    return others if status.reblog_of_id is not None or status.visibility in OPEN else ()


def lost(tx: Tx, status: Status) -> list[Inbox]:
    """Inboxes that got a post and whose server may not have it any more."""
    found, after = list[Inbox](), ""
    while page := deliveries.reached(tx, account_id=status.account_id, object_uri=status.uri, after=after, limit=CHUNK):
        verdicts = {
            host: audience.verdict_for_remote(tx, status_id=status.id, host=host) for host in {item.host for item in page}
        }
        found += [inbox for inbox in page if verdicts[inbox.host] is not Verdict.YES]
        after = page[-1].url
    return found


def admissible(tx: Tx, peer: Peer, found: Iterable[Inbox], *, erasure: bool) -> list[Inbox]:
    """Those of the inboxes that may get anything: not ours, not suspended, not given up (but for erasures)."""
    inboxes = [inbox for inbox in found if inbox.host not in peer.own_hosts]
    mode, names = peer.settings.federation.mode, sorted({inbox.host for inbox in inboxes})
    if mode is FederationMode.OFF:
        return []
    rules = recipients.rules_for(tx, names)
    given_up = set() if erasure else recipients.unavailable(tx, names)

    def may(host: str) -> bool:
        rule = rules.get(host)
        if rule is not None and rule.severity is Severity.SUSPEND:
            return False
        return host not in given_up and (mode is FederationMode.OPEN or (rule is not None and rule.allowed))

    return [inbox for inbox in inboxes if may(inbox.host)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the question about many deliveries rests on, read once for all of them and in their transaction."""

    rules: Mapping[str, DomainRule]
    authors: Mapping[int, Account]
    posts: Mapping[int, Status]

    @classmethod
    def of(cls, tx: Tx, due: Sequence[tuple[Delivery, OutboundActivity]]) -> Self:
        """Rules of the hosts, authors and posts of the activities."""
        post_ids = [activity.status_id for _, activity in due if activity.status_id is not None]
        return cls(
            rules=recipients.rules_for(tx, sorted({delivery.host for delivery, _ in due})),
            authors={found.id: found for found in accounts.by_ids(tx, (activity.account_id for _, activity in due))},
            posts={found.id: found for found in statuses.by_ids(tx, post_ids)},
        )


def why_not(tx: Tx, peer: Peer, activity: OutboundActivity, delivery: Delivery, known: Known) -> str:
    """Why a delivery that was due when it was queued is not any more; empty when it still is (VIS-7)."""
    try:
        policy.check_rule(known.rules.get(delivery.host), mode=peer.settings.federation.mode)
    except Forbidden:
        return "the server is blocked here"
    if not activity.body:
        return "what it says was deleted"
    if activity.type in TAKING_BACK:
        return ""
    author = known.authors.get(activity.account_id)
    if author is None or author.deleted_at is not None:
        return "the account was deleted"
    if author.suspended_at is not None and not _is_own_profile(activity, author):
        return "the account is suspended"
    if activity.status_id is not None:
        status = known.posts.get(activity.status_id)
        return "the post was deleted" if status is None else _why_not_post(tx, activity, delivery, status, author)
    if activity.target_id is not None and activity.type != "Flag" and blocks.either(tx, author.id, activity.target_id):
        return "there is a block between the two"
    return ""


def _is_own_profile(activity: OutboundActivity, author: Account) -> bool:
    """An Update of the actor tells others that it is suspended."""
    return activity.type == "Update" and activity.object_uri == author.uri


def _why_not_post(tx: Tx, activity: OutboundActivity, delivery: Delivery, status: Status, author: Account) -> str:
    wanted = of_status(tx, status, engaged=activity.type == "Update")
    is_for_them = recipients.includes(tx, wanted, inbox=delivery.inbox, host=delivery.host)
    if is_for_them and _is_open_to_servers(status, author):  # `includes` leaves out hosts that the author blocks
        return ""
    signer_id = activity.target_id or 0
    if audience.verdict_for_remote(tx, status_id=status.id, host=delivery.host, signer_id=signer_id) is not Verdict.YES:
        return "the server may not have the post any more"
    if is_for_them or activity.type == "QuoteRequest":  # for the quoted author, who need not be a reader
        return ""
    if status.visibility is Visibility.PUBLIC and relays.takes(tx, delivery.inbox):
        return ""
    had_it = activity.type == "Update" and deliveries.was_reached(
        tx, account_id=activity.account_id, object_uri=activity.object_uri, inbox=delivery.inbox
    )
    return "" if had_it else "nobody there is to get it any more"


def _is_open_to_servers(status: Status, author: Account) -> bool:
    """Whether any server may have the post that the author does not block: no relation needs to be looked up."""
    reader = Reader(kind=ReaderKind.REMOTE)
    who = Audience(visibility=status.visibility, local_only=status.local_only, reach=author.reach)
    return author.usable and may_read(who, reader) is Verdict.YES
