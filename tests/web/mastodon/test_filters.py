"""Filters as clients make and change them, new (section 2.8) and old (section 2.9)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.mastodon.conftest import Api
from tests.web.mastodon.tables import faults

FILTERS, OLD = "/api/v2/filters", "/api/v1/filters"
BLANK = "Validation failed: Title can't be blank, Context can't be blank"


async def made(api: Api, who: str = "amy", **more: Any) -> Any:
    """A new filter with one word."""
    form = {"title": "Grief", "context": ["home", "public"], "keywords_attributes": [{"keyword": "grief"}]} | more
    return await api.ok("POST", FILTERS, who, json=form)


async def test_a_filter_is_made_read_changed_and_taken_away(api: Api) -> None:
    await api.join("amy")
    one = await made(api, filter_action="hide", expires_in=3600)
    assert faults(one, "Filter") == []
    assert (one["title"], one["context"], one["filter_action"]) == ("Grief", ["home", "public"], "hide")
    assert one["expires_at"] == "2026-11-02T10:00:00.000Z"
    assert [(word["keyword"], word["whole_word"]) for word in one["keywords"]] == [("grief", True)]
    assert await api.ok("GET", FILTERS, "amy") == [one]
    assert await api.ok("GET", f"/api/v2/filters/{one['id']}", "amy") == one
    word = one["keywords"][0]["id"]
    changes = {
        "title": "Loss",
        "context": ["thread"],
        "filter_action": "blur",
        "expires_in": "",
        "keywords_attributes": [{"id": word, "keyword": "loss", "whole_word": False}, {"keyword": "mourning"}],
    }
    changed = await api.ok("PUT", f"/api/v2/filters/{one['id']}", "amy", json=changes)
    assert (changed["title"], changed["context"], changed["filter_action"], changed["expires_at"]) == (
        "Loss", ["thread"], "blur", None,
    )  # fmt: skip
    assert [(item["keyword"], item["whole_word"]) for item in changed["keywords"]] == [("loss", False), ("mourning", True)]
    only_title = await api.ok("PATCH", f"/api/v2/filters/{one['id']}", "amy", json={"title": "Both"})
    assert only_title == changed | {"title": "Both"}
    gone = {"keywords_attributes": [{"id": word, "_destroy": True}]}
    assert len((await api.ok("PUT", f"/api/v2/filters/{one['id']}", "amy", json=gone))["keywords"]) == 1
    assert await api.ok("DELETE", f"/api/v2/filters/{one['id']}", "amy") == {}
    assert (await api.call("DELETE", f"/api/v2/filters/{one['id']}", "amy")).status == 404
    assert await api.ok("GET", FILTERS, "amy") == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_every_way_of_sending_a_form_is_understood(api: Api) -> None:
    await api.join("amy")
    pairs = [
        ("title", "Work"),
        ("context[]", "home"),
        ("context[]", "account"),
        ("keywords_attributes[][keyword]", "shift"),
        ("keywords_attributes[][whole_word]", "false"),
        ("keywords_attributes[][keyword]", "case"),
    ]
    form = await api.ok("POST", FILTERS, "amy", data=pairs)
    assert [(word["keyword"], word["whole_word"]) for word in form["keywords"]] == [("shift", False), ("case", True)]
    indexed = [
        ("title", "Work"),
        ("context", "home"),
        ("keywords_attributes[0][keyword]", "shift"),
        ("keywords_attributes[1][keyword]", "case"),
        ("keywords_attributes[2][keyword]", ""),
    ]
    query = await api.ok("POST", FILTERS, "amy", params=indexed)
    assert [word["keyword"] for word in query["keywords"]] == ["shift", "case"]
    assert query["context"] == ["home"]
    assert (await api.ok("PUT", f"/api/v2/filters/{form['id']}", "amy", json={"expires_in": 60}))["expires_at"] is not None
    assert (await api.ok("PUT", f"/api/v2/filters/{form['id']}", "amy", json={"expires_in": None}))["expires_at"] is None


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_what_cannot_be_a_filter_is_refused_and_changes_nothing(api: Api) -> None:
    await api.join("amy", "ben")
    own, theirs = await made(api), await made(api, "ben")
    good = {"title": "x", "context": ["home"]}
    for form, status, text in (
        ({}, 422, BLANK),
        (good | {"title": " "}, 422, "Validation failed: Title can't be blank"),
        (good | {"title": "x" * 201}, 422, "Validation failed: Title is too long (maximum is 200 characters)"),
        (good | {"context": []}, 422, "Validation failed: Context can't be blank"),
        (good | {"context": ["home", "moon"]}, 422, "Validation failed: Context None or invalid context supplied"),
        (good | {"filter_action": "burn"}, 422, "Validation failed: Filter action is not included in the list"),
        (good | {"expires_in": -1}, 422, "Validation failed: Expires in is invalid"),
        (good | {"expires_in": 10**12}, 422, "Validation failed: Expires in is invalid"),
        (
            good | {"keywords_attributes": [{"keyword": " ", "whole_word": True}]},
            422,
            "Validation failed: Keyword can't be blank",
        ),
        (good | {"keywords_attributes": [{"id": own["keywords"][0]["id"]}]}, 404, "Record not found"),
    ):
        answer = await api.call("POST", FILTERS, "amy", json=form)
        assert (answer.status, answer.json["error"]) == (status, text), form
    foreign = {"keywords_attributes": [{"id": theirs["keywords"][0]["id"], "keyword": "mine"}]}
    assert (await api.call("PUT", f"/api/v2/filters/{own['id']}", "amy", json=foreign)).status == 404
    assert (await api.call("PUT", f"/api/v2/filters/{own['id']}", "amy", json={"title": ""})).status == 422
    assert await api.ok("GET", FILTERS, "amy") == [own]
    assert await api.ok("GET", FILTERS, "ben") == [theirs]


async def test_words_are_managed_one_by_one(api: Api) -> None:
    await api.join("amy")
    one = await made(api)
    word = await api.ok("POST", f"/api/v2/filters/{one['id']}/keywords", "amy", json={"keyword": " loss ", "whole_word": "0"})
    assert faults(word, "FilterKeyword") == []
    assert (word["keyword"], word["whole_word"]) == ("loss", False)
    assert await api.ok("GET", f"/api/v2/filters/{one['id']}/keywords", "amy") == [*one["keywords"], word]
    assert await api.ok("GET", f"/api/v2/filters/keywords/{word['id']}", "amy") == word
    changed = await api.ok("PUT", f"/api/v2/filters/keywords/{word['id']}", "amy", json={"keyword": "losses"})
    assert changed == word | {"keyword": "losses"}
    for method, place in (("POST", f"/api/v2/filters/{one['id']}/keywords"), ("PUT", f"/api/v2/filters/keywords/{word['id']}")):
        answer = await api.call(method, place, "amy", json={"keyword": ""})
        assert (answer.status, answer.json["error"]) == (422, "Validation failed: Keyword can't be blank")
        assert (await api.call(method, place, "amy", json={"keyword": "x" * 201})).status == 422
    assert await api.ok("DELETE", f"/api/v2/filters/keywords/{word['id']}", "amy") == {}
    assert (await api.call("DELETE", f"/api/v2/filters/keywords/{word['id']}", "amy")).status == 404
    assert await api.ok("GET", f"/api/v2/filters/{one['id']}/keywords", "amy") == one["keywords"]


async def test_posts_are_named_if_they_can_be_read(api: Api) -> None:
    await api.join("amy", "ben")
    one, post = await made(api), await api.post("ben", "nothing special")
    secret = await api.post("ben", "for nobody", visibility="direct")
    named = await api.ok("POST", f"/api/v2/filters/{one['id']}/statuses", "amy", json={"status_id": post["id"]})
    assert faults(named, "FilterStatus") == []
    assert named["status_id"] == post["id"]
    again = await api.call("POST", f"/api/v2/filters/{one['id']}/statuses", "amy", json={"status_id": post["id"]})
    assert (again.status, again.json["error"]) == (422, "Validation failed: Status has already been taken")
    assert (
        await api.call("POST", f"/api/v2/filters/{one['id']}/statuses", "amy", json={"status_id": secret["id"]})
    ).status == 404
    assert (await api.call("POST", f"/api/v2/filters/{one['id']}/statuses", "amy", json={"status_id": 1})).status == 404
    assert (await api.call("POST", f"/api/v2/filters/{one['id']}/statuses", "amy", json={})).status == 400
    assert await api.ok("GET", f"/api/v2/filters/{one['id']}/statuses", "amy") == [named]
    assert (await api.ok("GET", FILTERS, "amy"))[0]["statuses"] == [named]
    assert await api.ok("GET", f"/api/v2/filters/statuses/{named['id']}", "amy") == named
    assert await api.ok("DELETE", f"/api/v2/filters/statuses/{named['id']}", "amy") == {}
    assert (await api.call("DELETE", f"/api/v2/filters/statuses/{named['id']}", "amy")).status == 404
    await api.ok("POST", f"/api/v2/filters/{one['id']}/statuses", "amy", json={"status_id": post["id"]})
    await api.ok("DELETE", f"/api/v1/statuses/{post['id']}", "ben")
    assert await api.ok("GET", f"/api/v2/filters/{one['id']}/statuses", "amy") == []


async def test_old_clients_see_a_filter_for_each_word(api: Api) -> None:
    await api.join("amy")
    answer = await api.call("POST", OLD, "amy", json={"phrase": "grief", "context": ["home"], "irreversible": True})
    assert (answer.status, answer.headers["Deprecation"]) == (200, "@1668384000")
    one = answer.json
    assert faults(one, "OldFilter") == []
    assert one == {
        "id": one["id"], "phrase": "grief", "context": ["home"], "whole_word": False, "expires_at": None, "irreversible": True,
    }  # fmt: skip
    (new,) = await api.ok("GET", FILTERS, "amy")
    assert (new["title"], new["filter_action"], new["keywords"][0]["id"]) == ("grief", "hide", one["id"])
    changes = {"phrase": "loss", "context": ["thread"], "whole_word": True, "irreversible": "false", "expires_in": "60"}
    changed = await api.ok("PUT", f"/api/v1/filters/{one['id']}", "amy", data=changes)
    assert changed == one | {
        "phrase": "loss", "context": ["thread"], "whole_word": True, "irreversible": False,
        "expires_at": "2026-11-02T09:01:00.000Z",
    }  # fmt: skip
    assert (await api.ok("GET", FILTERS, "amy"))[0]["title"] == "loss"
    assert await api.ok("PUT", f"/api/v1/filters/{one['id']}", "amy", json={"whole_word": True}) == changed
    await api.ok("POST", f"/api/v2/filters/{new['id']}/keywords", "amy", json={"keyword": "mourning"})
    assert [word["phrase"] for word in await api.ok("GET", OLD, "amy")] == ["loss", "mourning"]
    assert await api.ok("GET", f"/api/v1/filters/{one['id']}", "amy") == changed
    for wanted in ({"context": ["home"]}, {"irreversible": True}, {"expires_in": ""}):
        refused = await api.call("PUT", f"/api/v1/filters/{one['id']}", "amy", json={"phrase": "loss"} | wanted)
        assert (refused.status, refused.json["error"][:33]) == (422, "These parameters cannot be changed"[:33])
    word = await api.ok("PUT", f"/api/v1/filters/{one['id']}", "amy", json={"phrase": "losses", "context": ["thread"]})
    assert word["phrase"] == "losses"
    assert await api.ok("DELETE", f"/api/v1/filters/{one['id']}", "amy") == {}
    assert (await api.call("DELETE", f"/api/v1/filters/{one['id']}", "amy")).status == 404
    (left,) = await api.ok("GET", FILTERS, "amy")
    assert (left["title"], [item["keyword"] for item in left["keywords"]]) == ("loss", ["mourning"])


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_old_clients_are_told_what_is_wrong(api: Api) -> None:
    await api.join("amy")
    answer = await api.call("POST", OLD, "amy", json={})
    assert (answer.status, answer.json["error"]) == (422, BLANK)
    one = await api.ok("POST", OLD, "amy", json={"phrase": "grief", "context": ["home"]})
    assert (await api.call("PUT", f"/api/v1/filters/{one['id']}", "amy", json={"phrase": ""})).status == 422
    assert (await api.call("PUT", f"/api/v1/filters/{one['id']}", "amy", json={"phrase": "x", "context": ["moon"]})).status == 422
    assert await api.ok("GET", OLD, "amy") == [one]
