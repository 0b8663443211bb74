"""Quoting posts: what may be quoted, the author's consent, and taking it back (VIS-5; federation, section 4.12)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from fedisw.jobs.quotes import AskToQuote, FetchQuoted, WithdrawQuote
from fedisw.jobs.work import PublishEdit
from fedisw.model.accounts import Account
from fedisw.model.errors import Forbidden, Invalid, NotFound
from fedisw.model.notifications import NotificationType
from fedisw.model.quotes import Approval, Quote, QuoteState, policy_of
from fedisw.model.statuses import Draft, RemoteQuote, RemoteStatus, Status, Visibility
from fedisw.model.visibility import Audience, narrower
from fedisw.services import notifications, streams
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, approvals, audience, blocks, follows, quotes, statuses
from fedisw.text.quoting import with_quote, without_quote

ALONE: Final = "Cannot attach files or a poll to a post that quotes another one"
DEEPEST: Final = 2  # quotes of quotes that are fetched
NOT_NAMED: Final = "Cannot quote a non-mentioned user in a Private Mention post."  # the words of Mastodon


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A post that is about to be quoted, its author, and what the author's policy says."""

    status: Status
    author: Account
    approval: Approval


def quotable(tx: Tx, draft: Draft, *, author: Account) -> Quoted | None:
    """The post that a draft quotes, of a boost what it boosts; None when it quotes nothing.

    Raises:
        NotFound: there is none, or the author of the draft may not read it, or not quote it (VIS-2).
        Invalid: files or a poll beside it, or a direct post to others than the quoted author.
    """
    if draft.quoted_id is None:
        return None
    status = statuses.get(tx, draft.quoted_id)
    if status.reblog_of_id is not None:
        status = statuses.get(tx, status.reblog_of_id)
    own = status.account_id == author.id
    if status.id not in audience.readable(tx, [status.id], author.id) or not _may_be_quoted(status, own=own):
        raise NotFound("status", draft.quoted_id)
    approval = approval_for(tx, status, account_id=author.id)
    if approval is Approval.DENIED:
        raise NotFound("status", draft.quoted_id)
    if draft.media_ids or draft.poll is not None:
        raise Invalid("base", ALONE)
    if draft.visibility is Visibility.DIRECT and not own and status.account_id not in draft.mentioned:
        raise Invalid("base", NOT_NAMED)
    return Quoted(status=status, author=accounts.get(tx, status.account_id), approval=approval)


def _may_be_quoted(status: Status, *, own: bool) -> bool:
    return status.visibility in (Visibility.PUBLIC, Visibility.UNLISTED) or (own and status.visibility is Visibility.PRIVATE)


def approval_for(tx: Tx, status: Status, *, account_id: int) -> Approval:
    """What would happen if this account, which may read the post, quoted it."""
    own = status.account_id == account_id
    follow = None if own else follows.find(tx, follower_id=account_id, target_id=status.account_id)
    follower = follow is not None and follow.accepted
    return policy_of(status.quote_policy, status.visibility).verdict(own=own, follows=follower)


def no_wider(draft: Draft, quoted: Quoted | None) -> Draft:
    """A post is not wider than what it quotes, stays where that stays, and links to it."""
    if quoted is None:
        return draft
    status = quoted.status
    stays = Audience(visibility=status.visibility, local_only=status.local_only, reach=quoted.author.reach).stays_here
    private = status.visibility is Visibility.PRIVATE
    return replace(
        draft,
        html=with_quote(draft.html, status.url or status.uri),
        visibility=narrower(draft.visibility, Visibility.PRIVATE) if private else draft.visibility,
        local_only=draft.local_only or (stays and status.local),
    )


def begin(tx: Tx, status: Status, quoted: Quoted, *, now: datetime, stamp: str) -> None:
    """A new post of ours quotes another: agreed at once where that is for us to say, else its author is asked.

    Args:
        stamp: address of the consent that others can look up.
    """
    ours = quoted.status.local or status.local_only
    agreed = quoted.author.id == status.account_id or (ours and quoted.approval is Approval.AUTOMATIC)
    quote = Quote(
        status_id=status.id,
        account_id=status.account_id,
        quoted_id=quoted.status.id,
        quoted_account_id=quoted.author.id,
        state=QuoteState.ACCEPTED if agreed else QuoteState.PENDING,
        approval_uri=stamp if agreed and quoted.status.local else "",
        created_at=now,
    )
    quotes.add(tx, quote)
    if agreed:
        _agreed(tx, status, quoted.status, now=now)
    elif not status.local_only:
        tx.enqueue(AskToQuote(status_id=status.id))


