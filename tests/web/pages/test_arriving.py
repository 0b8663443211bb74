"""Arriving from other servers and apps (contract, section 5; federation, section 1.1; FEP-3b86)."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from fedisw.model.statuses import Visibility
from tests.support import factories as make
from tests.support.browser import Browser
from tests.web.pages.markup import Document
from tests.web.pages.test_compose import Writer
from tests.web.pages.test_compose import writer as writer

ARRIVE = "/authorize_interaction?uri="


async def led_to(browser: Browser, uri: str) -> tuple[int, str | None]:
    answer = await browser.get(ARRIVE + quote(uri, safe=""))
    return answer.status, answer.headers.get("Location")


async def test_an_account_or_post_that_we_know_is_shown_on_our_own_page(writer: Writer) -> None:
    rob = await writer.runtime.db.write(make.put_account, "rob", "beta.test", fetched_at=writer.runtime.now())
    post = await writer.runtime.db.write(make.receive, rob)
    for uri in (rob.uri, "acct:rob@beta.test", "@rob@beta.test", "rob@beta.test"):
        assert await led_to(writer.browser, uri) == (303, "/@rob@beta.test")
    assert await led_to(writer.browser, post.uri) == (303, f"/@rob@beta.test/{post.id}")
    assert await led_to(writer.browser, "https://alpha.test/@ben?x=1") == (303, "/@ben")
    assert await led_to(writer.browser, "acct:ben@alpha.test") == (303, "/@ben")


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "nobody",
        "javascript:alert(1)",
        "//evil.test/",
        "https://alpha.test/ap/actors/1",
        "https://alpha.test//evil.test",
        "http://127.0.0.1/",
        "a\nb",
        "x" * 3_000,
        "acct:nobody@alpha.test",
    ],
)
async def test_what_we_cannot_have_is_404(writer: Writer, uri: str) -> None:
    assert await led_to(writer.browser, uri) == (404, None)


async def test_a_post_that_is_not_for_the_reader_is_not_told_of(writer: Writer) -> None:
    rob = await writer.runtime.db.write(make.put_account, "rob", "beta.test")
    for visibility in (Visibility.PRIVATE, Visibility.DIRECT):
        post = await writer.runtime.db.write(make.receive, rob, visibility=visibility)
        assert await led_to(writer.browser, post.uri) == (404, None)


async def test_who_is_not_signed_in_signs_in_first(writer: Writer) -> None:
    stranger = Browser(writer.browser.client)
    for path in (ARRIVE + "acct%3Arob%40beta.test", "/share?text=Hello"):
        answer = await stranger.get(path)
        assert answer.status in (302, 303)
        assert answer.headers["Location"].startswith("/auth/sign_in?next=")
        assert quote(path, safe="") in answer.headers["Location"] or quote(path) in answer.headers["Location"]


async def test_words_from_elsewhere_wait_in_the_form(writer: Writer) -> None:
    words = {"title": "A title", "text": "Look <b>here</b>", "url": "https://news.example/1"}
    answer = await writer.browser.get("/share?" + "&".join(f"{name}={quote(text, safe='')}" for name, text in words.items()))
    page = Document.of(await answer.text())
    assert (answer.status, page.one("textarea").text) == (200, "A title\n\nLook <b>here</b>\n\nhttps://news.example/1")
    assert await writer.posts() == []
    longest = await writer.browser.get("/share?text=" + "x" * 6_000)
    assert len(Document.of(await longest.text()).one("textarea").text) == 5_000
