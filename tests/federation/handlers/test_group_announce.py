"""Announce of a whole activity, as groups elsewhere pass on what their members do (FEP-1b12; federation, section 6.1)."""

from __future__ import annotations

import pytest

from fedisw.model.peers import InboundState
from fedisw.storage.queries import statuses
from tests.federation import reading
from tests.security.arriving import met
from tests.support.home import Home
from tests.support.peers import PUBLIC, Actor, Document, PeerServer

IGNORED = InboundState.IGNORED
TRAFFIC = (IGNORED, "NotWanted: traffic of a group")


def passed_on(group: Actor, activity: Document) -> Document:
    """The group's Announce of an activity of somebody else."""
    return group.activity("Announce", activity, to=[PUBLIC], cc=[f"{group.uri}/followers"])


async def boosts(home: Home) -> list[int]:
    """Posts that were passed on, each time."""
    return [row["reblog_of_id"] for row in (await reading.effects(home))["statuses"] if row["reblog_of_id"] is not None]


async def test_followers_of_a_group_get_its_threads_once(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, cows, ben = await home.person("amy"), beta.person("cows", kind="Group"), gamma.person("ben")
    await met(home, cows, amy)
    note = ben.note("Meadow at noon")
    announce = passed_on(cows, ben.activity("Create", note))
    await home.receive(cows.signed(announce))
    (boosted,) = await boosts(home)
    rows = {row["id"]: row for row in (await reading.effects(home))["statuses"]}
    assert rows[boosted]["content"] == "<p>Meadow at noon</p>"
    assert gamma.times_asked(note["id"]) == 1  # what the group says of it is not believed
    await home.receive(cows.signed(announce))
    await home.receive(cows.signed(passed_on(cows, ben.activity("Create", note))))
    assert await boosts(home) == [boosted]


@pytest.mark.parametrize("kind", ["Update", "Like", "Delete"])
async def test_other_activities_and_answers_in_a_thread_are_not_boosted(
    home: Home, beta: PeerServer, gamma: PeerServer, kind: str
):
    amy, cows, ben = await home.person("amy"), beta.person("cows", kind="Group"), gamma.person("ben")
    await met(home, cows, amy)
    note = ben.note("Meadow at noon")
    await home.receive(cows.signed(passed_on(cows, ben.activity(kind, note["id"] if kind != "Update" else note))))
    assert await reading.last_end(home) == TRAFFIC
    answer = ben.note("And water", inReplyTo=note["id"])
    await home.receive(cows.signed(passed_on(cows, ben.activity("Create", answer))))
    assert await reading.last_end(home) == TRAFFIC
    assert await boosts(home) == []
    assert gamma.times_asked(note["id"]) + gamma.times_asked(answer["id"]) == 0


async def test_only_a_followed_group_passes_whole_activities_on(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, cat, cows, ben = await home.person("amy"), beta.person("cat"), beta.person("cows", kind="Group"), gamma.person("ben")
    await met(home, cat, amy)
    note = ben.note("Meadow at noon")
    await home.receive(cat.signed(passed_on(cat, ben.activity("Create", note))))
    assert await reading.last_end(home) == TRAFFIC
    await home.receive(cows.signed(passed_on(cows, ben.activity("Create", note))))
    assert await reading.last_end(home) == (IGNORED, "NotWanted: nobody here follows the sender")
    assert gamma.times_asked(note["id"]) == 0


async def a_thread(home: Home, cows: Actor, ben: Actor) -> Document:
    """A note of ben's that the group has passed on."""
    note = ben.note("Meadow at noon")
    await home.receive(cows.signed(passed_on(cows, ben.activity("Create", note))))
    return note


async def text_of(home: Home, uri: str) -> str | None:
    """What is stored of a post; None when it is not."""
    found = await home.db.read(statuses.find_by_uri, uri)
    return None if found is None else found.content


async def test_answers_to_known_posts_are_had_from_their_server_once(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, cows, ben = await home.person("amy"), beta.person("cows", kind="Group"), gamma.person("ben")
    await met(home, cows, amy)
    note = await a_thread(home, cows, ben)
    answer = ben.note("And water", inReplyTo=note["id"])
    said = answer | {"content": "<p>And poison</p>"}
    for _ in range(2):
        await home.receive(cows.signed(passed_on(cows, ben.activity("Create", said))))
    assert await text_of(home, answer["id"]) == "<p>And water</p>"
    assert gamma.times_asked(answer["id"]) == 1
    assert len(await boosts(home)) == 1


async def test_a_change_in_a_thread_is_taken_from_the_server_of_its_author(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, cows, ben = await home.person("amy"), beta.person("cows", kind="Group"), gamma.person("ben")
    await met(home, cows, amy)
    note = await a_thread(home, cows, ben)
    home.clock.forward(minutes=5)
    note |= {"content": "<p>Meadow at night</p>", "updated": "2026-11-21T12:04:00Z"}
    said = note | {"content": "<p>Meadow for sale</p>"}
    for _ in range(2):
        await home.receive(cows.signed(passed_on(cows, ben.activity("Update", said))))
    assert await text_of(home, note["id"]) == "<p>Meadow at night</p>"


async def test_mbin_says_when_a_post_changed_in_the_activity_alone(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, cows, ben = await home.person("amy"), beta.person("cows", kind="Group"), gamma.person("ben")
    await met(home, cows, amy)
    note = await a_thread(home, cows, ben)
    home.clock.forward(minutes=5)
    said = note | {"object": {"updated": "2026-11-21T12:04:00Z"}}
    await home.receive(cows.signed(passed_on(cows, ben.activity("Update", said))))
    before = await home.db.read(statuses.find_by_uri, note["id"])
    assert before is not None
    assert before.edited_at is None  # nothing else is there than before
    note["content"] = "<p>Meadow at night</p>"
    await home.receive(cows.signed(passed_on(cows, ben.activity("Update", said))))
    assert await text_of(home, note["id"]) == "<p>Meadow at night</p>"


async def test_a_post_is_deleted_only_where_its_own_server_says_so(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, cows, ben = await home.person("amy"), beta.person("cows", kind="Group"), gamma.person("ben")
    await met(home, cows, amy)
    note = await a_thread(home, cows, ben)
    delete = ben.activity("Delete", note["id"])
    await home.receive(cows.signed(passed_on(cows, delete)))
    assert await text_of(home, note["id"]) == "<p>Meadow at noon</p>"
    gamma.serve({"@context": note["@context"], "id": note["id"], "type": "Tombstone"})  # NodeBB and Discourse keep it so
    for _ in range(2):
        await home.receive(cows.signed(passed_on(cows, delete)))
    assert await text_of(home, note["id"]) is None
    assert await boosts(home) == []


async def test_a_post_without_readers_has_those_of_its_authors_own_activity(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, cows, ben = await home.person("amy"), beta.person("cows", kind="Group"), gamma.person("ben")
    await met(home, cows, amy)
    cat = gamma.person("cat")
    for who, boosted in ((cat, 0), (ben, 1)):  # an activity of somebody else says nothing of it
        note = ben.note("Meadow at noon", to=None, cc=None)
        served = gamma.serve(who.activity("Create", note, to=[PUBLIC]))
        await home.receive(cows.signed(passed_on(cows, served)))
        assert len(await boosts(home)) == boosted
