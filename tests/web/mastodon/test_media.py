"""Files through the client API."""

from __future__ import annotations

from dataclasses import replace

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer
from msgspec.structs import replace as replace_struct

from fedisw.live.buckets import Buckets
from fedisw.media.films import Films
from fedisw.media.keys import new_key
from fedisw.media.probe import Kind
from fedisw.model.media import Media, MediaKind
from fedisw.services import media as services
from fedisw.web.app import create_app
from fedisw.web.keys import BUCKETS, FILMS, SETTINGS
from tests.media.pictures import SECRET, animation, opened, telltale
from tests.web.mastodon.conftest import Answer, Api


def form(data: bytes, name: str = "photo.jpg", **fields: str) -> FormData:
    made = FormData()
    for key, value in fields.items():
        made.add_field(key, value)
    made.add_field("file", data, filename=name, content_type="application/octet-stream")
    return made


async def upload(api: Api, who: str, data: bytes, *, path: str = "/api/v2/media", **fields: str) -> Answer:
    return await api.call("POST", path, who, data=form(data, **fields))


def without_ffmpeg(api: Api) -> None:
    """As on a server where it is not installed."""
    temp = api.runtime.uploads
    app = api.client.server.app  # type: ignore[attr-defined]  # the test server's
    app._state[FILMS] = Films(temp=temp, images=api.runtime.images, programs=None)


async def fetched(api: Api, url: str) -> bytes:
    async with api.client.get(url.removeprefix("https://alpha.test")) as answer:
        assert answer.status == 200
        return await answer.read()


@pytest.mark.parametrize("path", ["/api/v1/media", "/api/v2/media"])
async def test_an_upload_shows_the_picture_and_nothing_of_its_author(api: Api, path: str) -> None:
    await api.join("amy")
    for kind in ("JPEG", "PNG", "GIF", "WEBP"):
        answer = await upload(api, "amy", telltale(kind), path=path, description="A door", focus="0.5,-0.25")
        assert answer.status == 200
        shown = answer.json
        assert (shown["type"], shown["description"]) == ("image", "A door")
        assert shown["meta"]["focus"] == {"x": 0.5, "y": -0.25}
        assert (shown["meta"]["original"]["width"], shown["meta"]["original"]["height"]) == (64, 48)
        assert shown["blurhash"]
        for url in (shown["url"], shown["preview_url"]):
            data = await fetched(api, url)
            assert SECRET.encode() not in data
            assert not opened(data).getexif()
        assert await api.ok("GET", f"/api/v1/media/{shown['id']}", "amy") == shown


async def test_a_moving_picture_moves_and_its_preview_does_not(api: Api) -> None:
    await api.join("amy")
    without_ffmpeg(api)
    shown = (await upload(api, "amy", animation())).json
    assert opened(await fetched(api, shown["url"])).n_frames == 3  # type: ignore[attr-defined]  # of a GIF
    assert getattr(opened(await fetched(api, shown["preview_url"])), "n_frames", 1) == 1


async def test_words_and_focus_change_until_the_file_is_posted(api: Api) -> None:
    await api.join("amy")
    file = (await upload(api, "amy", telltale("PNG"))).json
    assert (file["description"], "focus" in file["meta"]) == (None, False)
    path = f"/api/v1/media/{file['id']}"
    changed = await api.ok("PUT", path, "amy", json={"description": " A red door ", "focus": "9,-9"})
    assert (changed["description"], changed["meta"]["focus"]) == ("A red door", {"x": 1.0, "y": -1.0})
    kept = await api.ok("PUT", path, "amy", data={"focus": "0,0"})
    assert (kept["description"], "focus" in kept["meta"]) == ("A red door", False)
    post = await api.post("amy", "Look", media_ids=[file["id"]])
    assert [item["id"] for item in post["media_attachments"]] == [file["id"]]
    for method in ("GET", "PUT"):
        assert (await api.call(method, path, "amy")).status == 404
    refused = await api.call("DELETE", path, "amy")
    assert (refused.status, refused.json["error"]) == (422, "Media attachment is currently used by a status")


async def test_a_file_that_is_deleted_cannot_be_posted(api: Api) -> None:
    await api.join("amy")
    file = (await upload(api, "amy", telltale("PNG"))).json
    assert await api.ok("DELETE", f"/api/v1/media/{file['id']}", "amy") == {}
    assert (await api.call("DELETE", f"/api/v1/media/{file['id']}", "amy")).status == 404
    refused = await api.call("POST", "/api/v1/statuses", "amy", json={"status": "x", "media_ids": [file["id"]]})
    assert (refused.status, refused.json["error"]) == (422, "Media IDS not found or already attached to another post")