def receive(tx: Tx, status: Status, remote: RemoteQuote, *, now: datetime) -> None:
    """A new post of another server quotes one: agreed at once for the author's own and by our people's policies.

    Else its author's server is asked, and what is quoted is fetched, not deeper than two quotes (appendix B).
    """
    quoted = None if remote.is_gone else statuses.find_by_uri(tx, remote.uri)
    if quoted is not None and quoted.reblog_of_id is not None:
        quoted = None
    agreed = quoted is not None and _agreed_already(tx, status, quoted)
    quote = Quote(
        status_id=status.id,
        account_id=status.account_id,
        quoted_id=quoted.id if quoted else None,
        quoted_account_id=quoted.account_id if quoted else None,
        state=QuoteState.DELETED if remote.is_gone else QuoteState.ACCEPTED if agreed else QuoteState.PENDING,
        approval_uri="" if agreed or (quoted is not None and quoted.local) else remote.stamp_uri,
        created_at=now,
    )
    if not quotes.add(tx, quote) or remote.is_gone:
        return
    if agreed and quoted is not None:
        _agreed(tx, status, quoted, now=now)
    elif (quoted is None or not quoted.local) and remote.depth < DEEPEST:
        tx.enqueue(FetchQuoted(status_id=status.id, depth=remote.depth + 1, is_legacy=remote.is_legacy))


def _agreed_already(tx: Tx, status: Status, quoted: Status) -> bool:
    if quoted.account_id == status.account_id:
        return True
    if not quoted.local or quoted.local_only or blocks.either(tx, quoted.account_id, status.account_id):
        return False
    return approval_for(tx, quoted, account_id=status.account_id) is Approval.AUTOMATIC


def receive_change(tx: Tx, status: Status, remote: RemoteStatus, *, now: datetime) -> None:
    """What an Update says of consent and of who may quote, answer, like or boost, also where the text stayed."""
    if remote.quote_policy != status.quote_policy:
        statuses.set_quote_policy(tx, status.id, remote.quote_policy)
    if remote.interaction_policy != status.interaction_policy:
        approvals.put_policy(tx, status.id, remote.interaction_policy)
    quote = quotes.find(tx, status.id) if status.quoted_uri and remote.quote is not None else None
    if quote is not None and remote.quote is not None and remote.quote.is_gone:
        set_state(tx, quote, QuoteState.DELETED, now=now)
        return
    if quote is None or remote.quote is None or quote.state is not QuoteState.PENDING or remote.quote.uri != status.quoted_uri:
        return
    if remote.quote.stamp_uri not in ("", quote.approval_uri):
        quotes.decide(tx, replace(quote, approval_uri=remote.quote.stamp_uri))
        tx.enqueue(FetchQuoted(status_id=status.id, depth=1, is_legacy=remote.quote.is_legacy))


def _agreed(tx: Tx, quoting: Status, quoted: Status, *, now: datetime) -> None:
    """The quote is shown from now on: the link that stood for it in a post of another server goes (federation, section 4.3)."""
    if not quoting.local and (content := without_quote(quoting.content)) != quoting.content:
        statuses.set_content(tx, quoting.id, content)
    statuses.count_quotes(tx, quoted.id, 1)
    notifications.notify(
        tx, account_id=quoted.account_id, kind=NotificationType.QUOTE, from_id=quoting.account_id, status=quoting, now=now
    )


def set_state(tx: Tx, quote: Quote, state: QuoteState, *, now: datetime, stamp: str = "") -> None:
    """Another state of a quote, with all that follows: counts, streams, notifications. The same state again does nothing."""
    before = quotes.find(tx, quote.status_id)
    if before is None or (before.state, before.approval_uri, before.quoted_id) == (state, stamp, quote.quoted_id):
        return
    quotes.decide(tx, replace(quote, state=state, approval_uri=stamp))
    quoting = statuses.get(tx, quote.status_id)
    quoted = statuses.find(tx, quote.quoted_id) if quote.quoted_id is not None else None
    if quoted is not None and state is QuoteState.ACCEPTED and before.state is not QuoteState.ACCEPTED:
        _agreed(tx, quoting, quoted, now=now)
    if quoted is not None and before.state is QuoteState.ACCEPTED and state is not QuoteState.ACCEPTED:
        statuses.count_quotes(tx, quoted.id, -1)
        notifications.withdraw(
            tx,
            account_id=quoted.account_id,
            kind=NotificationType.QUOTE,
            from_id=quoting.account_id,
            status_id=quoting.id,
        )
    statuses.touch(tx, quoting.id)
    changed = statuses.get(tx, quoting.id)
    streams.tell_edited(tx, changed)
    if changed.local and not changed.local_only:
        tx.enqueue(PublishEdit(status_id=changed.id, revision=changed.revision))


