"""The frame of the settings, and the proof that it is still the same person (AUT-6)."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from fedisw.config import Settings
from fedisw.web.middleware.auth import RECENT
from fedisw.web.middleware.sessions import cookie_name
from fedisw.web.routes import Auth, Route
from fedisw.web.settings import home
from fedisw.web.settings.places import PLACES
from tests.support.browser import Browser
from tests.support.clock import Clock
from tests.web.conftest import RIGHT
from tests.web.pages.markup import Document, faults


async def test_the_first_page_leads_to_every_section(inside: Browser) -> None:
    answer = await inside.get("/settings")
    html = await answer.text()
    assert answer.status == 200
    assert faults(html) == []
    links = {e.attributes["href"] for e in Document.of(html).all("a") if e.attributes.get("class") == "doorway"}
    assert links == {place.path for place in PLACES}


async def test_a_slash_at_the_end_does_no_harm(inside: Browser) -> None:
    assert (await inside.get("/settings/")).headers["Location"] == "/settings"


async def test_strangers_sign_in_first(browser: Browser) -> None:
    answer = await browser.get("/settings")
    assert (answer.status, answer.headers["Location"]) == (303, "/auth/sign_in?next=%2Fsettings")


def test_sections_are_told_apart() -> None:
    assert len({place.key for place in PLACES}) == len({place.path for place in PLACES}) == len(PLACES)


@pytest.fixture
def entrance_pages() -> tuple[Route, ...]:
    """Two addresses that want a fresh sign-in."""
    fresh = Auth.session(recent=True)
    return (
        Route("GET", "/settings/grave", home.show, fresh),
        Route("POST", "/settings/grave", home.show, fresh),
        Route("POST", "/settings/grave/part", home.show, fresh),
    )


async def test_what_is_grave_wants_the_password_again_after_ten_minutes(inside: Browser, clock: Clock) -> None:
    assert (await inside.get("/settings/grave")).status == 200
    clock.now += RECENT
    assert (await inside.get("/settings/grave")).status == 200
    clock.forward(seconds=1)
    answer = await inside.get("/settings/grave", a="1")
    assert (answer.status, answer.headers["Location"]) == (303, f"/auth/again?next={quote('/settings/grave?a=1', safe='')}")
    for path in ("/settings/grave", "/settings/grave/part"):
        answer = await inside.send(path)
        assert (answer.status, answer.headers["Location"]) == (303, f"/auth/again?next={quote('/settings/grave', safe='')}")


async def test_the_right_password_opens_it_with_a_new_session(inside: Browser, clock: Clock, settings: Settings) -> None:
    clock.forward(minutes=11)
    old = inside.cookies[cookie_name(settings)]
    page = await inside.get("/auth/again", next="/settings/grave")
    assert faults(await page.text()) == []
    wrong = await inside.submit(page, password="wrong")
    assert wrong.status == 422
    assert "This is not your password." in await wrong.text()
    right = await inside.submit(wrong, password=RIGHT)
    assert (right.status, right.headers["Location"]) == (303, "/settings/grave")
    assert inside.cookies[cookie_name(settings)] != old
    assert (await inside.get("/settings/grave")).status == 200
    inside.cookies[cookie_name(settings)] = old
    assert (await inside.get("/settings")).status == 303


async def test_it_leads_nobody_elsewhere_and_cannot_be_guessed(inside: Browser) -> None:
    page = await inside.get("/auth/again", next="//evil.test")
    statuses = [(await inside.submit(page, password="wrong")).status for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    assert "evil" not in await page.text()
