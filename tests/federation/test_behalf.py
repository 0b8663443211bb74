"""Who asks for what is not for everybody: somebody here who may have it (federation, section 3.7)."""

from __future__ import annotations

from typing import Any

from fedisw.federation import refetch
from fedisw.jobs.work import FetchParent
from fedisw.model.accounts import Account
from fedisw.model.statuses import Visibility
from tests.federation import reading
from tests.security.arriving import ONE
from tests.support.peers import Actor, PeerServer
from tests.support.sending import Sending


async def followed(us: Sending, ben: Actor) -> Account:
    """Amy, who has a key, follows ben."""
    amy = await us.person()
    await us.home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    await us.follow(amy, await reading.account(us.home, ben))
    return amy


def for_followers(ben: Actor, text: str, **members: Any) -> dict[str, Any]:
    return ben.note(text, **{"to": [f"{ben.uri}/followers"], "cc": [], **members})


def askers(beta: PeerServer, where: str) -> list[str]:
    """Whose keys signed the requests for something."""
    pairs = zip(beta.asked, beta.heads, strict=True)
    found = [head["Signature"] for asked, head in pairs if asked == f"GET {where.removeprefix(beta.origin)}"]
    return [value.split('"')[1].partition("#")[0] for value in found]


@ONE
async def test_a_post_for_followers_is_looked_at_anew_by_one_of_them(us: Sending, beta: PeerServer):
    ben = beta.person("ben")
    amy = await followed(us, ben)
    note = for_followers(ben, "For followers")
    await us.home.receive(ben.signed(ben.activity("Create", note)))
    beta.readers[note["id"].removeprefix(beta.origin)] = amy.uri
    stored = await reading.post(us.home, note)
    assert stored is not None
    assert stored.visibility is Visibility.PRIVATE
    beta.serve(note | {"content": "<p>New</p>", "updated": reading.stamp(us.clock.forward(minutes=1))})
    await refetch.post(us.peer, stored)
    assert askers(beta, note["id"]) == [amy.uri]
    changed = await reading.post(us.home, note)
    assert changed is not None
    assert changed.content == "<p>New</p>"


@ONE
async def test_a_post_for_everybody_is_asked_for_by_the_server(us: Sending, beta: PeerServer):
    ben = beta.person("ben")
    await followed(us, ben)
    note = ben.note("For all")
    await us.home.receive(ben.signed(ben.activity("Create", note)))
    stored = await reading.post(us.home, note)
    assert stored is not None
    await refetch.post(us.peer, stored)
    assert askers(beta, note["id"]) == ["https://home.test/actor"]


@ONE
async def test_a_direct_post_is_asked_for_by_whom_it_names(us: Sending, beta: PeerServer):
    amy, ben = await us.person(), beta.person("ben")
    mention = {"type": "Mention", "href": amy.uri, "name": "@amy@home.test"}
    note = ben.note("For you", to=[amy.uri], cc=[], tag=[mention])
    await us.home.receive(ben.signed(ben.activity("Create", note)))
    stored = await reading.post(us.home, note)
    assert stored is not None
    await refetch.post(us.peer, stored)
    assert askers(beta, note["id"]) == [amy.uri]


@ONE
async def test_a_forwarded_post_for_followers_is_had_by_one_of_them(us: Sending, beta: PeerServer, gamma: PeerServer):
    ben, gil = beta.person("ben"), gamma.person("gil")
    amy = await followed(us, ben)
    note = for_followers(ben, "An answer", cc=[amy.uri])
    beta.readers[note["id"].removeprefix(beta.origin)] = amy.uri
    await us.home.receive(gil.signed(ben.activity("Create", note)))
    assert askers(beta, note["id"]) == ["https://home.test/actor", amy.uri]
    assert await reading.post(us.home, note) is not None


@ONE
async def test_nobody_here_is_named_to_a_server_that_they_do_not_follow(us: Sending, beta: PeerServer, gamma: PeerServer):
    ben, gil = beta.person("ben"), gamma.person("gil")
    amy = await followed(us, ben)
    note = gil.note("Lies", cc=[amy.uri])
    gamma.readers[note["id"].removeprefix(gamma.origin)] = amy.uri
    await us.home.receive(gil.signed(ben.activity("Create", note)))
    assert askers(gamma, note["id"]) == ["https://home.test/actor"]


@ONE
async def test_who_passes_on_an_own_post_for_followers_is_asked_by_one_of_them(us: Sending, beta: PeerServer):
    ben = beta.person("ben")
    amy = await followed(us, ben)
    note = for_followers(ben, "Again")
    beta.readers[note["id"].removeprefix(beta.origin)] = amy.uri
    await us.home.receive(ben.signed(ben.activity("Announce", note["id"], to=[f"{ben.uri}/followers"])))
    assert askers(beta, note["id"]) == [amy.uri]
    assert await reading.post(us.home, note) is not None


@ONE
async def test_what_a_post_for_followers_answers_is_asked_for_by_one_of_them(us: Sending, beta: PeerServer):
    ben = beta.person("ben")
    amy = await followed(us, ben)
    first = for_followers(ben, "First")
    beta.readers[first["id"].removeprefix(beta.origin)] = amy.uri
    second = for_followers(ben, "Second", inReplyTo=first["id"])
    await us.home.receive(ben.signed(ben.activity("Create", second)))
    assert FetchParent in {type(job) for job in us.home.done}
    assert askers(beta, first["id"]) == [amy.uri]
    assert await reading.post(us.home, first) is not None
