"""Followers synchronisation, FEP-8fcf (federation, section 5.5)."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import orjson

from fedisw.crypto import followers
from fedisw.crypto.followers import FIELD, Synchronization
from fedisw.jobs.work import PublishUndoFollow
from fedisw.model.accounts import Account
from fedisw.model.statuses import Visibility
from fedisw.storage.queries import accounts, follows, hosts
from fedisw.web.activitypub.table import ROUTES
from fedisw.web.keys import PEER
from tests.federation import reading as rows
from tests.security.arriving import ONE
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import Actor, PeerServer
from tests.support.reading import Reader
from tests.support.sending import Sending
from tests.web.conftest import Start
from tests.web.conftest import start as start

VECTORS = Path(__file__).parents[1] / "data" / "federation-vectors.json"


def digest_of(*uris: str) -> str:
    """Made here once more, so that the digest is not its own witness."""
    total = bytes(32)
    for uri in uris:
        total = bytes(a ^ b for a, b in zip(total, hashlib.sha256(uri.encode()).digest(), strict=True))
    return total.hex()


async def _sends_the_field(us: Sending, beta: PeerServer, gamma: PeerServer) -> None:
    amy = await us.person("ava")
    ben, cai = [await us.follower(amy, name, "beta.test") for name in ("b1", "b2")]
    dot = await us.follower(amy, "d1", "gamma.test")
    waiting = await us.stranger("w1", "beta.test")
    await us.db.write(factories.put_follow, waiting, amy, accepted=False)
    await us.db.write(hosts.remember_scheme, "gamma.test", "rfc9421", now=us.clock())
    await us.post(amy, visibility=Visibility.PRIVATE)
    await us.run()
    for server, people in ((beta, (ben, cai)), (gamma, (dot,))):
        assert server.asked == ["POST /inbox"]
        head = server.heads[0]
        said = followers.parse_field(head[FIELD])
        assert (said.collection_id, said.url) == (f"{amy.uri}/followers", f"{amy.uri}/followers_synchronization")
        assert said.digest == digest_of(*(one.uri for one in people))
    assert " collection-synchronization" in beta.heads[0]["Signature"]  # covered, as Mastodon's is
    assert "Signature-Input" in gamma.heads[0]
    for visibility in (Visibility.PUBLIC, Visibility.UNLISTED):
        await us.post(amy, visibility=visibility)
    await us.run()
    assert [FIELD in head for head in beta.heads] == [True, False, False]


async def _lists_for_who_signs(here: Reader, beta: PeerServer, gamma: PeerServer) -> None:
    amy, ben, gil = await here.home.person("alba"), beta.person("ben"), gamma.person("gil")
    known = [await here.known(one) for one in (ben, gil)]
    cai = await here.db.write(factories.put_account, "cai", "beta.test")
    waiting = await here.db.write(factories.put_account, "wim", "beta.test")
    for one in (*known, cai):
        await here.follow(one, amy)
    await here.db.write(factories.put_follow, waiting, amy, accepted=False)
    where = f"{amy.uri}/followers_synchronization"
    assert await here.status(where) == 401
    assert await here.status(f"{amy.uri.rpartition('/')[0]}/1/followers_synchronization") == 401  # nor whether there is one
    answer = await here.ask(where, by=ben)
    assert answer.status == 200
    assert "no-store" in answer.headers["Cache-Control"]
    document = orjson.loads(await answer.read())
    assert (document["id"], document["type"]) == (where, "OrderedCollection")
    assert sorted(document["orderedItems"]) == sorted([ben.uri, cai.uri])
    assert (await here.read(where, by=gil))["orderedItems"] == [gil.uri]
    right = ben.key
    ben.rotate(published=False)
    assert await here.status(where, by=ben) == 401
    ben.key = right


async def _followed(home: Home, ben: Actor, *names: str) -> list[Account]:
    """People here who follow ben since yesterday; ben is known here."""
    if await home.db.read(accounts.find_by_uri, ben.uri) is None:
        await home.receive(ben.signed(ben.activity("Like", "https://home.test/nothing")))
    target = await rows.account(home, ben)
    people = [await home.person(name) for name in names]
    for person in people:
        await home.db.write(factories.put_follow, person, target)
    home.clock.forward(days=1)
    return people


def _listing(ben: Actor, *uris: str, where: str = "") -> str:
    url = where or f"{ben.uri}/followers_synchronization"
    ben.server.serve({"id": url, "type": "OrderedCollection", "orderedItems": list(uris)})
    return url


async def _hears(home: Home, ben: Actor, *uris: str, url: str = "", collection: str = "", said: str = "") -> None:
    """Something arrives from ben's server that believes these to be his followers here."""
    field = followers.field_value(
        Synchronization(
            collection_id=collection or f"{ben.uri}/followers",
            url=url or _listing(ben, *uris),
            digest=said or digest_of(*uris),
        )
    )
    await home.receive(ben.signed(ben.activity("Like", "https://home.test/nothing"), more={FIELD: field}))


