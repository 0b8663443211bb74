"""Keys that were replaced, ours and those of others (federation, section 3.6; security KEY-3, SIG-11)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fedisw.crypto import keys as crypto
from fedisw.crypto import signatures, signed
from fedisw.crypto.keys import PublicKey
from fedisw.crypto.seal import Sealer
from fedisw.jobs.keychange import FollowAgain
from fedisw.jobs.work import PublishFollow
from fedisw.model.accounts import Account
from fedisw.model.errors import Conflict, Unauthenticated
from fedisw.services import accounts as profiles
from fedisw.services import rotating
from fedisw.services.accounts import ProfileChanges
from fedisw.services.rotating import KeyChange
from fedisw.storage.queries import follows, keys, purging
from fedisw.storage.queries import keys as key_rows
from tests.federation import reading
from tests.security.arriving import ONE
from tests.support import factories
from tests.support.factories import HERE
from tests.support.home import Home
from tests.support.peers import Actor, PeerServer
from tests.support.sending import KEY, Got, Sending

pytestmark = ONE


def signed_by(got: Got, key: PublicKey) -> bool:
    found = signatures.parse(got.request)
    try:
        signed.verify(found, key)
    except Unauthenticated:
        return False
    return True


async def rotated(us: Sending, amy: Account) -> PublicKey:
    """Amy gets other keys; the new one."""
    change = await prepared(us, amy)
    await us.db.write(rotating.rotate, change=change, now=us.clock())
    us.peer.keys.forget(amy.id)  # type: ignore[attr-defined]  # what runtime/keywatch.py does
    return crypto.parse_pem(change.keys[0].public)


async def prepared(us: Sending, amy: Account) -> KeyChange:
    old = (await us.db.read(keys.of_account, amy.id))[0]
    sealer = Sealer(us.peer.settings.secrets.master_key.key())
    return rotating.prepare(amy, old, sealer=sealer, origin=HERE, now=us.clock())


async def test_the_old_key_tells_of_the_new_one_and_everything_else_has_the_new_one(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    new = await rotated(us, amy)
    await us.run()
    (told,) = beta.got
    assert told.document["type"] == "Update"
    assert signed_by(told, KEY.public_key())
    assert told.document["object"]["publicKey"]["publicKeyPem"] == crypto.public_pem(new)
    assert told.document["object"]["publicKey"]["id"] == f"{amy.uri}#main-key"
    changes = ProfileChanges(display_name="Amy B")
    await us.db.write(profiles.update_profile, account_id=amy.id, changes=changes, now=us.clock())
    await us.run(minutes=2)
    assert [signed_by(got, new) for got in beta.got] == [False, True]


async def test_who_has_the_new_key_already_is_told_with_it(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    new = await rotated(us, amy)
    beta.say(401, 401)
    await us.run()
    assert [(signed_by(got, KEY.public_key()), signed_by(got, new)) for got in beta.got] == [
        (True, False),
        (True, False),
        (False, True),
    ]
    assert await us.states() == ["delivered"]


async def test_a_replaced_key_is_destroyed_when_nothing_waits_for_it_any_more(us: Sending) -> None:
    amy = await us.person()
    change = await prepared(us, amy)
    await us.db.write(rotating.rotate, change=change, now=us.clock())
    with pytest.raises(Conflict):  # somebody else was faster
        await us.db.write(rotating.rotate, change=change, now=us.clock())
    uri = change.retired.activity_uri
    assert await us.db.read(key_rows.retired, uri) is not None
    await us.db.write(key_rows.prune_retired, before=us.clock())
    assert await us.db.read(key_rows.retired, uri) is not None
    us.clock.forward(seconds=1)
    await us.db.write(key_rows.prune_retired, before=us.clock())
    assert await us.db.read(key_rows.retired, uri) is None


async def follow_of(home: Home, amy: Account, ben: Actor) -> str:
    known = await reading.account(home, ben)
    return (await home.db.read(follows.get, follower_id=amy.id, target_id=known.id)).uri


async def test_an_actor_whose_keys_all_changed_without_a_word_is_followed_anew_and_looked_at(
    home: Home, beta: PeerServer
) -> None:
    amy, ben = await home.person("amy"), beta.person("ben")
    zoe = await home.person("zoe")
    await home.receive(ben.signed(ben.activity("Follow", zoe.uri)))
    await home.db.write(factories.put_follow, amy, await reading.account(home, ben))
    before = await follow_of(home, amy, ben)
    home.clock.forward(minutes=6)
    ben.rotate()
    await home.receive(ben.signed(ben.activity("Like", f"{HERE}/ap/objects/1")))
    after = await follow_of(home, amy, ben)
    assert after != before
    assert [job for job in home.done if isinstance(job, PublishFollow)]
    (report,) = (await reading.effects(home))["reports"]
    assert (report["target_id"], report["host"]) == ((await reading.account(home, ben)).id, None)
    await home.receive(ben.signed(ben.activity("Like", f"{HERE}/ap/objects/2")))
    assert await follow_of(home, amy, ben) == after
    assert len((await reading.effects(home))["reports"]) == 1


async def test_a_change_that_the_old_key_announced_is_nothing_to_look_at(home: Home, beta: PeerServer) -> None:
    amy, ben = await home.person("amy"), beta.person("ben")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    old = ben.key
    ben.rotate()
    await home.receive(ben.signed(ben.activity("Update", dict(ben.document)), key=old))
    stored = await home.db.read(keys.of_account, (await reading.account(home, ben)).id)
    assert [key.public for key in stored] == [crypto.public_pem(ben.key.public_key())]
    await home.receive(ben.signed(ben.activity("Like", f"{HERE}/ap/objects/1")))
    assert not [job for job in home.done if isinstance(job, FollowAgain)]
    assert (await reading.effects(home))["reports"] == []


async def test_one_more_key_beside_a_known_one_is_nothing_to_look_at(home: Home, beta: PeerServer) -> None:
    amy, ben = await home.person("amy"), beta.person("ben")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    multikey = crypto.public_multibase(crypto.generate_ed25519().public_key())
    ben.document["assertionMethod"] = [
        {"id": f"{ben.uri}#ed", "type": "Multikey", "controller": ben.uri, "publicKeyMultibase": multikey}
    ]
    home.clock.forward(hours=25)
    await home.receive(ben.signed(ben.activity("Like", f"{HERE}/ap/objects/1")))
    assert len(await home.db.read(keys.of_account, (await reading.account(home, ben)).id)) == 2
    assert not [job for job in home.done if isinstance(job, FollowAgain)]


async def test_the_key_of_somebody_who_left_goes_when_all_were_told(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    await us.db.write(profiles.delete_local_account, account_id=amy.id, now=us.clock())

    async def may_go(**later: float) -> bool:
        us.clock.forward(**later)
        now = us.clock()
        long_ago, yesterday = now - timedelta(days=31), now - timedelta(days=1)
        return amy.id in await us.db.read(purging.accounts_with_old_keys, before=long_ago, told_before=yesterday)

    assert not await may_go(days=2)  # nothing was sent yet
    beta.say(503)
    await us.run()
    assert (beta.types, await may_go()) == (["Delete"], False)
    await us.run(days=1)
    assert (beta.types, await us.states()) == (["Delete", "Delete"], ["delivered"])
    assert await may_go()
