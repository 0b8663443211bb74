"""Films and sounds through the client API: worked on by a job, asked for until they are ready."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import FormData

from fedisw.jobs.chores import ProcessMedia
from fedisw.media.programs import Programs
from fedisw.tasks import films
from tests.media.films import need_ffmpeg, recorded, with_cover
from tests.media.pictures import SECRET, animation
from tests.web.mastodon.conftest import Answer, Api


async def upload(api: Api, who: str, data: bytes, *, path: str = "/api/v2/media", **fields: str) -> Answer:
    made = FormData()
    for key, value in fields.items():
        made.add_field(key, value)
    made.add_field("file", data, filename="x.bin", content_type="application/octet-stream")
    return await api.call("POST", path, who, data=made)


async def worked_on(api: Api, media_id: str) -> None:
    """The job is done, twice (P-4)."""
    runtime = api.runtime
    for _ in range(2):
        item = await runtime.db.read(films.media.find, int(media_id))
        if item is not None and item.state == "processing":
            await films.make_ready(runtime.db, runtime.store, runtime.films, item)


async def bytes_of(api: Api, url: str, **headers: str) -> tuple[int, str, bytes]:
    async with api.client.get(url.removeprefix("https://alpha.test"), headers=headers) as answer:
        return answer.status, answer.content_type, await answer.read()


async def test_a_film_is_asked_for_until_it_is_ready(api: Api) -> None:
    need_ffmpeg()
    await api.join("amy")
    await api.join("ben")
    answer = await upload(api, "amy", recorded("mp4"), description="A test", focus="0.5,0")
    file: dict[str, Any] = answer.json
    assert (answer.status, file["type"], file["url"], file["preview_url"]) == (202, "video", None, None)
    path = f"/api/v1/media/{file['id']}"
    assert (await api.call("GET", path, "amy")).status == 206
    changed = await api.call("PUT", path, "amy", json={"description": "A better test"})
    assert (changed.status, changed.json["description"]) == (206, "A better test")
    assert (await api.call("GET", path, "ben")).status == 404
    refused = await api.call("POST", "/api/v1/statuses", "amy", json={"status": "x", "media_ids": [file["id"]]})
    assert "have not finished processing" in refused.json["error"]

    await worked_on(api, file["id"])
    ready = await api.ok("GET", path, "amy")
    original = ready["meta"]["original"]
    assert (original["width"], original["height"], original["frame_rate"]) == (320, 180, "25/1")
    assert (ready["meta"]["small"]["size"], ready["meta"]["fps"], ready["meta"]["focus"]["x"]) == ("320x180", 25, 0.5)
    assert ready["meta"]["length"].startswith("0:00:01.")
    assert (ready["blurhash"] is not None, ready["description"]) == (True, "A better test")
    status, kind, data = await bytes_of(api, ready["url"])
    assert (status, kind, SECRET.encode() in data) == (200, "video/mp4", False)
    assert await bytes_of(api, ready["url"], Range="bytes=4-7") == (206, "video/mp4", b"ftyp")
    assert (await bytes_of(api, ready["preview_url"]))[:2] == (200, "image/jpeg")
    post = await api.post("amy", "Look", media_ids=[file["id"]])
    assert post["media_attachments"][0]["meta"] == ready["meta"]


async def test_the_older_method_answers_when_the_file_is_ready(api: Api) -> None:
    need_ffmpeg()
    await api.join("amy")
    answer = await upload(api, "amy", with_cover(), path="/api/v1/media")
    assert (answer.status, answer.json["type"]) == (200, "audio")
    meta = answer.json["meta"]
    assert set(meta["original"]) == {"duration", "bitrate"}
    assert (await bytes_of(api, answer.json["url"]))[:2] == (200, "audio/mpeg")
    assert (await bytes_of(api, answer.json["preview_url"]))[:2] == (200, "image/jpeg")


async def test_a_moving_picture_becomes_a_film(api: Api) -> None:
    need_ffmpeg()
    await api.join("amy")
    answer = await upload(api, "amy", animation())
    assert (answer.status, answer.json["type"]) == (202, "gifv")
    await worked_on(api, answer.json["id"])
    ready = await api.ok("GET", f"/api/v1/media/{answer.json['id']}", "amy")
    assert (await bytes_of(api, ready["url"]))[:2] == (200, "video/mp4")


@pytest.mark.parametrize("path", ["/api/v1/media", "/api/v2/media"])
async def test_what_cannot_be_read_is_refused_at_once_and_nothing_stays(api: Api, path: str) -> None:
    need_ffmpeg()
    await api.join("amy")
    for data, words in (
        (recorded("mp4")[:900], "File type of uploaded media could not be verified"),
        (recorded("fast.mp4"), "240fps videos are not supported"),
    ):
        answer = await upload(api, "amy", data, path=path)
        assert (answer.status, words in answer.json["error"]) == (422, True)
    assert await api.runtime.store.usage() == {}


async def test_a_file_that_fails_later_says_so(api: Api) -> None:
    need_ffmpeg()
    await api.join("amy")
    file = (await upload(api, "amy", recorded("mp4"))).json
    item = await api.runtime.db.read(films.media.find, int(file["id"]))
    assert item is not None
    await api.runtime.store.put(item.source_key, recorded("mp4")[:900])
    await worked_on(api, file["id"])
    failed = await api.call("GET", f"/api/v1/media/{file['id']}", "amy")
    assert (failed.status, failed.json["error"]) == (422, "Error processing thumbnail for uploaded media")
    assert await api.ok("DELETE", f"/api/v1/media/{file['id']}", "amy") == {}


async def test_one_that_was_given_up_leaves_nothing(api: Api) -> None:
    need_ffmpeg()
    await api.join("amy")
    file = (await upload(api, "amy", recorded("mp3"))).json
    item = await api.runtime.db.read(films.media.find, int(file["id"]))
    assert item is not None
    assert ProcessMedia(media_id=item.id).key == f"ProcessMedia:{file['id']}"
    await api.ok("DELETE", f"/api/v1/media/{file['id']}", "amy")
    await films.make_ready(api.runtime.db, api.runtime.store, api.runtime.films, item)
    assert (await api.call("GET", f"/api/v1/media/{file['id']}", "amy")).status == 404


async def test_the_server_says_what_it_takes(api: Api) -> None:
    taken = (await api.ok("GET", "/api/v2/instance"))["configuration"]["media_attachments"]["supported_mime_types"]
    assert "image/avif" in taken
    assert ("video/mp4" in taken) is ("audio/mpeg" in taken) is (Programs.find() is not None)
