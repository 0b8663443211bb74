"""Statements 62 and 63: what is not for everybody carries no signatures of its own; our ids lead to what they name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from fedisw.crypto import cavage
from tests.conformance.posting import post_to
from tests.security.arriving import ONE
from tests.support.fediverse import Fediverse, Server
from tests.support.peers import Actor, Document, PeerServer, serving_peer

pytestmark = ONE
AJ = "application/activity+json"
CARRIED = {"proof", "signature"}


@dataclass(slots=True, kw_only=True)
class Story:
    """Amy's server, and ben's and gil's; ben follows amy and she follows ben, gil knows nobody."""

    fediverse: Fediverse
    alpha: Server
    beta: PeerServer
    ben: Actor
    gil: Actor

    async def does(self, path: str, **json: Any) -> Any:
        """Amy does something, and all that follows is done."""
        made = await self.alpha.do(path, json=json, method="DELETE" if path.count("/") == 4 and not json else "POST")
        await self.fediverse.settle()
        return made

    async def get(self, uri: str, by: Actor | None) -> tuple[int, bytes]:
        """What a server, or nobody in particular, is answered at an id of ours."""
        path = uri.removeprefix("https://alpha.test")
        headers = {"Host": "alpha.test", "Accept": AJ}
        if by is not None:
            headers |= cavage.sign(method="GET", url=uri, key_id=by.key_id, key=by.key, now=self.fediverse.clock())
        address = f"https://127.0.0.1:{self.alpha.port}{path}"
        async with self.alpha.session.get(address, headers=headers, server_hostname="alpha.test") as answer:
            return answer.status, await answer.read()


@asynccontextmanager
async def a_story(fediverse: Fediverse) -> AsyncIterator[Story]:
    alpha = await fediverse.start("alpha.test", username="amy", FEDISW_FEDERATION_LD_SIGNATURES="auto")
    async with (
        serving_peer(fediverse.names, "beta.test", fediverse.clock) as beta,
        serving_peer(fediverse.names, "gamma.test", fediverse.clock) as gamma,
    ):
        ben = beta.person("ben")
        story = Story(fediverse=fediverse, alpha=alpha, beta=beta, ben=ben, gil=gamma.person("gil"))
        await post_to(alpha, ben.signed(ben.activity("Follow", alpha.account.uri), to="https://alpha.test/inbox"))
        found = await alpha.ask("/api/v2/search?q=@ben@beta.test&resolve=true&type=accounts")
        await fediverse.settle()
        await story.does(f"/api/v1/accounts/{found['accounts'][0]['id']}/follow")
        follow = next(document for document in beta.taken if document["type"] == "Follow")
        await post_to(alpha, ben.signed(ben.activity("Accept", follow), to="https://alpha.test/inbox"))
        await fediverse.settle()
        yield story


async def test_062_what_is_not_for_everybody_carries_no_proof_and_no_signature(fediverse: Fediverse) -> None:
    async with a_story(fediverse) as story:
        for visibility in ("private", "direct"):
            posted = await story.does("/api/v1/statuses", status="@ben@beta.test A case", visibility=visibility)
            await story.does(f"/api/v1/statuses/{posted['id']}/favourite")
            await story.alpha.do(f"/api/v1/statuses/{posted['id']}", method="PUT", json={"status": "@ben@beta.test Less"})
            await fediverse.settle()
            await story.does(f"/api/v1/statuses/{posted['id']}")
        kinds = {document["type"] for document in story.beta.taken}
        assert {"Create", "Update", "Delete", "Follow", "Accept"} <= kinds
        for document in story.beta.taken:
            assert not CARRIED & document.keys(), document
        await story.does("/api/v1/statuses", status="For everybody", visibility="unlisted")
        assert story.beta.taken[-1].keys() >= CARRIED


async def _everything(story: Story) -> tuple[dict[str, str], str]:
    """Most kinds of activities that ben's server gets; the ids of the posts by their visibility, and ben's post here."""
    posts: dict[str, str] = {}
    for visibility in ("public", "unlisted", "private", "direct"):
        made = await story.does("/api/v1/statuses", status="@ben@beta.test Hello", visibility=visibility)
        posts[visibility] = made["uri"]
    note = story.ben.note("A question", type="Question", oneOf=[{"type": "Note", "name": name} for name in ("Yes", "No")])
    await post_to(story.alpha, story.ben.signed(story.ben.activity("Create", note), to="https://alpha.test/inbox"))
    await story.fediverse.settle()
    (seen,) = (await story.alpha.ask(f"/api/v2/search?type=statuses&q={note['id']}"))["statuses"]
    for word in ("favourite", "reblog"):
        await story.does(f"/api/v1/statuses/{seen['id']}/{word}")
    await story.does(f"/api/v1/polls/{seen['poll']['id']}/votes", choices=[0])
    return posts, str(seen["id"])


async def _check_all(story: Story, kinds: set[str]) -> None:
    """All that ben's server got since the last time; of these kinds at least."""
    bodies = {orjson.loads(body)["id"]: body for body in story.beta.bodies}
    story.beta.bodies.clear()
    assert {orjson.loads(body)["type"] for body in bodies.values()} >= kinds
    for uri, body in bodies.items():
        assert await story.get(uri, story.ben) == (200, body), uri
        await _hidden_from_others(story, uri, body)


async def test_063_activities_and_objects_are_found_at_their_ids_by_those_who_may(fediverse: Fediverse) -> None:
    async with a_story(fediverse) as story:
        posts, seen = await _everything(story)
        await _check_all(story, {"Create", "Follow", "Accept", "Like", "Announce"})
        for word in ("unfavourite", "unreblog"):
            await story.does(f"/api/v1/statuses/{seen}/{word}")
        await _check_all(story, {"Undo"})
        for visibility, uri in posts.items():
            status, body = await story.get(uri, story.ben)
            assert (status, orjson.loads(body)["id"]) == (200, uri)
            others = [(await story.get(uri, by))[0] for by in (None, story.gil)]
            assert others == ([200, 200] if visibility in ("public", "unlisted") else [404, 404])
        vote = next(document["object"] for document in story.beta.taken if "name" in _object(document))
        assert orjson.loads((await story.get(vote["id"], story.ben))[1])["name"] == "Yes"
        assert (await story.get(vote["id"], story.gil))[0] == 404


def _object(document: Document) -> Document:
    return document["object"] if isinstance(document["object"], dict) and document["type"] == "Create" else {}


async def _hidden_from_others(story: Story, uri: str, body: bytes) -> None:
    """Everybody gets what is for everybody; whoever it was not for learns nothing of the rest."""
    is_open = b"https://www.w3.org/ns/activitystreams#Public" in body.partition(b'"object"')[0]
    for by in (None, story.gil):
        assert await story.get(uri, by) == (200, body) if is_open else (await story.get(uri, by))[0] == 404, (uri, by)
