"""The log: machine-readable, one line an event, without secrets (security LOG-1, LOG-2)."""

from __future__ import annotations

import io
import logging as standard_logging
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
import structlog

from fedisw.observe.logging import HIDDEN, MAX_VALUE, bound, configure, logger

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def undo() -> Iterator[None]:
    before = standard_logging.root.handlers[:], standard_logging.root.level
    yield
    standard_logging.captureWarnings(False)
    structlog.reset_defaults()
    standard_logging.root.handlers[:], standard_logging.root.level = before


@pytest.fixture
def lines() -> Lines:
    stream = io.StringIO()
    configure(json=True, level="info", stream=stream)
    return lambda: [orjson.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_carries_its_fields_the_request_and_the_time(lines: Lines) -> None:
    with bound(request_id="r-1"):
        logger("federation").info("delivery.refused", host="beta.test", status=410)
    logger("federation").info("later")
    first, second = lines()
    assert first.pop("timestamp").endswith("Z")
    assert first == {"part": "federation", "event": "delivery.refused", "level": "info", "request_id": "r-1"} | {
        "host": "beta.test",
        "status": 410,
    }
    assert "request_id" not in second


def test_what_is_below_the_level_is_not_written(lines: Lines) -> None:
    logger("x").debug("not.seen")
    assert lines() == []


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "Cookie",
        "signature",
        "token",
        "access_token",
        "code",
        "password",
        "new_password",
        "email",
        "body",
        "client_secret",
    ],
)
def test_secret_fields_are_hidden_at_any_depth(lines: Lines, name: str) -> None:
    logger("x").info("seen", **{name: "canary-7"}, inner={name: "canary-7", "list": [{name: "canary-7"}]}, kept="plain")
    (line,) = lines()
    assert "canary" not in str(line)
    assert (line[name], line["kept"]) == (HIDDEN, "plain")


@pytest.mark.parametrize(
    "text",
    [
        "header Authorization: Bearer canary-7",
        "GET /api/v1/streaming?stream=user&access_token=canary-7",
        "GET /oauth/callback?code=canary-7&state=x",
        "postgresql://fedisw:canary-7@db/fedisw",
        "password=canary-7",
    ],
)
def test_secrets_inside_a_longer_text_are_hidden(lines: Lines, text: str) -> None:
    logger("x").warning("seen", detail=text)
    assert "canary" not in str(lines())
    assert HIDDEN in str(lines())


@pytest.mark.parametrize("control", ["\n", "\r", "\x00", "\x1b", "\x7f", "\x9b", "\u2028", "\u202e"])
def test_a_value_cannot_forge_a_line(control: str) -> None:
    for json in (True, False):
        stream = io.StringIO()
        configure(json=json, level="info", stream=stream)
        logger("x").info("seen", name=f"amy{control}00:00:00 error forged")
        assert control not in stream.getvalue().rstrip("\n")
        assert "amy" in stream.getvalue()


def test_long_values_are_cut(lines: Lines) -> None:
    logger("x").info("seen", name="a" * 100_000)
    assert len(lines()[0]["name"]) == MAX_VALUE


def test_an_error_shows_where_it_was_raised_but_not_the_row_it_speaks_of(lines: Lines) -> None:
    def fail() -> None:
        secret = "canary-7"
        raise ValueError(f"duplicate key\nDETAIL: Key (email)=({secret}) exists")

    try:
        fail()
    except ValueError as error:
        try:
            raise RuntimeError("unit failed") from error
        except RuntimeError:
            logger("x").exception("unit.failed")
    (line,) = lines()
    assert line["error"] == "RuntimeError: unit failed"
    assert {"RuntimeError", "ValueError"} <= set(line["trace"])
    assert line["trace"][-1].endswith(" fail")
    assert "canary" not in str(line)


def test_libraries_log_into_the_same_place(lines: Lines) -> None:
    standard_logging.getLogger("aiohttp.server").error("Bad request with code=canary-7 %s", "x\ny")
    standard_logging.getLogger("aiohttp.server").info("not.seen")
    (line,) = lines()
    assert (line["part"], line["level"]) == ("aiohttp.server", "error")
    assert "canary" not in line["message"]
    assert "\n" not in line["message"]


def test_a_terminal_gets_text() -> None:
    stream = io.StringIO()
    configure(json=False, level="info", stream=stream)
    logger("cli").info("server.ready", address="127.0.0.1:8420")
    assert stream.getvalue()[8:] == " info    server.ready part=cli address=127.0.0.1:8420\n"


def test_what_is_no_json_is_written_as_text(lines: Lines) -> None:
    logger("x").info("seen", when=structlog, raw=b"\xff\n", many={3})
    line = lines()[0]
    assert line["many"] == [3]
    assert "\n" not in line["raw"]


def test_a_stream_that_is_gone_ends_no_work() -> None:
    stream = io.StringIO()
    configure(json=True, level="info", stream=stream)
    logger("web").info("before")
    stream.close()
    logger("web").info("after")
    standard_logging.getLogger("library").error("after")