async def _following(home: Home, ben: Actor, *people: Account) -> list[bool | None]:
    """For each whether the follow is accepted, None without one."""
    target = await rows.account(home, ben)
    found = [await home.db.read(follows.find, follower_id=one.id, target_id=target.id) for one in people]
    return [None if follow is None else follow.accepted for follow in found]


async def _repairs_what_differs(home: Home, beta: PeerServer) -> None:
    ben = beta.person("bert")
    amy, ann = await _followed(home, ben, "amy", "ann")
    asking, stranger = await home.person("aki"), await home.person("abe")
    target = await rows.account(home, ben)
    await home.db.write(factories.put_follow, asking, target, accepted=False)
    where = _listing(ben)
    await _hears(home, ben, amy.uri, ann.uri, url=where)
    assert beta.times_asked(where) == 0  # both agree
    await _hears(home, ben, amy.uri, asking.uri, stranger.uri)
    assert await _following(home, ben, amy, ann, asking, stranger) == [True, None, True, None]
    undone = [job for job in home.done if isinstance(job, PublishUndoFollow)]
    assert [(job.follower_id, job.target_id) for job in undone] == [(stranger.id, target.id)]
    assert beta.times_asked(where) == 1
    await _hears(home, ben, amy.uri, asking.uri)
    assert beta.times_asked(where) == 1
    left = await home.db.read(accounts.get, target.id)
    assert left.followers_count == 2


async def _ignores_what_is_forged(home: Home, beta: PeerServer, gamma: PeerServer) -> None:
    ben, eve, gil = beta.person("bob"), beta.person("eve"), gamma.person("gil")
    amy, ann = await _followed(home, ben, "ada", "asa")
    await home.receive(gil.signed(gil.activity("Like", "https://home.test/nothing")))
    before = len(gamma.asked)
    await _hears(home, ben, url=_listing(gil, amy.uri), said=digest_of(amy.uri))  # a list on another server
    await _hears(home, gil, amy.uri, collection=f"{ben.uri}/followers")  # somebody else's followers
    await _hears(home, eve, amy.uri, collection=f"{ben.uri}/followers")
    assert len(gamma.asked) == before
    await home.receive(ben.signed(ben.activity("Like", "https://home.test/1"), more={FIELD: 'collectionId="x", digest="y"'}))
    _listing(ben, amy.uri)
    await _hears(home, ben, url=f"{ben.uri}/followers_synchronization", said=digest_of(amy.uri, "https://home.test/other"))
    assert beta.times_asked(f"{ben.uri}/followers_synchronization") == 1  # looked at, and the digest is another one's
    assert await _following(home, ben, amy, ann) == [True, True]
    many = [f"https://beta.test/page/{number}" for number in range(20)]
    for page, following in pairwise(many):
        beta.serve({"id": page, "type": "OrderedCollectionPage", "orderedItems": [], "next": following})
    await _hears(home, ben, url=many[0], said=digest_of())
    assert sum(beta.times_asked(page) for page in many) <= 11
    assert await _following(home, ben, amy, ann) == [True, True]


async def _spares_who_followed_since(home: Home, beta: PeerServer) -> None:
    ben = beta.person("bea")
    (amy,) = await _followed(home, ben, "ali")
    target, late = await rows.account(home, ben), await home.person("ato")
    await home.db.write(factories.put_follow, late, target, created_at=home.clock() + timedelta(seconds=1))
    await _hears(home, ben)
    assert await _following(home, ben, amy, late) == [None, True]


@ONE
async def test_103_followers_are_compared_and_repaired_as_fep_8fcf_says(
    us: Sending, start: Start, beta: PeerServer, gamma: PeerServer
):
    """Sent: the field, its digest, the list for who signs. Received: removed, undone, accepted; what is forged is ignored."""
    vectors = orjson.loads(VECTORS.read_bytes())
    example = digest_of(*(f"https://remote.example/users/{name}" for name in ("ben", "cai", "dot")))
    assert example.encode() in orjson.dumps(vectors)
    await _sends_the_field(us, beta, gamma)
    client = await start(ROUTES, settings=us.peer.settings, parts={PEER: us.peer})
    await _lists_for_who_signs(Reader(us.home, client), beta, gamma)
    await _repairs_what_differs(us.home, beta)
    await _ignores_what_is_forged(us.home, beta, gamma)
    await _spares_who_followed_since(us.home, beta)
