"""Polls, ours and theirs: statement 82 of the federation reference."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.conformance.meeting import Meeting
from tests.conformance.meeting import meeting as meeting
from tests.security.arriving import ONE
from tests.support.peers import Actor, Document

DAY = 86_400  # seconds


def stamp(meeting: Meeting, seconds: int) -> str:
    """A time after now, as documents say it."""
    return (meeting.fediverse.clock() + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def votes(actor: Actor, poll: Document, *options: str) -> list[Document]:
    """Votes as notes with nothing but a name."""
    base = actor.note(inReplyTo=poll["uri"], to=[poll["author"]], cc=None, content=None, published=None)
    return [base | {"id": f"{base['id']}-{number}", "name": option} for number, option in enumerate(options)]


async def vote(meeting: Meeting, actor: Actor, poll: Document, *options: str, together: bool = False) -> None:
    """Send votes: one Create each, or (GoToSocial) all in one."""
    made = votes(actor, poll, *options)
    for thing in [made] if together else made:
        await meeting.send(actor, actor.activity("Create", thing, to=[poll["author"]]))


async def ask(meeting: Meeting, *options: str, **more: Any) -> Document:
    """Amy asks; what a client is told of the post, with her id."""
    form = {"options": list(options), "expires_in": DAY} | more
    return await meeting.post(status="Which one?", poll=form) | {"author": meeting.amy}


async def counts(meeting: Meeting, poll: Document) -> tuple[list[int], int]:
    """Votes of the options, and voters, as a client is told."""
    found = (await meeting.shown(poll["uri"]))["poll"]
    return [option["votes_count"] for option in found["options"]], found["voters_count"]


def updates(meeting: Meeting) -> list[Document]:
    """Versions of posts that beta.test got."""
    return [item["object"] for item in meeting.beta.taken if item["type"] == "Update" and item["object"]["type"] == "Question"]


@ONE
async def test_082_polls_are_asked_answered_told_and_closed_both_ways(meeting: Meeting):
    ben, eve = meeting.ben, meeting.eve
    await meeting.befriend(ben)
    for actor in (ben, eve):
        await meeting.followed_by(actor)
    await _ours_with_one_choice(meeting)
    await _ours_with_many(meeting)
    await _theirs(meeting)


async def _ours_with_one_choice(meeting: Meeting) -> None:
    ben, eve, gil = meeting.ben, meeting.eve, meeting.gil
    poll = await ask(meeting, "Tea", "Coffee")
    sent = meeting.beta.taken[-1]["object"]
    assert (sent["type"], [one["name"] for one in sent["oneOf"]]) == ("Question", ["Tea", "Coffee"])
    assert [one["replies"] for one in sent["oneOf"]] == [{"type": "Collection", "totalItems": 0}] * 2
    assert (sent["votersCount"], "endTime" in sent, "closed" in sent) == (0, True, False)
    told = len(updates(meeting))
    await vote(meeting, ben, poll, "Coffee")
    for again in ("Coffee", "Tea", "Milk"):
        await vote(meeting, ben, poll, again)
    await vote(meeting, eve, poll, "Tea", "Coffee", together=True)
    for stranger in (gil,):
        made = votes(stranger, poll, "Tea")[0]
        await meeting.send(ben, ben.activity("Create", made))  # in another's name
    assert await counts(meeting, poll) == ([1, 1], 2)
    assert await meeting.told() == [("follow", "eve@beta.test"), ("follow", "ben@beta.test")]
    assert await meeting.us.ask(f"/api/v1/statuses/{poll['id']}/context") == {"ancestors": [], "descendants": []}
    assert len(updates(meeting)) == told  # debounced
    meeting.fediverse.clock.forward(seconds=61)
    await meeting.fediverse.settle()
    (update,) = updates(meeting)[told:]
    assert [one["replies"]["totalItems"] for one in update["oneOf"]] == [1, 1]
    assert (update["votersCount"], "updated" in update) == (2, False)
    meeting.fediverse.clock.forward(seconds=DAY)
    await meeting.fediverse.settle()
    await vote(meeting, gil, poll, "Tea")
    meeting.fediverse.clock.forward(seconds=61)
    await meeting.fediverse.settle()
    (last,) = updates(meeting)[told + 1 :]
    assert last["closed"] == last["endTime"]
    assert await counts(meeting, poll) == ([1, 1], 2)
    assert (await meeting.shown(poll["uri"]))["poll"]["expired"] is True
    ended = await meeting.us.ask("/api/v1/notifications?types[]=poll")
    assert [item["status"]["id"] for item in ended] == [poll["id"]]


async def _ours_with_many(meeting: Meeting) -> None:
    ben, eve = meeting.ben, meeting.eve
    poll = await ask(meeting, "Tea", "Coffee", "Milk", multiple=True)
    assert [one["name"] for one in meeting.beta.taken[-1]["object"]["anyOf"]] == ["Tea", "Coffee", "Milk"]
    await vote(meeting, ben, poll, "Tea", "Milk", together=True)
    await vote(meeting, eve, poll, "Milk")
    await vote(meeting, eve, poll, "Coffee", "Milk", "Nothing")
    assert await counts(meeting, poll) == ([1, 1, 2], 2)
    secret = await ask(meeting, "Yes", "No", hide_totals=True)
    await vote(meeting, ben, secret, "Yes")
    meeting.fediverse.clock.forward(seconds=61)
    await meeting.fediverse.settle()
    hidden = next(one for one in reversed(updates(meeting)) if one["id"] == secret["uri"])
    assert [one["replies"]["totalItems"] for one in hidden["oneOf"]] == [0, 0]


def options(**counted: int) -> list[Document]:
    return [{"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": n}} for name, n in counted.items()]


async def _theirs(meeting: Meeting) -> None:
    us, ben, eve = meeting.us, meeting.ben, meeting.eve
    question = ben.note("Which?", type="Question", anyOf=options(Tea=3, Milk=1), endTime=stamp(meeting, DAY), votersCount=3)
    await meeting.create(ben, question)
    poll = (await meeting.shown(question))["poll"]
    assert [(one["title"], one["votes_count"]) for one in poll["options"]] == [("Tea", 3), ("Milk", 1)]
    assert (poll["multiple"], poll["voters_count"], poll["expired"]) == (True, 3, False)
    told = len(meeting.beta.taken)
    mine = await us.do(f"/api/v1/polls/{poll['id']}/votes", json={"choices": [0, 1]})
    await meeting.fediverse.settle()
    again = await us.call("POST", f"/api/v1/polls/{poll['id']}/votes", json={"choices": [1]})
    assert (mine["own_votes"], again.status) == ([0, 1], 422)
    sent = [item for item in meeting.beta.taken[told:] if item["type"] == "Create"]
    assert [(item["object"]["name"], item["object"]["inReplyTo"]) for item in sent] == [
        ("Tea", question["id"]),
        ("Milk", question["id"]),
    ]
    for item in sent:
        assert item["to"] == item["object"]["to"] == [ben.uri]
        assert {"cc", "content"}.isdisjoint(item["object"])
    tallies = question | {"anyOf": options(Tea=9, Milk=4), "votersCount": 10}
    await meeting.send(eve, eve.activity("Update", tallies | {"anyOf": options(Tea=90, Milk=40)}))
    await meeting.send(ben, ben.activity("Update", tallies))
    shown = await meeting.shown(question)
    assert [one["votes_count"] for one in shown["poll"]["options"]] == [9, 4]
    assert (shown["edited_at"], shown["poll"]["own_votes"], shown["poll"]["voters_count"]) == (None, [0, 1], 10)
    changed = tallies | {"anyOf": options(Tea=0, Water=0), "updated": stamp(meeting, 0), "votersCount": 0}
    await meeting.send(ben, ben.activity("Update", changed))
    shown = (await meeting.shown(question))["poll"]
    assert [(one["title"], one["votes_count"]) for one in shown["options"]] == [("Tea", 0), ("Water", 0)]
    assert (shown["voted"], shown["own_votes"]) == (False, [])
    await meeting.send(ben, ben.activity("Update", changed | {"closed": stamp(meeting, 0), "endTime": stamp(meeting, 0)}))
    closed = (await meeting.shown(question))["poll"]
    late = await us.call("POST", f"/api/v1/polls/{closed['id']}/votes", json={"choices": [0]})
    assert (closed["expired"], late.status) == (True, 422)
    many = ben.note("Too many", type="Question", oneOf=options(**{f"o{number}": 0 for number in range(21)}))
    assert (await meeting.shown(await meeting.create(ben, many)))["poll"] is None
