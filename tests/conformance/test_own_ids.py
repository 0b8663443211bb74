"""What is ours stays ours, whatever others write: statements 124 and 126."""

from __future__ import annotations

import orjson
import pytest
from aiohttp import FormData

from fedisw.federation import fetch, resolve
from fedisw.media.keys import new_key
from fedisw.media.probe import Kind
from fedisw.model.errors import FediswError, NotFound
from fedisw.net.answer import is_kind
from fedisw.net.limits import AS2_ACCEPT, AS2_KINDS
from fedisw.storage.queries import accounts, statuses
from tests.conformance.refusing import nothing_follows
from tests.media.pictures import telltale
from tests.net.servers import Names
from tests.security.arriving import ONE, met
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import AJ, AS, PUBLIC, Answer, PeerServer
from tests.support.reading import LD
from tests.web.mastodon.conftest import Api

OURS = "https://home.test"
SPELLINGS = (
    "https://home.test/x",
    "https://HOME.test/x",
    "https://home.test:443/x",
    "https://home.test./x",
    "https://Home.Test:443/",
)


@ONE
async def test_124_nobody_elsewhere_speaks_for_an_id_of_ours(home: Home, names: Names, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    await met(home, ben, amy)
    hers = await home.db.write(factories.post, amy, "Hers")
    unknown = f"{OURS}/ap/objects/987654321"
    profile = {
        "@context": AS,
        "id": amy.uri,
        "type": "Person",
        "preferredUsername": "amy",
        "name": "Forged",
        "inbox": f"{ben.uri}/x",
    }
    forged = {"id": unknown, "type": "Note", "attributedTo": ben.uri, "content": "Forged", "to": [PUBLIC], "cc": [amy.uri]}
    for served in (forged, {**forged, "attributedTo": amy.uri}, profile):
        beta.answer("/lies", Answer(body=orjson.dumps(served)))
        async with nothing_follows(home, beta, fetching=("https://beta.test/lies",)):
            with pytest.raises(FediswError):
                await resolve.thing(home.peer, "https://beta.test/lies")
    by_amy = {"actor": amy.uri, "id": f"{OURS}/ap/activities/1"}
    activities = [
        ben.activity("Create", forged),
        ben.activity("Create", forged | {"id": hers.uri}),
        ben.activity("Create", forged | {"attributedTo": amy.uri}),
        ben.activity("Create", unknown),
        ben.activity("Create", ben.note("Hello") | {"id": unknown}, **by_amy),
        ben.activity("Update", forged | {"id": hers.uri, "content": "Changed"}),
        ben.activity("Update", profile),
        ben.activity("Update", profile, **by_amy),
        ben.activity("Delete", hers.uri),
        ben.activity("Delete", amy.uri, **by_amy),
        ben.activity("Follow", ben.uri, **by_amy),
        ben.activity("Announce", unknown, to=[PUBLIC]),
        ben.activity("Like", unknown),
        ben.activity("Like", hers.uri, id=f"{OURS}/ap/activities/2"),
        ben.activity("Add", unknown, target=f"{amy.uri}/featured"),
        ben.activity("Move", amy.uri, target=ben.uri, **by_amy),
    ]
    async with nothing_follows(home, beta, keeping=("inbound", "replays", "jobs")):  # kept with the reason why it is ignored
        for activity in activities:
            assert await home.take(ben.signed(activity)) == 202, activity
    kept, known = await home.db.read(statuses.find_by_uri, hers.uri), await home.db.read(accounts.find_by_uri, amy.uri)
    assert kept is not None
    assert known is not None
    assert kept.content == hers.content
    assert (known.display_name, known.deleted_at, known.moved_to_uri) == (amy.display_name, None, amy.moved_to_uri)
    for url in SPELLINGS:
        with pytest.raises(FediswError):
            await fetch.document(home.peer, url)
        with pytest.raises(FediswError):
            await home.take(ben.signed(ben.activity("Follow", amy.uri), key_id=f"{url}#main-key"))
    assert {name.rstrip(".").lower() for name in names.asked} == {"beta.test"}


@ONE
async def test_126_files_are_never_documents_whatever_was_uploaded(api: Api):
    await api.join("amy")
    note = orjson.dumps({"@context": AS, "id": "https://alpha.test/x", "type": "Note", "attributedTo": "https://alpha.test/amy"})
    for data in (note, b"GIF89a" + note, telltale("PNG")[:60] + note, b"<?xml version='1.0'?>" + note):
        for kind in (AJ, LD, "image/png", "application/octet-stream"):
            form = FormData()
            form.add_field("file", data, filename="x.json", content_type=kind)
            assert (await api.call("POST", "/api/v2/media", "amy", data=form)).status == 422, kind
    assert await api.runtime.store.usage() == {}
    form = FormData()
    form.add_field("file", telltale("PNG") + note, filename="x.json", content_type=AJ)
    made = await api.call("POST", "/api/v2/media", "amy", data=form)
    assert made.status == 200
    for url in (made.json["url"], made.json["preview_url"]):
        for accept in (AS2_ACCEPT, AJ, LD):
            async with api.client.get(url.removeprefix("https://alpha.test"), headers={"Accept": accept}) as answer:
                assert (answer.status, answer.headers["X-Content-Type-Options"]) == (200, "nosniff")
                assert answer.content_type.startswith("image/")
                assert not is_kind(answer.headers["Content-Type"], AS2_KINDS)
                assert b"attributedTo" not in await answer.read()
    for kind in Kind:
        assert kind.media_type.split("/")[0] in ("image", "video", "audio")
        assert not is_kind(kind.media_type, AS2_KINDS)
        assert not new_key(kind).endswith("json")
    with pytest.raises(NotFound):
        await fetch.document(api.runtime.peer, made.json["url"])
