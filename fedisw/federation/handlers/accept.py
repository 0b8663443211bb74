"""Accept: the one asked says yes (federation, section 4.6)."""

from __future__ import annotations

from fedisw.federation import approvals, quoting, relaying
from fedisw.federation.answered import answered
from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted, apply
from fedisw.model.accounts import Account
from fedisw.services import following
from fedisw.vocab.activities import Accept


async def handle_accept(peer: Peer, sender: Account, accept: Accept) -> None:
    """Accept of a Follow of ours, named by its id or by the pair, of a QuoteRequest, or of an answer, like or boost; only the
    one who was asked may say it.
    """
    if await relaying.answered(peer, sender, accept):
        return
    asked = quoting.request_of(peer, accept.object)
    if asked is not None:
        await quoting.accepted(peer, sender, accept, asked)
        return
    if await approvals.accepted(peer, sender, accept):
        return
    follow_uri, follower_uri = answered(peer, sender, accept.object)
    found = await apply(
        peer, accept, following.accepted_by_remote, target=sender, follow_uri=follow_uri, follower_uri=follower_uri
    )
    if found is None:
        raise NotWanted("nobody here asked, or it was answered before")
