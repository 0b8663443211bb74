"""Announce of a whole activity, as groups elsewhere pass on what their members do (FEP-1b12; federation, section 6.1)."""

from __future__ import annotations

import pytest

from fedisw.model.peers import InboundState
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
