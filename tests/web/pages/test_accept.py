"""Browsers get pages, servers get documents, from one address."""

from __future__ import annotations

import pytest

from fedisw.web.pages.accept import wants_document

LD = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


@pytest.mark.parametrize(
    "accept",
    [
        "application/activity+json",
        LD,
        f"application/activity+json, {LD}",
        "application/activity+json, text/html;q=0.1",
        "APPLICATION/ACTIVITY+JSON",
        "application/activity+json, */*",
    ],
)
def test_a_server_gets_the_document(accept: str) -> None:
    assert wants_document(accept)


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "text/html, application/activity+json",
        "application/json",
        "application/activity+json;q=0",
        "application/activity+json;q=nonsense",
        "text/html, " + "x/y, " * 30 + "application/activity+json",
        ";;;,,,",
    ],
)
def test_everybody_else_gets_the_page(accept: str) -> None:
    assert not wants_document(accept)
