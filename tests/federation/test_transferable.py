"""Proofs and signatures inside what we send (federation, section 3.8)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from fedisw.config import Federation, LdSignatures
from fedisw.crypto import keys, proofs
from fedisw.jobs import work
from fedisw.model.accounts import Account
from fedisw.model.statuses import PollDraft, Status, Visibility
from fedisw.services import editing, interactions
from fedisw.storage.db import Database
from fedisw.storage.queries import activities
from tests.net.servers import Names
from tests.security.arriving import ONE
from tests.support import factories, linked_data, node
from tests.support.clock import Clock
from tests.support.factories import new_id
from tests.support.home import Home, at_home
from tests.support.sending import KEY, PROVING_KEY, Receiver, Said, Sending

pytestmark = ONE


@pytest.fixture
async def home(db: Database, names: Names, clock: Clock, tmp_path: Path) -> AsyncIterator[Home]:
    """Our server, making linked-data signatures."""
    async with at_home(db, names, clock, tmp_path, FEDISW_FEDERATION_LD_SIGNATURES="auto") as server:
        yield server


def is_proved(document: dict[str, Any], now: datetime) -> bool:
    """Whether there is a proof, which must hold."""
    found = proofs.find(document)
    if found is not None:
        assert found.key_id == f"{document['actor']}#ed25519-key"
        assert document["proof"]["@context"] == document["@context"]
        proofs.verify(found, PROVING_KEY.public_key(), now=now)
    return found is not None


def is_signed(document: dict[str, Any]) -> bool:
    """Whether there is a signature, which must hold for another implementation, and cover the proof."""
    if "signature" not in document:
        return False
    assert document["signature"]["creator"] == f"{document['actor']}#main-key"
    assert linked_data.is_signed(document, KEY.public_key())
    if "proof" in document:
        altered = {**document, "proof": {**document["proof"], "proofPurpose": "authentication"}}
        assert not linked_data.is_signed(altered, KEY.public_key())
    return True


def carried(beta: Receiver, now: datetime) -> list[tuple[str, bool, bool]]:
    """Type of each activity that came, to whatever inbox, whether it is proved, whether it is signed."""
    came = {item.document["id"]: item.document for item in beta.got}
    return [(document["type"], is_proved(document, now), is_signed(document)) for document in came.values()]


async def delete(us: Sending, status: Status) -> None:
    await us.db.write(editing.delete_status, author_id=status.account_id, status_id=status.id, now=us.clock())


async def everything(us: Sending, amy: Account, status: Status, theirs: Status) -> None:
    """What one does with a post: boost, like, pin, and all of it back."""
    like_id, boost_id = new_id(), new_id()
    liked, boosted = f"https://home.test/ap/activities/{like_id}", f"https://home.test/ap/activities/{boost_id}"
    wide, now = Visibility.PUBLIC, us.clock()
    await us.db.write(
        interactions.reblog, account=amy, status_id=status.id, boost_id=boost_id, uri=boosted, now=now, visibility=wide
    )
    await us.db.write(interactions.favourite, account=amy, status_id=theirs.id, favourite_id=like_id, uri=liked, now=now)
    await us.db.write(interactions.pin, account=amy, status_id=status.id, pin_id=new_id(), now=now)
    await us.run()
    await us.db.write(interactions.unpin, account=amy, status_id=status.id, change_id=new_id())
    await us.db.write(interactions.unreblog, account=amy, status_id=status.id)
    await us.db.write(interactions.unfavourite, account=amy, status_id=theirs.id)
    await us.run()


async def test_what_everybody_may_read_carries_what_its_type_has(us: Sending) -> None:
    amy, beta = await us.prover(), await us.server("beta.test")
    ben = await us.follower(amy, "ben", "beta.test")
    theirs = await us.db.write(factories.receive, ben)
    status = await us.post(amy, "Hello", tags=("Supervision",), visibility=Visibility.UNLISTED)
    await us.run()
    await everything(us, amy, status, theirs)
    await us.enqueue(work.PublishProfile(account_id=amy.id, revision=1))
    await delete(us, status)
    await us.run()
    await us.enqueue(work.PublishAccountDelete(account_id=amy.id))
    await us.run()
    assert sorted(carried(beta, us.clock())) == [
        ("Add", True, False),
        ("Announce", True, True),
        ("Create", True, True),
        ("Delete", True, True),
        ("Delete", True, True),
        ("Like", True, False),
        ("Remove", True, False),
        ("Undo", False, False),  # of the like, which was told to nobody else
        ("Undo", False, True),
        ("Update", True, True),
    ]


@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.DIRECT])
async def test_what_is_not_for_everybody_carries_nothing(us: Sending, visibility: Visibility) -> None:
    amy, beta = await us.prover(), await us.server("beta.test")
    ben = await us.follower(amy, "ben", "beta.test")
    theirs = await us.db.write(factories.receive, ben, visibility=visibility, mentioned=(amy.id,))
    status = await us.post(amy, "A case", visibility=visibility, mentioned=(ben.id,))
    await us.run()
    if visibility is Visibility.PRIVATE:
        await us.follow(amy, ben)
        await everything(us, amy, status, theirs)
    await delete(us, status)
    await us.run()
    seen = carried(beta, us.clock())
    assert {"Create", "Delete"} <= {kind for kind, _, _ in seen}
    assert [(kind, proved, signed) for kind, proved, signed in seen if proved or signed] == []
    assert [item for item in beta.got if "security/data-integrity" in item.body.decode()] == []


async def test_they_are_made_once_for_all(us: Sending) -> None:
    amy, beta, gamma = await us.prover(), await us.server("beta.test"), await us.server("gamma.test")
    await us.follower(amy, "ben", "beta.test")
    await us.follower(amy, "gus", "gamma.test")
    beta.say(503)
    status = await us.post(amy)
    await us.run()
    await us.run(minutes=1)
    stored = await us.db.read(activities.find_by_uri, f"{status.uri}/activity")
    assert stored is not None
    assert [item.body for item in (*beta.got, *gamma.got)] == [stored.body] * 3


async def test_a_signature_that_has_ended_is_made_anew_for_a_late_try(us: Sending) -> None:
    amy, beta = await us.prover(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    beta.always = Said(status=503)
    status = await us.post(amy)
    await us.run()
    beta.always = None
    await us.run(days=3)
    first, last = beta.got[0].document, beta.got[-1].document
    assert first["signature"]["expires"] == "2026-11-23T12:00:00Z"
    assert last["signature"]["expires"] == "2026-11-26T12:00:00Z"
    assert is_signed(last)
    assert {**last, "signature": None} == {**first, "signature": None}
    stored = await us.db.read(activities.find_by_uri, f"{status.uri}/activity")
    assert stored is not None
    assert stored.body == beta.got[-1].body
    assert beta.got[-1].verify()


async def test_the_setting_ends_linked_data_signatures_and_not_proofs(us: Sending, home: Home) -> None:
    us.peer = replace(home.peer, settings=structs.replace(home.peer.settings, federation=off(home)))
    amy, beta = await us.prover(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    await us.post(amy)
    await us.run()
    assert carried(beta, us.clock()) == [("Create", True, False)]


def off(home: Home) -> Federation:
    return structs.replace(home.peer.settings.federation, ld_signatures=LdSignatures.OFF)


async def test_what_cannot_be_signed_is_sent_without_a_signature(us: Sending) -> None:
    amy, beta = await us.prover(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    await us.post(amy, "Hello", spoiler_text="_:odd")  # as a name of a node, which no signed document may have
    await us.run()
    assert carried(beta, us.clock()) == [("Create", True, False)]


async def test_somebody_without_a_second_key_proves_nothing_and_is_heard(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    await us.post(amy)
    await us.run()
    assert carried(beta, us.clock()) == [("Create", False, True)]


async def test_a_long_post_leaves_room_for_both(us: Sending) -> None:
    amy, beta = await us.prover(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    await us.post(amy, "x" * 19_600, language="en")
    await us.run()
    assert carried(beta, us.clock()) == [("Create", True, True)]
    assert len(beta.got[0].body) < 64 * 1024
    assert "contentMap" not in beta.got[0].document["object"]


async def test_what_a_whole_post_carries_holds_for_fedify(us: Sending) -> None:
    """Proof and signature of a Create and an Update with everything that has terms of its own."""
    amy, beta = await us.prover(), await us.server("beta.test")
    ben = await us.follower(amy, "ben", "beta.test")
    poll = PollDraft(options=("Yes", "No"), expires_at=us.clock() + timedelta(days=1))
    rich = {"spoiler_text": "caseload", "language": "en", "tags": ("Supervision",), "mentioned": (ben.id,)}
    await us.post(amy, "Who comes?", poll=poll, sensitive=True, **rich)
    await us.enqueue(work.PublishProfile(account_id=amy.id, revision=1))
    await us.run()
    rsa = {"keyId": f"{amy.uri}#main-key", "owner": amy.uri, "publicPem": keys.public_pem(KEY.public_key())}
    ed = {"keyId": f"{amy.uri}#ed25519-key", "owner": amy.uri, "publicPem": keys.public_pem(PROVING_KEY.public_key())}
    with node.running("signatures.mjs") as program:
        for document in (item.document for item in beta.got):
            proved = {name: value for name, value in document.items() if name != "signature"}  # as its inbox does
            assert program.ask("fedify.verifyProof", document=proved, **ed) is True, document
            assert program.ask("fedify.verifyLd", document=document, **rsa) is True, document
    assert [item.document["type"] for item in beta.got] == ["Create", "Update"]
