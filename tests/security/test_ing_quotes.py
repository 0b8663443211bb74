"""The table of security, section 9: QuoteRequest and stamps (GHSA-8h43-rcqj-wpc6, CVE-2026-33869)."""

from __future__ import annotations

from typing import Any

from fedisw.jobs.quotes import AnswerQuote, FetchQuoted
from fedisw.model.accounts import Account
from fedisw.model.quotes import Quote, QuoteState
from fedisw.model.statuses import Status, Visibility
from fedisw.storage.queries import quotes, statuses
from tests.federation import reading
from tests.security.arriving import IGNORED, ONE, met
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import Actor, Document, PeerServer


async def quote_of(home: Home, uri: str) -> Quote | None:
    """How far the quote in a stored post is agreed to."""
    stored = await home.db.read(statuses.find_by_uri, uri)
    return None if stored is None else await home.db.read(quotes.find, stored.id)


async def state_of(home: Home, uri: str) -> QuoteState | None:
    found = await quote_of(home, uri)
    return None if found is None else found.state


def request(ben: Actor, post: Status, **members: Any) -> Document:
    """A QuoteRequest with the quoting note inside."""
    note = ben.note("Look", quote=post.uri, **members)
    return ben.activity("QuoteRequest", post.uri, instrument=note)


def stamp(by: Actor, quoting_uri: str, quoted_uri: str, **members: Any) -> Document:
    """A stamp on the server of somebody."""
    number = len(by.server.asked) + len(quoting_uri)
    base = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{by.server.origin}/stamps/{number}",
        "type": "QuoteAuthorization",
        "attributedTo": by.uri,
        "interactingObject": quoting_uri,
        "interactionTarget": quoted_uri,
    }
    return by.server.serve(base | members)


async def answers(home: Home) -> list[bool]:
    """Yes or no to each request so far."""
    return [bool(job.stamp) for job in home.done if isinstance(job, AnswerQuote)]


