"""Every refusal says what happened and what to do, in the reader's language."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from fedisw.i18n import translator
from fedisw.model import errors
from fedisw.model.errors import FediswError, Forbidden, Gone, Invalid, Malformed, NotFound, TooMany, Unreachable
from fedisw.web.errors import ERROR_PAGE, STATUSES
from fedisw.web.pages.errors import TOLD, WORDS, error_page
from fedisw.web.render import TEMPLATES, Templates
from fedisw.web.routes import Auth, Route
from tests.support.browser import Browser
from tests.support.clock import Clock
from tests.web.pages.browsing import Read
from tests.web.pages.markup import Document

EVIL = "<script>alert(1)</script>"
RAISED: dict[str, Exception] = {
    "malformed": Malformed(EVIL),
    "forbidden": Forbidden(EVIL),
    "missing": NotFound("status", EVIL),
    "gone": Gone(EVIL),
    "invalid": Invalid("name", EVIL),
    "many": TooMany(EVIL, retry_after=42),
    "away": Unreachable("db.internal:5432 refused", retry_after=7),
    "bug": RuntimeError("secret detail"),
    "old-form": Forbidden("This form has grown old. Please go back, load the page anew, and try again."),
}
STATUS = {
    "malformed": 400,
    "forbidden": 403,
    "missing": 404,
    "gone": 410,
    "invalid": 422,
    "many": 429,
    "away": 503,
    "bug": 500,
    "old-form": 403,
}


@pytest.fixture
async def failing(start: Any, clock: Clock) -> Browser:
    """A server on which everything goes wrong."""

    async def fail(request: web.Request) -> web.Response:
        raise RAISED[request.match_info["what"]]

    parts = {TEMPLATES: Templates(now=clock), ERROR_PAGE: error_page}
    return Browser(await start((Route("GET", "/fail/{what}", fail, Auth.visitor()),), parts=parts))


@pytest.mark.parametrize("what", RAISED)
async def test_an_error_is_a_page_without_what_is_nobodys_business(failing: Browser, read: Read, what: str) -> None:
    html = await read(failing, f"/fail/{what}", status=STATUS[what])
    for secret in ("alert(1)", "db.internal", "secret detail", "Traceback"):
        assert secret not in html
    page = Document.of(html)
    assert page.one("p", **{"class": "error-number"}).text == str(STATUS[what])
    assert "/" in page.links()


@pytest.mark.parametrize("what", RAISED)
async def test_an_error_page_is_never_kept_or_listed(failing: Browser, what: str) -> None:
    answer = await failing.get(f"/fail/{what}")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("what", "seconds"), [("many", "42"), ("away", "7")])
async def test_it_says_when_to_come_back(failing: Browser, what: str, seconds: str) -> None:
    assert (await failing.get(f"/fail/{what}")).headers["Retry-After"] == seconds


async def test_faults_of_ours_have_a_number_to_ask_about(failing: Browser) -> None:
    answer = await failing.get("/fail/bug")
    assert answer.headers["X-Request-Id"] in await answer.text()


async def test_a_sentence_for_people_is_shown_in_their_language(failing: Browser) -> None:
    answer = await failing.client.get("/fail/old-form", headers={"Accept-Language": "es"})
    assert "Este formulario ha caducado." in await answer.text()


def test_every_error_has_words_of_its_own() -> None:
    statuses = {status for kind, status in STATUSES.items() if kind is not FediswError}
    assert statuses <= WORDS.keys()
    assert {errors.Conflict, errors.TooLarge} <= STATUSES.keys()


def test_what_is_told_is_translated() -> None:
    spanish = translator("es")
    assert all(spanish.gettext(sentence) != sentence for sentence in TOLD)
