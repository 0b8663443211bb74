"""One's own profile and settings."""

from __future__ import annotations

import re

import pytest
from aiohttp import FormData

from tests.media.pictures import encoded, quarters
from tests.support.jobs import all_jobs
from tests.web.mastodon.conftest import Api
from tests.web.mastodon.tables import faults

PATH = "/api/v1/accounts/update_credentials"


async def test_a_profile_is_changed_where_something_was_said(api: Api) -> None:
    await api.join("amy", "ben")
    form = {
        "display_name": "Amy\u202e  A.",
        "note": "Hi @ben, see https://example.org #Case",
        "fields_attributes[7][name]": "Site",
        "fields_attributes[7][value]": "https://example.org",
        "fields_attributes[2][name]": "Town",
        "fields_attributes[2][value]": "B & C",
        "locked": "true",
        "bot": "0",
        "discoverable": "on",
        "source[language]": "DE",
    }
    mine = await api.ok("PATCH", PATH, "amy", data=form)
    assert (mine["display_name"], mine["locked"], mine["bot"], mine["discoverable"]) == ("Amy A.", True, False, True)
    assert 'class="u-url mention"' in mine["note"]
    assert 'rel="nofollow noopener noreferrer me"' in mine["note"]
    assert [(row["name"], re.sub("<[^>]*>", "", row["value"])) for row in mine["fields"]] == [
        ("Site", "https://example.org"),
        ("Town", "B &amp; C"),
    ]
    source = mine["source"]
    assert (source["note"], source["language"], source["privacy"]) == ("Hi @ben, see https://example.org #Case", "de", "public")
    assert [(row["name"], row["value"]) for row in source["fields"]] == [("Site", "https://example.org"), ("Town", "B & C")]
    again = await api.ok(
        "PUT", PATH, "amy", json={"fields_attributes": [{"name": "Only", "value": "x"}], "source": {"language": ""}}
    )
    assert (again["display_name"], [row["name"] for row in again["fields"]], again["source"]["language"]) == (
        "Amy A.",
        ["Only"],
        None,
    )
    assert (await api.ok("GET", "/api/v1/preferences", "amy"))["posting:default:language"] is None
    assert [job.kind for job in await all_jobs(api.db)] == ["PublishProfile", "CheckLinks"]  # one for both: it was not done yet


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_what_is_too_long_is_told_all_at_once(api: Api) -> None:
    await api.join("amy")
    answer = await api.call(
        "PATCH", PATH, "amy", json={"display_name": "x" * 41, "note": "y" * 501, "source": {"privacy": "direct"}}
    )
    assert answer.status == 422
    assert answer.json["error"] == (
        "Validation failed: Display name is too long (maximum is 40 characters), Note is too long (maximum is 500 characters), "
        "Privacy is not included in the list"
    )
    assert answer.json["details"]["note"] == [{"error": "ERR_TOO_LONG", "description": "is too long (maximum is 500 characters)"}]
    rows = {"fields_attributes": [{"name": str(number), "value": "x"} for number in range(5)]}
    assert (await api.call("PATCH", PATH, "amy", json=rows)).status == 422
    assert (await api.call("PATCH", PATH, "amy", json={"avatar": "no file"})).status == 422


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_pictures_are_made_safe_and_taken_away(api: Api) -> None:
    (amy,) = await api.join("amy")
    form = FormData({"avatar_description": "Me"})
    form.add_field("avatar", encoded(quarters(600, 500), "PNG"), filename="me.png", content_type="image/png")
    form.add_field("header", encoded(quarters(900, 300), "JPEG"), filename="top.jpg", content_type="image/jpeg")
    mine = await api.ok("PATCH", PATH, "amy", data=form)
    assert re.fullmatch(r"https://alpha\.test/media/local/[0-9a-f/]+\.\w+", mine["avatar"])
    assert mine["avatar_static"] == mine["avatar"]
    assert mine["avatar_description"] == "Me"
    key = mine["avatar"].removeprefix("https://alpha.test/media/")
    assert (await api.runtime.store.get(key)).size > 100
    await api.ok("PATCH", PATH, "amy", json={"avatar_description": "Still me"})
    assert (await api.ok("GET", f"/api/v1/accounts/{amy.id}"))["avatar_description"] == "Still me"
    for name, path in (("avatar", "/api/v1/profile/avatar"), ("header", "/api/v1/profile/header")):
        bare = await api.ok("DELETE", path, "amy")
        assert bare[name].startswith(f"https://alpha.test/static/{name}.")
    assert [job.kind for job in await all_jobs(api.db)].count("RemoveFiles") == 2
    wrong = FormData()
    wrong.add_field("avatar", b"<svg></svg>", filename="x.svg", content_type="image/svg+xml")
    assert (await api.call("PATCH", PATH, "amy", data=wrong)).status == 422


async def test_the_profile_of_the_editor_has_what_was_typed(api: Api) -> None:
    await api.join("amy")
    form = {
        "note": "Hi **all**",
        "fields_attributes": {"0": {"name": "Site", "value": "https://example.org"}},
        "show_media": False,
        "show_media_replies": "false",
        "show_featured": "0",
        "attribution_domains": ["https://www.Example.org/", "example.org", "blog.example.net"],
    }
    for method in ("PATCH", "PUT"):
        mine = await api.ok(method, "/api/v1/profile", "amy", json=form)
    assert faults(mine, "Profile") == []
    assert (mine["note"], mine["formatted_note"]) == ("Hi **all**", "<p>Hi <strong>all</strong></p>")
    assert (mine["fields"][0]["value"], mine["avatar"], mine["header_static"]) == ("https://example.org", None, None)
    assert mine["formatted_fields"][0]["value"].startswith('<a href="https://example.org"')
    assert (mine["show_media"], mine["show_media_replies"], mine["show_featured"]) == (False, False, False)
    assert mine["attribution_domains"] == ["example.org", "blog.example.net"]
    await api.ok("POST", "/api/v1/featured_tags", "amy", json={"name": "care"})
    assert [tag["name"] for tag in (await api.ok("GET", "/api/v1/profile", "amy"))["featured_tags"]] == ["care"]
    source = (await api.ok("GET", "/api/v1/accounts/verify_credentials", "amy"))["source"]
    assert source["attribution_domains"] == ["example.org", "blog.example.net"]
    assert (await api.call("GET", "/api/v1/profile")).status == 401
    assert [job.kind for job in await all_jobs(api.db)] == ["PublishProfile", "CheckLinks"]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_sites_of_an_author_are_names_of_hosts(api: Api) -> None:
    await api.join("amy")
    for domains, code in ((["not a host"], "ERR_INVALID"), ([f"a{number}.test" for number in range(101)], "ERR_TOO_LONG")):
        answer = await api.call("PATCH", "/api/v1/profile", "amy", json={"attribution_domains": domains})
        assert (answer.status, answer.json["details"]["attribution_domains"][0]["error"]) == (422, code)