@ONE
async def test_ing_quote_requests_are_answered_by_the_policy_of_the_post(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await met(home, ben, amy)
    for who, policy, agreed in (
        (ben, "public", True), (ben, "", False), (ben, "followers", True), (gil, "followers", False), (gil, "public", True),
    ):  # fmt: skip
        post = await home.db.write(factories.post, amy, "x", quote_policy=policy)
        asked = request(who, post)
        await home.receive(who.signed(asked))
        assert (await answers(home))[-1] is agreed, policy
        expected = QuoteState.ACCEPTED if agreed else QuoteState.PENDING
        assert await state_of(home, asked["instrument"]["id"]) is expected
    hidden = await home.db.write(factories.post, amy, "x", visibility=Visibility.PRIVATE)
    local = await home.db.write(factories.post, amy, "x", local_only=True, quote_policy="public")
    before = len(await answers(home))
    for post in (hidden, local):
        await home.receive(gil.signed(request(gil, post)))
        assert (await reading.last_end(home))[0] is IGNORED  # not even a no, which would say that it is there
    assert len(await answers(home)) == before
    forged = gil.note("Not by ben", quote=post.uri)
    open_post = await home.db.write(factories.post, amy, "x", quote_policy="public")
    await home.receive(ben.signed(ben.activity("QuoteRequest", open_post.uri, instrument=forged)))
    assert (await answers(home))[-1] is False
    elsewhere = ben.note("Quotes nothing")
    await home.receive(ben.signed(ben.activity("QuoteRequest", open_post.uri, instrument=elsewhere)))
    assert (await answers(home))[-1] is False


async def _theirs(home: Home, amy: Account, gil: Actor, **more: Any) -> tuple[Status, Document]:
    """A post of gil's that amy quotes, without consent so far."""
    await met(home, gil, amy)
    note = gil.note(
        "Theirs", interactionPolicy={"canQuote": {"automaticApproval": ["https://www.w3.org/ns/activitystreams#Public"]}}
    )
    await home.receive(gil.signed(gil.activity("Create", note)))
    known = await home.db.read(statuses.find_by_uri, note["id"])
    assert known is not None
    made = await home.db.write(factories.post, amy, "Mine", quoted_id=known.id, **more)
    return made, note


@ONE
async def test_ing_a_stamp_holds_only_from_the_quoted_author_for_this_quote(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    made, note = await _theirs(home, amy, gil)
    asked = f"https://home.test/ap/activities/{made.id}-quote"
    wrong = [
        stamp(ben, made.uri, note["id"]),
        stamp(gil, "https://home.test/ap/objects/1", note["id"]),
        stamp(gil, made.uri, f"{gamma.origin}/notes/other"),
        stamp(gil, made.uri, note["id"], attributedTo=f"{gamma.origin}/users/else"),
        gil.note("No stamp at all"),
    ]
    for number, document in enumerate(wrong):
        document["id"] = f"{document['id']}-{number}"
        (ben if number == 0 else gil).server.serve(document)
        await home.receive(gil.signed(gil.activity("Accept", asked, result=document["id"])))
        assert (await reading.last_end(home))[0] is IGNORED
        assert await state_of(home, made.uri) is QuoteState.PENDING
    good = stamp(gil, made.uri, note["id"])
    await met(home, ben, amy)
    await home.receive(ben.signed(ben.activity("Accept", asked, result=good["id"])))
    assert await state_of(home, made.uri) is QuoteState.PENDING
    await home.receive(
        gil.signed(
            gil.activity(
                "Accept",
                {"id": asked, "type": "QuoteRequest", "actor": amy.uri, "object": note["id"], "instrument": made.uri},
                result=good["id"],
            )
        )
    )
    found = await quote_of(home, made.uri)
    assert found is not None
    assert (found.state, found.approval_uri) == (QuoteState.ACCEPTED, good["id"])
    await home.receive(ben.signed(ben.activity("Delete", good["id"])))
    assert await state_of(home, made.uri) is QuoteState.ACCEPTED
    await home.receive(gil.signed(gil.activity("Delete", good["id"])))
    assert await state_of(home, made.uri) is QuoteState.REVOKED
    await home.receive(gil.signed(gil.activity("Accept", asked, result=good["id"])))
    assert await state_of(home, made.uri) is QuoteState.REVOKED


@ONE
async def test_ing_a_no_comes_from_the_quoted_author_only(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    made, _ = await _theirs(home, amy, gil)
    await met(home, ben, amy)
    asked = f"https://home.test/ap/activities/{made.id}-quote"
    await home.receive(ben.signed(ben.activity("Reject", asked)))
    assert await state_of(home, made.uri) is QuoteState.PENDING
    await home.receive(gil.signed(gil.activity("Reject", asked)))
    assert await state_of(home, made.uri) is QuoteState.REJECTED


@ONE
async def test_ing_a_quote_of_third_parties_is_shown_with_a_stamp_or_by_an_open_policy(
    home: Home, beta: PeerServer, gamma: PeerServer
):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await met(home, ben, amy)
    everybody = {"canQuote": {"automaticApproval": ["https://www.w3.org/ns/activitystreams#Public"]}}
    silent, open_note = gil.note("Silent"), gil.note("Open", interactionPolicy=everybody)
    for quoted, members, state in (
        (silent, {"quote": silent["id"]}, QuoteState.PENDING),
        (silent, {"quoteUrl": silent["id"]}, QuoteState.PENDING),
        (open_note, {"_misskey_quote": open_note["id"]}, QuoteState.ACCEPTED),
        (open_note, {"quoteUri": open_note["id"]}, QuoteState.ACCEPTED),
        (open_note, {"quote": open_note["id"]}, QuoteState.PENDING),
        (silent, {"quote": silent["id"], "quoteAuthorization": f"{beta.origin}/stamps/own"}, QuoteState.PENDING),
    ):
        note = ben.note("Look", **members)
        stamp(ben, note["id"], quoted["id"], id=f"{beta.origin}/stamps/own")
        await home.receive(ben.signed(ben.activity("Create", note)))
        assert await state_of(home, note["id"]) is state, members
    stamped = ben.note("Look")
    good = stamp(gil, stamped["id"], silent["id"])
    stamped |= {"quote": silent["id"]}
    ben.server.serve(stamped)
    await home.receive(ben.signed(ben.activity("Create", stamped)))
    assert await state_of(home, stamped["id"]) is QuoteState.PENDING
    later = stamped | {"quoteAuthorization": good["id"]}
    ben.server.serve(later)
    await home.receive(ben.signed(ben.activity("Update", later)))
    assert await state_of(home, stamped["id"]) is QuoteState.ACCEPTED


@ONE
async def test_ing_quotes_are_fetched_two_deep_and_circles_end(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await met(home, ben, amy)
    first = gil.note("1")
    chain = [first]
    for number in range(2, 6):
        chain.append(gil.note(str(number), quote=chain[-1]["id"]))
    gamma.serve(first | {"quote": chain[-1]["id"]})
    await home.receive(ben.signed(ben.activity("Create", ben.note("0", quote=chain[-1]["id"]))))
    known = [await reading.post(home, note) is not None for note in reversed(chain)]
    assert known == [True, True, False, False, False]
    assert sum(isinstance(job, FetchQuoted) for job in home.done) == 2
