"""The server's own documents, applications, complaints, and what has nothing to tell yet."""

from __future__ import annotations

import pytest

from fedisw.model.errors import Invalid
from fedisw.storage.queries import reports
from fedisw.web.mastodon.apps import check_redirects
from tests.support.jobs import all_jobs
from tests.web.mastodon.conftest import Api

EMPTY = (
    "/api/v1/announcements",
    "/api/v1/followed_tags",
    "/api/v1/featured_tags",
    "/api/v1/endorsements",
    "/api/v1/notifications/requests",
    "/api/v1/custom_emojis",
    "/api/v2/filters",
    "/api/v2/suggestions",
)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_clients_find_what_they_decide_by(api: Api) -> None:
    for slash in ("", "/"):
        new = await api.ok("GET", f"/api/v2/instance{slash}")
        old = await api.call("GET", f"/api/v1/instance{slash}")
    assert new["version"].startswith("4.6.0 (compatible; fedisw ")
    assert new["api_versions"] == {"mastodon": 9, "fedisw": 1}
    assert new["domain"] == old.json["uri"] == "alpha.test"
    assert new["configuration"]["urls"]["streaming"] == old.json["urls"]["streaming_api"] == "wss://alpha.test"
    assert new["configuration"]["statuses"]["max_characters"] == 5000
    assert old.headers["Deprecation"] == "@1668384000"
    assert (new["registrations"]["enabled"], new["registrations"]["approval_required"]) == (True, True)
    rules = await api.ok("GET", "/api/v1/instance/rules")
    assert rules == new["rules"]
    assert rules[0]["translations"]["es"]["text"] != rules[0]["text"]
    numbers = [value for section in new["configuration"].values() if isinstance(section, dict) for value in section.values()]
    assert all(value < 2**31 for value in numbers if isinstance(value, int))
    for path in (
        "/api/v1/instance/peers",
        "/api/v1/instance/domain_blocks",
    ):
        assert (await api.call("GET", path)).status == 404
    assert (await api.ok("GET", "/api/v1/instance/extended_description"))["content"]
    assert (await api.ok("GET", "/api/v1/instance/privacy_policy"))["content"]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_what_has_nothing_to_tell_answers(api: Api) -> None:
    (amy,) = await api.join("amy")
    for path in (*EMPTY, f"/api/v1/accounts/{amy.id}/featured_tags", f"/api/v1/accounts/{amy.id}/endorsements"):
        assert await api.ok("GET", path, "amy") == []
    assert (await api.call("POST", "/api/v1/announcements/1/dismiss", "amy")).status == 404
    assert (await api.ok("GET", "/api/v2/notifications/policy", "amy"))["for_bots"] == "accept"


async def test_an_application_registers_and_is_told_who_it_is(api: Api) -> None:
    (amy,) = await api.join("amy")
    form = {"client_name": " My App ", "redirect_uris": ["tusky://x", "urn:ietf:wg:oauth:2.0:oob"], "scopes": "read write push"}
    made = await api.ok("POST", "/api/v1/apps", json=form)
    assert (made["name"], made["redirect_uri"], made["scopes"]) == (
        "My App",
        "tusky://x\nurn:ietf:wg:oauth:2.0:oob",
        ["read", "write", "push"],
    )
    assert (made["client_secret_expires_at"], len(made["vapid_key"]), made["website"]) == (0, 87, None)
    token = await api.people.bearer(None, "read")
    for headers in (token, await api.people.bearer(amy, "push")):
        assert (await api.ok("GET", "/api/v1/apps/verify_credentials", headers=headers))["name"] == "Test app"
    assert (await api.call("GET", "/api/v1/apps/verify_credentials")).status == 401
    for changes, text in (
        ({"client_name": ""}, "Validation failed: Name can't be blank"),
        ({"redirect_uris": ""}, "Validation failed: Redirect uri can't be blank"),
        ({"redirect_uris": "nonsense"}, "Validation failed: Redirect uri must be an absolute URI."),
        ({"scopes": "read everything"}, "Validation failed: Scopes doesn't match configured on the server."),
        ({"website": "ftp://x"}, "Validation failed: Website must be a valid URL"),
    ):
        answer = await api.call("POST", "/api/v1/apps", json=form | changes)
        assert (answer.status, answer.json["error"]) == (422, text)


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "vbscript:x",
        "blob:https://x.test/1",
        "about:blank",
        "https://a.test/#x",
        "https://user@a.test/",
        "https://*.a.test/",
        "https:///x",
        "/relative",
        "https://a.test:port/",
        "https://a.test/\x00",
        " ",
    ],
)
def test_addresses_that_must_not_get_codes_are_refused(uri: str) -> None:
    with pytest.raises(Invalid):
        check_redirects([uri])


def test_eleven_addresses_are_too_many() -> None:
    assert len(check_redirects([f"https://a.test/{number}" for number in range(10)])) == 10
    with pytest.raises(Invalid):
        check_redirects([f"https://a.test/{number}" for number in range(11)])


async def test_a_complaint_is_stored_and_forwarded_on_demand(api: Api) -> None:
    await api.join("amy", "ben")
    rob = await api.remote()
    post = await api.receive(rob, "Bad")
    query = f"account_id={rob.id}&status_ids[]={post.id}&comment=look&forward=true&category=spam"
    made = await api.ok("POST", f"/api/v1/reports?{query}", "amy")
    assert (made["category"], made["forwarded"], made["status_ids"]) == ("spam", True, [str(post.id)])
    assert (await api.db.read(reports.find, int(made["id"]))).comment == "look"
    assert [job.kind for job in await all_jobs(api.db)] == ["FanOut", "PublishFlag"]
    secret = await api.post("ben", "x", visibility="private")
    ben = api.accounts["ben"].id
    for form, status, text in (
        ({}, 400, "param is missing or the value is empty or invalid: account_id"),
        ({"account_id": 404}, 404, "Record not found"),
        ({"account_id": ben, "status_ids": [post.id]}, 404, "Record not found"),
        ({"account_id": ben, "status_ids": [secret["id"]]}, 404, "Record not found"),
        ({"account_id": ben, "rule_ids": [99]}, 422, "Validation failed: Rule ids does not reference valid rules"),
        ({"account_id": ben, "category": "x"}, 422, "Validation failed: Category is not included in the list"),
        ({"account_id": ben, "comment": "x" * 1001}, 422, "Validation failed: Comment is too long (maximum is 1000 characters)"),
    ):
        answer = await api.call("POST", "/api/v1/reports/", "amy", json=form)
        assert (answer.status, answer.json["error"]) == (status, text)


async def test_a_post_is_embedded_as_a_quotation(api: Api) -> None:
    await api.join("amy")
    post, secret = await api.post("amy", "Hi <b>"), await api.post("amy", "x", visibility="private")
    shown = await api.ok("GET", "/api/oembed", params={"url": post["url"]})
    assert shown["html"] == f'<blockquote><p>Hi &lt;b&gt;</p>— <a href="{post["url"]}">amy</a></blockquote>'
    for url in (secret["url"], "https://beta.test/@amy/1", "https://alpha.test/@amy", "https://alpha.test/@amy/404"):
        assert (await api.call("GET", "/api/oembed", params={"url": url})).status == 404