async def test_files_of_others_are_not_there(api: Api) -> None:
    await api.join("amy", "ben")
    file = (await upload(api, "amy", telltale("PNG"))).json
    path = f"/api/v1/media/{file['id']}"
    for method in ("GET", "PUT", "DELETE"):
        assert (await api.call(method, path, "ben")).status == 404
        assert (await api.call(method, path)).status == 401
    refused = await api.call("POST", "/api/v1/statuses", "ben", json={"status": "x", "media_ids": [file["id"]]})
    assert refused.status == 422


WRONG_TYPE = "Validation failed: File content type is invalid, File is invalid"
REFUSED = (
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", WRONG_TYPE),
    (b"<html>", WRONG_TYPE),
    (b"", WRONG_TYPE),
    (b"\x00\x00\x00\x20ftypisom" + bytes(100), WRONG_TYPE),
    (telltale("PNG")[:200], "File type of uploaded media could not be verified"),
)


async def test_what_is_no_picture_is_refused_in_the_words_that_clients_know(api: Api) -> None:
    await api.join("amy")
    without_ffmpeg(api)
    for data, error in REFUSED:
        answer = await upload(api, "amy", data)
        assert (answer.status, answer.json["error"]) == (422, error)
    assert await api.runtime.store.usage() == {}


async def test_a_form_without_a_file_and_words_that_are_too_long(api: Api) -> None:
    await api.join("amy")
    missing = await api.call("POST", "/api/v2/media", "amy", data={"description": "x"})
    assert (missing.status, missing.json["error"]) == (422, "Validation failed: File can't be blank")
    long = await upload(api, "amy", telltale("PNG"), description="x" * 10_001)
    assert long.status == 422
    assert long.json["details"]["description"][0]["error"] == "ERR_TOO_LONG"
    assert (await upload(api, "amy", telltale("PNG"), focus="left")).status == 422


async def test_one_person_cannot_fill_the_disk(api: Api) -> None:
    await api.join("amy", "ben")
    app = create_app(api.runtime)
    app[BUCKETS] = Buckets(now=lambda: api.clock().timestamp())
    async with TestClient(TestServer(app)) as client:
        limited = replace(api, client=client)
        answers = [await upload(limited, "amy", b"no picture") for _ in range(31)]
        assert {answer.status for answer in answers[:30]} == {422}
        assert answers[30].status == 429
        assert (await upload(limited, "ben", b"no picture")).status == 422


async def test_the_bytes_of_a_day_are_counted(api: Api) -> None:
    await api.join("amy")
    app, picture = create_app(api.runtime), telltale("PNG")
    limits = replace_struct(api.runtime.settings.limits, upload_bytes_per_day=len(picture) + 1)
    app[SETTINGS] = replace_struct(api.runtime.settings, limits=limits)
    app[BUCKETS] = Buckets(now=lambda: api.clock().timestamp())
    async with TestClient(TestServer(app)) as client:
        limited = replace(api, client=client)
        assert [(await upload(limited, "amy", picture)).status for _ in range(2)] == [200, 429]
        api.clock.forward(days=1, seconds=1)
        assert (await upload(limited, "amy", picture)).status == 200


async def test_a_redraft_gets_the_file_under_another_address(api: Api) -> None:
    await api.join("amy")
    file = (await upload(api, "amy", telltale("PNG"))).json
    post = await api.post("amy", "Look", media_ids=[file["id"]])
    gone = await api.ok("DELETE", f"/api/v1/statuses/{post['id']}", "amy")
    await api.runtime.worker.run_ready()
    (kept,) = gone["media_attachments"]
    assert kept["id"] == file["id"]
    assert kept["url"] != file["url"]
    await fetched(api, kept["url"])
    async with api.client.get(file["url"].removeprefix("https://alpha.test")) as answer:
        assert answer.status == 404
    again = await api.post("amy", "Look again", media_ids=[file["id"]])
    assert again["media_attachments"][0]["url"] == kept["url"]


async def test_a_file_that_is_worked_on_has_no_address_yet(api: Api) -> None:
    (amy,) = await api.join("amy")
    item = Media(id=7, account_id=amy.id, kind=MediaKind.IMAGE, key=new_key(Kind.PNG), created_at=api.clock())
    await api.db.write(services.begin_upload, item=item)
    for method in ("GET", "PUT"):
        answer = await api.call(method, "/api/v1/media/7", "amy")
        assert (answer.status, answer.json["url"]) == (206, None)
    refused = await api.call("POST", "/api/v1/statuses", "amy", json={"status": "x", "media_ids": ["7"]})
    assert refused.json["error"].startswith("Cannot attach files that have not finished processing.")
