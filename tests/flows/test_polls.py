"""Polls that change before they end."""

from __future__ import annotations

from tests.conformance.meeting import Meeting
from tests.conformance.meeting import meeting as meeting
from tests.conformance.test_polls import DAY, ask, counts, options, stamp, updates, vote
from tests.security.arriving import ONE


@ONE
async def test_a_poll_that_ends_another_time_tells_its_voters_then(meeting: Meeting):
    us, ben = meeting.us, meeting.ben
    await meeting.befriend(ben)
    question = ben.note("Which?", type="Question", oneOf=options(Tea=0, Milk=0), endTime=stamp(meeting, DAY))
    await meeting.create(ben, question)
    poll_id = (await meeting.shown(question))["poll"]["id"]
    await us.do(f"/api/v1/polls/{poll_id}/votes", json={"choices": [0]})
    await meeting.send(ben, ben.activity("Update", question | {"endTime": stamp(meeting, 2 * DAY)}))
    meeting.fediverse.clock.forward(seconds=DAY + 60)
    await meeting.fediverse.settle()
    assert await meeting.told() == []
    await meeting.send(ben, ben.activity("Update", question | {"endTime": stamp(meeting, 2 * DAY), "closed": stamp(meeting, 0)}))
    meeting.fediverse.clock.forward(seconds=3 * DAY)
    await meeting.fediverse.settle()
    assert await meeting.told() == [("poll", "ben@beta.test")]


@ONE
async def test_a_poll_of_ours_with_other_options_ends_as_well(meeting: Meeting):
    await meeting.followed_by(meeting.ben)
    poll = await ask(meeting, "Tea", "Coffee")
    await vote(meeting, meeting.ben, poll, "Tea")
    changed = {"status": "Which one?", "poll": {"options": ["Tea", "Milk"], "expires_in": DAY}}
    await meeting.us.do(f"/api/v1/statuses/{poll['id']}", method="PUT", json=changed)
    await meeting.fediverse.settle()
    assert await counts(meeting, poll) == ([0, 0], 0)
    meeting.fediverse.clock.forward(seconds=DAY)
    await meeting.fediverse.settle()
    meeting.fediverse.clock.forward(seconds=61)
    await meeting.fediverse.settle()
    last = updates(meeting)[-1]
    assert ([one["name"] for one in last["oneOf"]], "closed" in last) == (["Tea", "Milk"], True)
    assert ("poll", "amy") in await meeting.told()