def revoke(tx: Tx, *, account_id: int, status_id: int, quoting_id: int, now: datetime) -> Status:
    """The author of a quoted post takes the consent back; the quoting post.

    Raises:
        NotFound: no such post for the person, or it is not quoted there.
        Forbidden: somebody else's post.
    """
    quote = quotes.find(tx, quoting_id)
    if status_id not in audience.readable(tx, [status_id], account_id) or quote is None or quote.quoted_id != status_id:
        raise NotFound("quote", quoting_id)
    if statuses.get(tx, status_id).account_id != account_id:
        raise Forbidden("")
    if quote.state in (QuoteState.ACCEPTED, QuoteState.PENDING):
        set_state(tx, quote, QuoteState.REVOKED, now=now)
        if quote.approval_uri:
            tx.enqueue(WithdrawQuote(status_id=quoting_id, account_id=account_id, stamp=quote.approval_uri))
    return statuses.get(tx, quoting_id)


def own_post(tx: Tx, status_id: int, *, account_id: int) -> Status:
    """A post, no boost, that this person wrote; NotFound for everybody else's (VIS-9)."""
    status = statuses.find(tx, status_id)
    if status is None or status.account_id != account_id or status.reblog_of_id is not None:
        raise NotFound("status", status_id)
    return status


def set_policy(tx: Tx, *, account_id: int, status_id: int, policy: str) -> Status:
    """Say who may quote an own post; what was quoted already stays. NotFound when it is not the person's, or a boost."""
    status = own_post(tx, status_id, account_id=account_id)
    wanted = policy if status.visibility in (Visibility.PUBLIC, Visibility.UNLISTED) else ""
    if wanted == status.quote_policy:
        return status
    statuses.set_quote_policy(tx, status.id, wanted)
    changed = statuses.get(tx, status.id)
    streams.tell_edited(tx, changed)
    if not changed.local_only:
        tx.enqueue(PublishEdit(status_id=changed.id, revision=changed.revision))
    return changed


def set_interactions(tx: Tx, *, account_id: int, status_id: int, policy: str) -> Status:
    """Say who may answer, like and boost an own post from now on; what was done stays. NotFound as `set_policy`."""
    status = own_post(tx, status_id, account_id=account_id)
    if policy == status.interaction_policy:
        return status
    approvals.put_policy(tx, status.id, policy)
    statuses.touch(tx, status.id)
    changed = statuses.get(tx, status.id)
    if not changed.local_only:
        tx.enqueue(PublishEdit(status_id=changed.id, revision=changed.revision))
    return changed


def link_again(tx: Tx, status: Status, html: str) -> str:
    """The new text of an edited post with the link to what it quotes."""
    quote = quotes.find(tx, status.id) if status.quoted_uri else None
    quoted = statuses.find(tx, quote.quoted_id) if quote is not None and quote.quoted_id is not None else None
    return html if quoted is None else with_quote(html, quoted.url or quoted.uri)


def shown_text(tx: Tx, status: Status, html: str) -> str:
    """The new text of an edited post of another server, without the link that stands for a quote that is shown."""
    quote = quotes.find(tx, status.id) if status.quoted_uri else None
    return without_quote(html) if quote is not None and quote.state is QuoteState.ACCEPTED else html


def tell_quoting(tx: Tx, status: Status, *, now: datetime) -> None:
    """People here who quote a post learn that it was edited."""
    if status.quotes_count == 0:
        return
    for quoting in quotes.local_quoting(tx, status.id):
        notifications.notify(
            tx,
            account_id=quoting.account_id,
            kind=NotificationType.QUOTED_UPDATE,
            from_id=status.account_id,
            status=quoting,
            now=now,
        )


def end(tx: Tx, status: Status) -> None:
    """A post is about to be removed: the one that it quotes counts one less, those that quote it show nothing."""
    quote = quotes.find(tx, status.id) if status.quoted_uri else None
    if quote is not None and quote.quoted_id is not None and quote.state is QuoteState.ACCEPTED:
        statuses.count_quotes(tx, quote.quoted_id, -1)
    quotes.lose(tx, status.id)
