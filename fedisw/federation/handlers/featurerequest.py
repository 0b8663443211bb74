"""FeatureRequest: may I recommend somebody in a collection (FEP-7aa9; federation, section 4.12)."""

from __future__ import annotations

from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted, apply
from fedisw.model.accounts import Account
from fedisw.model.urls import same_origin
from fedisw.services import features
from fedisw.vocab.activities import FeatureRequest


async def handle_featurerequest(peer: Peer, sender: Account, request: FeatureRequest) -> None:
    """FeatureRequest about somebody here, for a collection of the sender's server: answered by what the person chose."""
    if request.id is None or not same_origin(request.instrument, sender.uri):
        raise NotWanted("without an id, or for a collection of another server")
    done = await apply(
        peer,
        request,
        features.answer,
        asker=sender,
        account_uri=request.object,
        collection_uri=request.instrument,
        request_uri=request.id,
        consent_id=peer.new_id(),
        now=peer.now(),
    )
    if not done:
        raise NotWanted("about nobody here")
