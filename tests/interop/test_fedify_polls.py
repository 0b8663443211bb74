"""Polls and quotes between ours and a Fedify server: amy is ours, ben is theirs."""

from __future__ import annotations

from typing import Any

from tests.interop.servers import PUBLIC, Json, Ours, Theirs, eventually
from tests.interop.turns import ONCE, ONCE_MORE

ENDS = {"at": "2099-01-01T00:00:00Z"}


def option(name: str, votes: int = 0) -> Json:
    """One answer of a Question."""
    return {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": votes}}


def counted(question: Json, options: str) -> dict[str, int]:
    """Votes by answer."""
    return {one["name"]: one["replies"]["totalItems"] for one in question[options]}


async def vote(theirs: Theirs, ours: Ours, question: str, name: str, **more: Any) -> None:
    """Ben's vote for one answer."""
    amy = [ours.account.uri]
    await theirs.post(to=amy, name=name, replyTarget=question, tos=amy, ccs=[], **more)


@ONCE
async def test_we_vote_in_their_poll_and_see_its_counts(ours: Ours, theirs: Theirs) -> None:
    await ours.follow(theirs.handle())
    options = [option("Tuesday"), option("Friday", 2)]
    uri = await theirs.post(type="Question", content="<p>When?</p>", exclusiveOptions=options, voters=2, endTime=ENDS)
    seen = await ours.newest()
    poll = seen["poll"]
    assert (seen["uri"], poll["multiple"], poll["expired"]) == (uri, False, False)
    assert [(one["title"], one["votes_count"]) for one in poll["options"]] == [("Tuesday", 0), ("Friday", 2)]
    voted = await ours.do(f"/api/v1/polls/{poll['id']}/votes", choices=[0])
    assert (voted["voted"], voted["own_votes"]) == (True, [0])
    ballot = (await theirs.first("Create"))["object"]
    assert (ballot["type"], ballot["name"], ballot["inReplyTo"]) == ("Note", "Tuesday", uri)
    assert "content" not in ballot
    assert PUBLIC not in str(ballot)
    changed = {"exclusiveOptions": [option("Tuesday", 1), option("Friday", 2)], "voters": 3}
    await theirs.do("edit", by="ben", uri=uri, changes=changed)

    async def counts() -> bool:
        now = await ours.ask(f"/api/v1/polls/{poll['id']}")
        return [one["votes_count"] for one in now["options"]] == [1, 2] and now["voters_count"] == 3

    await eventually(counts)


@ONCE_MORE
async def test_they_vote_in_our_poll_once_and_get_its_counts(ours: Ours, theirs: Theirs) -> None:
    await theirs.follow(ours.handle)
    poll = {"options": ["Tuesday", "Friday"], "expires_in": 86_400}
    post = await ours.do("/api/v1/statuses", status="When?", poll=poll)
    question = (await theirs.first("Create"))["object"]
    assert (question["type"], counted(question, "oneOf")) == ("Question", {"Tuesday": 0, "Friday": 0})
    await vote(theirs, ours, post["uri"], "Friday")
    await vote(theirs, ours, post["uri"], "Tuesday")
    await vote(theirs, ours, post["uri"], "Never")
    await theirs.send("Like", to=[ours.account.uri], object=post["uri"])
    await ours.notified("favourite")
    fetched = await theirs.do("find", what=post["uri"])
    assert (counted(fetched, "oneOf"), fetched["votersCount"]) == ({"Tuesday": 0, "Friday": 1}, 1)
    assert (await ours.ask(f"/api/v1/statuses/{post['id']}"))["replies_count"] == 0


@ONCE
async def test_several_answers_come_one_by_one(ours: Ours, theirs: Theirs) -> None:
    await ours.follow(theirs.handle())
    options = [option("Tuesday"), option("Friday"), option("Sunday")]
    await theirs.post(type="Question", content="<p>When?</p>", inclusiveOptions=options, voters=0, endTime=ENDS)
    poll = (await ours.newest())["poll"]
    assert poll["multiple"] is True
    await ours.do(f"/api/v1/polls/{poll['id']}/votes", choices=[0, 2])
    ballots = await theirs.came("Create", 2)
    assert {one["object"]["name"] for one in ballots} == {"Tuesday", "Sunday"}
    post = await ours.do("/api/v1/statuses", status="Where?", poll={"options": ["a", "b"], "expires_in": 900, "multiple": True})
    for name in ("a", "b"):
        await vote(theirs, ours, post["uri"], name)

    async def both() -> bool:
        now = (await ours.ask(f"/api/v1/statuses/{post['id']}"))["poll"]
        return bool([one["votes_count"] for one in now["options"]] == [1, 1] and now["voters_count"] == 1)

    await eventually(both)


@ONCE_MORE
async def test_they_ask_to_quote_us_and_get_a_stamp_or_a_refusal(ours: Ours, theirs: Theirs) -> None:
    amy = [ours.account.uri]
    post = await ours.do("/api/v1/statuses", status="Supervision", quote_approval_policy="public")
    quote = await theirs.do("store", by="ben", object={"content": "<p>Worth reading</p>", "quote": post["uri"]})
    await theirs.send("QuoteRequest", to=amy, object=post["uri"], instrument={"stored": quote})
    accept = await theirs.first("Accept")
    assert (accept["object"]["type"], accept["object"]["object"]) == ("QuoteRequest", post["uri"])
    stamp = await theirs.do("find", what=accept["result"])
    assert (stamp["type"], stamp["interactingObject"], stamp["interactionTarget"]) == ("QuoteAuthorization", quote, post["uri"])
    assert stamp["attributedTo"] == ours.account.uri
    assert (await ours.notified("quote"))["status"]["uri"] == quote
    closed = await ours.do("/api/v1/statuses", status="Mine", quote_approval_policy="nobody")
    other = await theirs.do("store", by="ben", object={"content": "<p>Look</p>", "quote": closed["uri"]})
    await theirs.send("QuoteRequest", to=amy, object=closed["uri"], instrument={"stored": other})
    assert (await theirs.first("Reject"))["object"]["object"] == closed["uri"]
    (known,) = await ours.ask(f"/api/v1/statuses/{post['id']}/quotes")
    await ours.do(f"/api/v1/statuses/{post['id']}/quotes/{known['id']}/revoke")
    deleted = await theirs.first("Delete")
    assert deleted["object"] == accept["result"] or deleted["object"]["id"] == accept["result"]
    assert "was not found" in await theirs.fails("find", what=accept["result"], **{"as": "ben"})


@ONCE
async def test_we_ask_to_quote_them_and_show_it_with_their_stamp(ours: Ours, theirs: Theirs, ben: str) -> None:
    await ours.follow(theirs.handle())
    rule = {"type": "InteractionRule", "automaticApproval": PUBLIC}
    policy = {"type": "InteractionPolicy", "canQuote": rule}
    uri = await theirs.post(content="<p>Groups that listen</p>", interactionPolicy=policy)
    seen = await ours.newest()
    made = await ours.do("/api/v1/statuses", status="Worth reading", quoted_status_id=seen["id"])
    assert made["quote"]["state"] == "pending"
    request = await theirs.first("QuoteRequest")
    assert (request["object"], request["instrument"]["id"]) == (uri, made["uri"])
    stamp = {"type": "QuoteAuthorization", "interactingObject": made["uri"], "interactionTarget": uri, "tos": [], "ccs": []}
    result = await theirs.do("store", by="ben", object=stamp)
    answered = {"type": "QuoteRequest", "id": request["id"], "actor": ours.account.uri, "object": uri, "instrument": made["uri"]}
    await theirs.send("Accept", to=[ours.account.uri], object=answered, result=result)

    async def shown() -> bool:
        quote = (await ours.ask(f"/api/v1/statuses/{made['id']}"))["quote"]
        return bool(quote["state"] == "accepted" and quote["quoted_status"]["uri"] == uri)

    await eventually(shown)
    await theirs.do("forget", uri=result)
    await theirs.send("Delete", to=[ours.account.uri], object=result)

    async def revoked() -> bool:
        return (await ours.ask(f"/api/v1/statuses/{made['id']}"))["quote"]["state"] == "revoked"

    await eventually(revoked)
