"""Forms: whatever the way a client sends them (mastodon-api.md, section 3.1)."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
from aiohttp import FormData, web
from hypothesis import given
from hypothesis import strategies as st

from fedisw.media.receive import Upload
from fedisw.model.errors import FediswError, Invalid, Malformed
from fedisw.web import answers, forms
from fedisw.web.forms import fill
from fedisw.web.parameters import parse_pairs
from fedisw.web.routes import Auth, Route
from tests.web.conftest import Start


class Visibility(StrEnum):
    PUBLIC = "public"
    DIRECT = "direct"


class Poll(msgspec.Struct, kw_only=True):
    options: list[str] = []
    expires_in: int | None = None
    multiple: bool = False


class Post(msgspec.Struct, kw_only=True):
    status: str = ""
    media_ids: list[int] = []
    sensitive: bool | None = None
    visibility: Visibility = Visibility.PUBLIC
    poll: Poll | None = None
    scheduled_at: datetime | None = None
    limit: int = 20


class Expiry(msgspec.Struct, kw_only=True):
    expires_in: int | msgspec.UnsetType | None = msgspec.UNSET
    title: str


class Picture(msgspec.Struct, kw_only=True):
    file: Upload | None = None
    description: str = ""


def png() -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\x00\x01\x02\x03")) + chunk(b"IEND", b"")


def left_over(folder: Path) -> list[Path]:
    return list(folder.glob("upload-*"))


async def echo(request: web.Request) -> web.Response:
    return answers.json(await forms.decode(request, Post))


POST = Route("POST", "/api/v1/statuses", echo, Auth.public(), body=4_096)
ROUTES = [POST, Route("DELETE", "/api/v1/statuses", echo, Auth.public()), Route("GET", "/api/v1/statuses", echo, Auth.public())]
WANTED = {"status": "Hi", "media_ids": [1, 2], "sensitive": True, "poll": {"options": ["a", "b"], "expires_in": 300}}
PAIRS = [
    ("status", "Hi"), ("media_ids[]", "1"), ("media_ids[]", "2"), ("sensitive", "true"),
    ("poll[options][]", "a"), ("poll[options][]", "b"), ("poll[expires_in]", "300"),
]  # fmt: skip


def multipart() -> FormData:
    form = FormData(default_to_multipart=True)
    for name, value in PAIRS:
        form.add_field(name, value)
    return form


@pytest.mark.parametrize(
    "sent",
    [{"json": WANTED}, {"data": PAIRS}, {"params": PAIRS}, {"data": multipart}, {"data": PAIRS[1:], "params": PAIRS[:1]}],
    ids=["json", "form", "query", "multipart", "both"],
)
@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_every_way_of_sending_gives_the_same(start: Start, sent: dict[str, Any], method: str) -> None:
    client = await start(ROUTES)
    given = {name: value() if callable(value) else value for name, value in sent.items()}
    answer = await client.request(method, "/api/v1/statuses", **given)
    assert answer.status == 200, await answer.text()
    said = await answer.json()
    assert said == WANTED | {"poll": WANTED["poll"] | {"multiple": False}} | {  # type: ignore[operator]
        "visibility": "public", "scheduled_at": None, "limit": 20,
    }  # fmt: skip


async def test_a_body_wins_over_the_query(start: Start) -> None:
    client = await start(ROUTES)
    answer = await client.post("/api/v1/statuses", params={"status": "query"}, json={"status": "body"})
    assert (await answer.json())["status"] == "body"


async def test_a_form_that_is_too_long_is_refused_whether_announced_or_not(start: Start) -> None:
    async def endless() -> Any:
        for _ in range(100):
            yield b"a" * 100

    client = await start(ROUTES)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await client.post("/api/v1/statuses", data=b"status=" + b"a" * 4_089, headers=headers)).status == 200
    for body in (b"status=" + b"a" * 4_090, endless()):
        answer = await client.post("/api/v1/statuses", data=body, headers=headers)
        assert answer.status == 413


async def test_a_compressed_body_is_refused(start: Start) -> None:
    client = await start(ROUTES)
    answer = await client.post("/api/v1/statuses", json=WANTED, headers={"Content-Encoding": "gzip"})
    assert answer.status in (400, 415)


@pytest.mark.parametrize("body", [b"{", b'{"a":1}}', b"\xff\xfe", b'{"a":NaN}'])
async def test_broken_json_is_a_bad_request(start: Start, body: bytes) -> None:
    client = await start(ROUTES)
    answer = await client.post("/api/v1/statuses", data=body, headers={"Content-Type": "application/json"})
    assert answer.status == 400
    assert "JSON" in (await answer.json())["error"]


async def test_an_unknown_media_type_counts_as_no_body(start: Start) -> None:
    client = await start(ROUTES)
    answer = await client.post("/api/v1/statuses", data=b"status=x", headers={"Content-Type": "text/plain"})
    assert (await answer.json())["status"] == ""


@pytest.mark.parametrize("text", ["0", "f", "F", "false", "FALSE", "off", "OFF", False])
def test_these_words_are_false(text: object) -> None:
    assert fill({"sensitive": text}, Post).sensitive is False


@pytest.mark.parametrize("text", ["1", "true", "on", "yes", True, 1])
def test_all_others_are_true(text: object) -> None:
    assert fill({"sensitive": text}, Post).sensitive is True


def test_an_empty_text_is_no_switch_at_all() -> None:
    assert fill({"sensitive": "", "limit": "", "visibility": ""}, Post) == Post()


def test_null_counts_as_not_given_but_clears_what_may_be_nothing() -> None:
    assert fill({"status": None, "media_ids": None, "poll": None, "limit": None}, Post) == Post()
    assert fill({"title": "t"}, Expiry).expires_in is msgspec.UNSET
    assert fill({"title": "t", "expires_in": None}, Expiry).expires_in is None
    assert fill(parse_pairs([("title", "t"), ("expires_in", "")]), Expiry).expires_in is None


def test_one_value_is_a_list_of_one_and_a_numbered_table_a_list() -> None:
    assert fill({"media_ids": "7"}, Post).media_ids == [7]
    assert fill({"media_ids": {"5": "1", "3": "2"}}, Post).media_ids == [1, 2]


def test_a_time_without_a_zone_is_utc() -> None:
    assert fill({"scheduled_at": "2026-11-21T20:40:00"}, Post).scheduled_at == datetime(2026, 11, 21, 20, 40, tzinfo=UTC)
    assert fill({"scheduled_at": "2026-11-21T20:40:00.000Z"}, Post).scheduled_at == datetime(2026, 11, 21, 20, 40, tzinfo=UTC)


def test_nul_never_enters() -> None:
    assert fill({"status": "a\x00b"}, Post).status == "ab"


@pytest.mark.parametrize(
    ("tree", "field"),
    [
        ({"limit": "many"}, "limit"),
        ({"media_ids": ["x"]}, "media_ids"),
        ({"poll": {"expires_in": []}}, "poll[expires_in]"),
        ({"poll": "x"}, "poll"),
        ({"status": {"a": "b"}}, "status"),
        ({"scheduled_at": "tomorrow"}, "scheduled_at"),
        ({"sensitive": ["1"]}, "sensitive"),
    ],
)
def test_what_does_not_fit_names_its_field(tree: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        fill(tree, Post)
    assert caught.value.field == field


def test_an_unknown_word_of_a_list_of_words_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        fill({"visibility": "everyone"}, Post)
    assert caught.value.code == "ERR_INCLUSION"


def test_a_missing_value_is_named() -> None:
    with pytest.raises(Malformed, match="param is missing or the value is empty or invalid: title"):
        fill({}, Expiry)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["status", "media_ids", "sensitive", "visibility", "poll", "scheduled_at", "limit"]), VALUES)
)
def test_no_tree_raises_anything_but_our_own_errors(tree: Mapping[str, object]) -> None:
    try:
        filled = fill(dict(tree), Post)
    except FediswError:
        return
    assert isinstance(filled.status, str)
    assert all(isinstance(one, int) for one in filled.media_ids)


@given(st.builds(lambda status, ids, flag, options: (status, ids, flag, options),
                 st.text(st.characters(codec="utf-8", exclude_characters="\x00")), st.lists(st.integers(0, 2**62)), st.booleans(),
                 st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1), max_size=4)))  # fmt: skip
def test_json_and_pairs_mean_the_same(given_values: tuple[str, list[int], bool, list[str]]) -> None:
    status, ids, flag, options = given_values
    pairs = [("status", status), ("sensitive", str(flag).lower()), *(("media_ids[]", str(one)) for one in ids)]
    pairs += [("poll[options][]", option) for option in options]
    tree: dict[str, object] = {"status": status, "sensitive": flag, "media_ids": ids}
    if options:
        tree["poll"] = {"options": options}
    assert fill(parse_pairs(pairs), Post) == fill(orjson.loads(orjson.dumps(tree)), Post)


async def test_a_file_is_there_while_the_request_lasts_and_gone_afterwards(start: Start) -> None:
    seen: list[Path] = []

    async def take(request: web.Request) -> web.Response:
        form = await forms.decode(request, Picture)
        assert form.file is not None
        seen.append(form.file.path)
        return answers.json([form.file.size, form.description, form.file.path.is_file()])

    client = await start([Route("POST", "/api/v2/media", take, Auth.public())])
    form = FormData()
    form.add_field("description", "A dot")
    form.add_field("file", io.BytesIO(png()), filename="../../etc/passwd", content_type="text/html")
    assert await (await client.post("/api/v2/media", data=form)).json() == [len(png()), "A dot", True]
    assert not seen[0].exists()


async def test_a_file_of_no_accepted_kind_is_refused_and_nothing_stays(start: Start, tmp_path: Path) -> None:
    client = await start([Route("POST", "/api/v2/media", echo_picture, Auth.public())])
    form = FormData()
    form.add_field("file", io.BytesIO(b"<svg/>" * 100), filename="a.png", content_type="image/png")
    assert (await client.post("/api/v2/media", data=form)).status == 422
    assert left_over(tmp_path) == []


async def test_a_file_field_left_empty_by_a_browser_is_no_file(start: Start) -> None:
    client = await start([Route("POST", "/api/v2/media", echo_picture, Auth.public())])
    form = FormData()
    form.add_field("file", io.BytesIO(b""), filename="", content_type="application/octet-stream")
    assert await (await client.post("/api/v2/media", data=form)).json() == "none"


@pytest.mark.parametrize("body", [{"file": {"path": "/etc/passwd", "size": 3, "kind": "png"}}, {"file": "/etc/passwd"}])
async def test_no_form_can_name_a_file_of_ours(start: Start, body: dict[str, object]) -> None:
    client = await start([Route("POST", "/api/v2/media", echo_picture, Auth.public())])
    answer = await client.post("/api/v2/media", json=body)
    assert (answer.status, (await answer.json())["details"]["file"][0]["description"]) == (422, "must be a file")


async def echo_picture(request: web.Request) -> web.Response:
    form = await forms.decode(request, Picture)
    return answers.json("none" if form.file is None else str(form.file.path))


async def test_a_broken_multipart_body_is_a_bad_request(start: Start, tmp_path: Path) -> None:
    client = await start([Route("POST", "/api/v2/media", echo_picture, Auth.public())])
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    for body in (b"nothing", b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + png()):
        assert (await client.post("/api/v2/media", data=body, headers=headers)).status == 400
    assert left_over(tmp_path) == []
