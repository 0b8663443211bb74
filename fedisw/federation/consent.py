"""Answers to what others ask of our people: yes with a stamp, or no (federation, section 4.12)."""

from __future__ import annotations

import hashlib

from fedisw.federation import outgoing
from fedisw.federation.context import Peer
from fedisw.federation.outgoing import Outgoing
from fedisw.federation.represent.here import Here
from fedisw.jobs import consent as jobs
from fedisw.model.accounts import Account
from fedisw.services import features
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts
from fedisw.vocab import build
from fedisw.vocab.read import Document


async def answer(peer: Peer, job: jobs.Answer) -> None:
    """Accept or Reject, to whoever asked; a no also where a block stands between the two."""
    by, asker = await peer.db.read(_two, job.account_id, job.asker_id)
    if asker.local or not by.usable:
        return
    mark = hashlib.sha256(f"{job.about}\n{job.stamp}".encode()).hexdigest()[:16]
    name = Here.of(peer.settings).activity(f"{by.id}-{'accept' if job.agreed else 'reject'}-{mark}")
    about = _about(job, asker)
    if job.agreed:
        document = build.accept(id=name, actor=by.uri, object=about, to=(asker.uri,), result=job.stamp or None)
    else:
        document = build.reject(id=name, actor=by.uri, object=about, to=(asker.uri,))
    answered = Outgoing(document=document, account_id=by.id, object_uri=job.about, order=job.about, target_id=asker.id)
    to = outgoing.to_account(by.id, asker.id) if job.agreed else outgoing.to_exactly(asker.id)
    await outgoing.send(peer, answered, to)


async def withdraw_feature(peer: Peer, job: jobs.WithdrawFeature) -> None:
    """Delete of a stamp, to whoever recommends; also where a block stands between the two."""
    by, asker = await peer.db.read(_two, job.account_id, job.asker_id)
    here = Here.of(peer.settings)
    stamp = f"{here.origin}{features.STAMPS}{job.consent_id}"
    name = here.activity(f"{job.consent_id}-feature-delete")
    document = build.delete(id=name, actor=by.uri, object=stamp, to=(asker.uri,))
    gone = Outgoing(document=document, account_id=by.id, object_uri=stamp, order=stamp)
    await outgoing.send(peer, gone, outgoing.to_exactly(asker.id))


def _about(job: jobs.Answer, asker: Account) -> Document | str:
    if not job.request:
        return job.about
    found: Document = {"id": job.about, "type": job.request, "actor": asker.uri, "object": job.object_uri}
    return found | ({"instrument": job.instrument_uri} if job.instrument_uri else {})


def _two(tx: Tx, first_id: int, second_id: int) -> tuple[Account, Account]:
    return accounts.get(tx, first_id), accounts.get(tx, second_id)
