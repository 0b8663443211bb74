"""Which form an Accept header gets (federation, section 1.4)."""

from __future__ import annotations

import pytest

from fedisw.web.activitypub.accept import Form, choose

LD = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", Form.ACTIVITY),
        ("*/*", Form.ACTIVITY),
        ("application/activity+json", Form.ACTIVITY),
        ("APPLICATION/Activity+JSON; charset=utf-8", Form.ACTIVITY),
        ("application/json", Form.ACTIVITY),
        ("application/*", Form.ACTIVITY),
        (f"application/activity+json, {LD}", Form.ACTIVITY),
        (f"{LD}, application/activity+json;q=0.5", Form.LINKED_DATA),
        (LD, Form.LINKED_DATA),
        ("application/ld+json", Form.LINKED_DATA),
        ('application/ld+json;profile="https://www.w3.org/ns/activitystreams https://example.test/x"', Form.LINKED_DATA),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Form.PAGE),
        ("text/html", Form.PAGE),
        ("text/html;q=0.1, application/activity+json", Form.ACTIVITY),
        ("text/html, application/activity+json;q=0.9", Form.PAGE),
        ("application/activity+json;q=0.1, image/png", Form.ACTIVITY),
        ("application/activity+json;q=0, text/*", Form.PAGE),
        ("application/activity+json;q=0, */*", Form.LINKED_DATA),
        ("application/activity+json;q=nonsense, text/html", Form.PAGE),
        ("image/png", None),
        ("application/activity+json;q=0", None),
        ('application/ld+json; profile="https://example.test/other"', None),
        (",,,", Form.ACTIVITY),
        (", ".join(["image/png"] * 30 + ["text/html"]), None),
    ],
)
def test_the_form_that_is_liked_best_is_chosen(accept: str, form: Form | None) -> None:
    assert choose(accept) is form
