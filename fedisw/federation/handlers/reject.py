"""Reject: the one asked says no, also after a yes (federation, section 4.6)."""

from __future__ import annotations

from fedisw.federation import approvals, quoting, relaying
from fedisw.federation.answered import answered
from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted, apply
from fedisw.model.accounts import Account
from fedisw.services import following
from fedisw.vocab.activities import Reject


async def handle_reject(peer: Peer, sender: Account, reject: Reject) -> None:
    """Reject of a Follow of ours ends it, whether it waited or stood; of a QuoteRequest, the quote is not shown."""
    if await relaying.answered(peer, sender, reject):
        return
    asked = quoting.request_of(peer, reject.object)
    if asked is not None:
        await quoting.rejected(peer, sender, reject, asked)
        return
    if await approvals.rejected(peer, sender, reject):
        return
    follow_uri, follower_uri = answered(peer, sender, reject.object)
    if not await apply(
        peer, reject, following.rejected_by_remote, target=sender, follow_uri=follow_uri, follower_uri=follower_uri
    ):
        raise NotWanted("nobody here follows, or it ended before")
