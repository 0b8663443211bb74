"""Quotes among our own people: who may, who sees what, and taking consent back (VIS-5; mastodon-api.md, section 2.11)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fedisw.model.statuses import Visibility
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts
from tests.support.jobs import all_jobs
from tests.web.mastodon.conftest import Api
from tests.web.mastodon.tables import faults

PATH = "/api/v1/statuses"
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def quoted(api: Api, who: str, of: Any, text: str = "Worth reading", **more: Any) -> Any:
    """A post that quotes another."""
    return await api.post(who, text, quoted_status_id=of["id"], **more)


async def look(api: Api, post: Any, who: str = "") -> Any:
    """A post as somebody sees it."""
    return await api.ok("GET", f"{PATH}/{post['id']}", who)


async def test_a_quote_shows_the_quoted_post_and_counts(api: Api) -> None:
    await api.join("amy", "ben")
    post = await api.post("amy", "Supervision", quote_approval_policy="public")
    made = await quoted(api, "ben", post)
    assert faults(made, "Status") == []
    assert made["quote"]["state"] == "accepted"
    assert made["quote"]["quoted_status"]["id"] == post["id"]
    assert made["content"].startswith(f'<p class="quote-inline">RE: <a href="{post["url"]}"')
    assert made["content"].endswith("<p>Worth reading</p>")
    assert (await look(api, post, "amy"))["quotes_count"] == 1
    seen = await look(api, made)
    assert faults(seen, "AnonymousStatus") == []
    assert seen["quote"]["quoted_status"]["account"]["username"] == "amy"
    (told,) = await api.ok("GET", "/api/v1/notifications", "amy")
    assert (told["type"], told["status"]["id"], told["account"]["username"]) == ("quote", made["id"], "ben")
    page = await api.ok("GET", f"/api/v1/statuses/{post['id']}/quotes", "amy")
    assert [item["id"] for item in page] == [made["id"]]
    (boost, home) = (
        await api.ok("POST", f"{PATH}/{made['id']}/reblog", "amy"),
        await api.ok("GET", "/api/v1/timelines/home", "ben"),
    )
    assert boost["quote"] == boost["reblog"]["quote"]
    assert home[0]["quote"]["quoted_status"]["id"] == post["id"]
    source = await api.ok("GET", f"{PATH}/{made['id']}/source", "ben")
    assert source["text"] == "Worth reading"


@ON_SQLITE
async def test_a_quote_in_a_quoted_post_is_told_by_its_id(api: Api) -> None:
    await api.join("amy")
    first = await api.post("amy", "one")
    second = await quoted(api, "amy", first, "two")
    third = await quoted(api, "amy", second, "three")
    inner = third["quote"]["quoted_status"]
    assert inner["quote"] == {"state": "accepted", "quoted_status_id": first["id"]}
    await api.ok("DELETE", f"{PATH}/{first['id']}", "amy")
    inner = (await look(api, third))["quote"]["quoted_status"]
    assert inner["quote"] == {"state": "deleted", "quoted_status_id": None}


@ON_SQLITE
async def test_a_quote_of_a_boost_quotes_what_it_boosts_and_an_own_text_is_not_needed(api: Api) -> None:
    await api.join("amy", "ben")
    post = await api.post("amy", "x", quote_approval_policy="public")
    boost = await api.ok("POST", f"{PATH}/{post['id']}/reblog", "ben")
    made = await api.ok("POST", PATH, "ben", json={"quoted_status_id": boost["id"]})
    assert made["quote"]["quoted_status"]["id"] == post["id"]
    assert "RE: " in made["content"]
    linked = await quoted(api, "ben", post, f"see {post['url']}")
    assert "RE: " not in linked["content"]


async def test_policies_say_who_may_quote(api: Api) -> None:
    await api.join("amy", "ben", "cat")
    await api.follow("ben", "amy")
    for given, ben, cat, automatic in (
        ({}, "automatic", "denied", ["followers"]),
        ({"quote_approval_policy": "public"}, "automatic", "automatic", ["public"]),
        ({"quote_approval_policy": "nobody"}, "denied", "denied", []),
        ({"quote_approval_policy": "public", "visibility": "private"}, "denied", None, []),
    ):
        post = await api.post("amy", "x", **given)
        for who, verdict in (("amy", "automatic"), ("ben", ben), ("cat", cat), ("", "denied")):
            if verdict is None or (not who and given.get("visibility")):
                assert (await api.call("GET", f"{PATH}/{post['id']}", who)).status == 404
            else:
                approval = (await look(api, post, who))["quote_approval"]
                assert approval == {"automatic": automatic, "manual": [], "current_user": verdict}
            if who:
                answer = await api.call("POST", PATH, who, json={"status": "q", "quoted_status_id": post["id"]})
                assert answer.status == (200 if verdict == "automatic" else 404)
    form = {"status": "x", "quote_approval_policy": "everybody"}
    assert (await api.call("POST", PATH, "amy", json=form)).status == 422
    await api.ok("PATCH", "/api/v1/accounts/update_credentials", "amy", json={"source": {"quote_policy": "nobody"}})
    assert (await api.post("amy", "x"))["quote_approval"]["automatic"] == []
    assert (await api.ok("GET", "/api/v1/preferences", "amy"))["posting:default:quote_policy"] == "nobody"


async def test_an_author_changes_who_may_quote(api: Api) -> None:
    await api.join("amy", "ben")
    post, secret = await api.post("amy", "x"), await api.post("amy", "@ben x", visibility="direct")
    path = f"/api/v1/statuses/{post['id']}/interaction_policy"
    changed = await api.ok("PUT", path, "amy", data={"quote_approval_policy": "public"})
    assert (changed["quote_approval"]["automatic"], changed["edited_at"]) == (["public"], None)
    assert await api.ok("PUT", path, "amy", data={"quote_approval_policy": "public"}) == changed
    assert (await api.call("PUT", path, "ben", data={"quote_approval_policy": "nobody"})).status == 404
    assert (await api.call("PUT", path, "amy")).status == 422
    assert (await api.call("PUT", path, "amy", data={"quote_approval_policy": "x"})).status == 422
    forced = await api.ok(
        "PUT", f"/api/v1/statuses/{secret['id']}/interaction_policy", "amy", data={"quote_approval_policy": "public"}
    )
    assert forced["quote_approval"] == {"automatic": [], "manual": [], "current_user": "denied"}
    edited = await api.ok("PUT", f"{PATH}/{post['id']}", "amy", json={"status": "x", "quote_approval_policy": "nobody"})
    assert (edited["quote_approval"]["automatic"], edited["edited_at"]) == ([], None)
    again = await api.ok("PUT", f"{PATH}/{post['id']}", "amy", json={"status": "y"})
    assert again["quote_approval"]["automatic"] == []
    assert [job.kind for job in await all_jobs(api.db)].count("PublishEdit") == 3


async def test_quotes_are_listed_for_whom_may_read_them(api: Api) -> None:
    await api.join("amy", "ben", "cat", "dan")
    await api.follow("cat", "ben")
    post = await api.post("amy", "x", quote_approval_policy="public")
    private, public = await quoted(api, "ben", post, visibility="private"), await quoted(api, "dan", post)
    for who, found in (("amy", [public]), ("cat", [public, private]), ("ben", [public, private])):
        answer = await api.call("GET", f"/api/v1/statuses/{post['id']}/quotes?limit=2", who)
        assert [item["id"] for item in answer.json] == [item["id"] for item in found]
        assert f"max_id={private['id']}" in answer.headers["Link"]
        assert f"since_id={public['id']}" in answer.headers["Link"]
    await api.ok("POST", f"/api/v1/accounts/{api.accounts['dan'].id}/block", "cat")
    assert [item["id"] for item in await api.ok("GET", f"{PATH}/{post['id']}/quotes", "cat")] == [private["id"]]
    assert await api.ok("GET", f"{PATH}/{post['id']}/quotes?max_id={private['id']}", "cat") == []
    assert (await api.call("GET", f"{PATH}/1/quotes", "cat")).status == 404


async def test_consent_is_taken_back(api: Api) -> None:
    await api.join("amy", "ben", "cat")
    post = await api.post("amy", "x", quote_approval_policy="public")
    other = await api.post("amy", "y", quote_approval_policy="public")
    made = await quoted(api, "ben", post)
    path = f"/api/v1/statuses/{post['id']}/quotes/{made['id']}/revoke"
    for who in ("ben", "cat"):
        assert (await api.call("POST", path, who)).status == 403
    assert (await api.call("POST", f"{PATH}/{other['id']}/quotes/{made['id']}/revoke", "amy")).status == 404
    assert (await api.call("POST", f"{PATH}/{post['id']}/quotes/1/revoke", "amy")).status == 404
    for _ in range(2):
        shown = await api.ok("POST", path, "amy")
        assert (shown["id"], shown["quote"]) == (made["id"], {"state": "revoked", "quoted_status": None})
    assert (await look(api, made, "cat"))["quote"]["state"] == "revoked"
    assert (await look(api, post))["quotes_count"] == 0
    assert await api.ok("GET", f"{PATH}/{post['id']}/quotes", "amy") == []
    assert await api.ok("GET", "/api/v1/notifications", "amy") == []


async def test_who_may_not_see_the_quoted_post_is_told_so_and_nothing_else(api: Api) -> None:
    await api.join("amy", "ben", "cat", "dan", "eve", "fay")
    rob = await api.remote()
    await api.follow("dan", "amy")
    secret = await api.post("amy", "for followers", visibility="private")
    made = await quoted(api, "amy", secret, "own", visibility="public")
    assert made["visibility"] == "private"
    loud = await api.post("amy", "loud", quote_approval_policy="public")
    by_ben = await quoted(api, "ben", loud)
    theirs = await api.receive(rob, "theirs", quote_policy="public")
    by_cat = await quoted(api, "ben", {"id": str(theirs.id)}, visibility="local")
    amy, robs = f"/api/v1/accounts/{api.accounts['amy'].id}", f"/api/v1/accounts/{rob.id}"
    await api.ok("POST", f"{amy}/block", "cat")
    await api.ok("POST", f"{amy}/mute", "eve")
    await api.ok("POST", f"/api/v1/accounts/{api.accounts['fay'].id}/block", "amy")
    await api.ok("POST", "/api/v1/domain_blocks", "dan", data={"domain": "beta.test"})
    await api.ok("POST", f"{robs}/mute", "cat")
    nothing = {"state": "blocked_account", "quoted_status": None}
    assert (await look(api, by_ben, "cat"))["quote"] == nothing
    assert (await look(api, by_ben, "fay"))["quote"] == {"state": "unauthorized", "quoted_status": None}
    muted = (await look(api, by_ben, "eve"))["quote"]
    assert (muted["state"], muted["quoted_status"]["id"]) == ("muted_account", loud["id"])
    assert (await look(api, by_cat, "dan"))["quote"] == {"state": "blocked_domain", "quoted_status": None}
    assert (await look(api, by_cat, "cat"))["quote"]["state"] == "muted_account"
    assert (await look(api, by_cat, "eve"))["quote"]["state"] == "accepted"
    await api.db.write(_suspend, api.accounts["amy"].id, api)
    for who in ("", "eve", "ben"):
        assert (await look(api, by_ben, who))["quote"] == {"state": "unauthorized", "quoted_status": None}


def _suspend(tx: Tx, account_id: int, api: Api) -> None:
    accounts.replace(tx, replace(accounts.get(tx, account_id), suspended_at=api.clock()))


@ON_SQLITE
async def test_what_may_not_be_quoted_is_refused(api: Api) -> None:
    await api.join("amy", "ben", "cat")
    await api.follow("ben", "amy")
    public = await api.post("amy", "x", quote_approval_policy="public")
    private, direct = await api.post("amy", "x", visibility="private"), await api.post("amy", "@ben x", visibility="direct")
    alone = "Validation failed: Cannot attach files or a poll to a post that quotes another one"
    named = "Validation failed: Cannot quote a non-mentioned user in a Private Mention post."
    for status, error, who, form in (
        (404, "Record not found", "ben", {"quoted_status_id": private["id"]}),
        (404, "Record not found", "ben", {"quoted_status_id": direct["id"]}),
        (404, "Record not found", "amy", {"quoted_status_id": direct["id"]}),
        (404, "Record not found", "ben", {"quoted_status_id": "1"}),
        (422, alone, "ben", {"quoted_status_id": public["id"], "poll": {"options": ["a", "b"], "expires_in": 300}}),
        (422, named, "ben", {"quoted_status_id": public["id"], "visibility": "direct", "status": "@cat see"}),
    ):
        answer = await api.call("POST", PATH, who, json={"status": "q"} | form)
        assert (answer.status, answer.json["error"]) == (status, error)
    await api.ok("POST", PATH, "ben", json={"status": "@amy hm", "quoted_status_id": public["id"], "visibility": "direct"})
    await api.ok("POST", f"/api/v1/accounts/{api.accounts['cat'].id}/block", "amy")
    assert (await api.call("POST", PATH, "cat", json={"status": "q", "quoted_status_id": public["id"]})).status == 404


async def test_what_quotes_a_post_of_this_server_only_stays_here(api: Api) -> None:
    await api.join("amy", "ben")
    post = await api.post("amy", "x", visibility="local", quote_approval_policy="public")
    made = await quoted(api, "ben", post)
    assert made["local_only"] is True
    assert (await api.call("GET", f"{PATH}/{made['id']}")).status == 404
    assert "PublishStatus" not in {job.kind for job in await all_jobs(api.db)}


async def test_people_who_quote_learn_of_edits_and_deletions(api: Api) -> None:
    await api.join("amy", "ben")
    post = await api.post("amy", "x", quote_approval_policy="public")
    made = await quoted(api, "ben", post)
    await api.ok("PUT", f"{PATH}/{post['id']}", "amy", json={"status": "changed"})
    (told,) = await api.ok("GET", "/api/v1/notifications", "ben")
    assert (told["type"], told["status"]["id"], told["account"]["username"]) == ("quoted_update", made["id"], "amy")
    assert (await look(api, made))["quote"]["quoted_status"]["content"] == "<p>changed</p>"
    edited = await api.ok("PUT", f"{PATH}/{made['id']}", "ben", json={"status": "still"})
    assert edited["content"].endswith("<p>still</p>")
    assert edited["content"].startswith('<p class="quote-inline">')
    with_poll = {"status": "x", "poll": {"options": ["a", "b"], "expires_in": 300}}
    assert (await api.call("PUT", f"{PATH}/{made['id']}", "ben", json=with_poll)).status == 422
    await api.ok("DELETE", f"{PATH}/{post['id']}", "amy")
    assert (await look(api, made))["quote"] == {"state": "deleted", "quoted_status": None}
    other = await api.post("amy", "z", quote_approval_policy="public")
    second = await quoted(api, "ben", other)
    gone = await api.ok("DELETE", f"{PATH}/{second['id']}", "ben")
    assert (gone["text"], gone["quote"]["quoted_status"]["id"]) == ("Worth reading", other["id"])
    assert (await look(api, other))["quotes_count"] == 0


async def test_posts_of_others_are_asked_for_consent(api: Api) -> None:
    await api.join("amy")
    rob = await api.remote()
    for policy, state in (("public", "pending"), ("|public", "pending"), ("unsupported_policy", "pending"), ("", None)):
        post = await api.receive(rob, "theirs", quote_policy=policy)
        answer = await api.call("POST", PATH, "amy", json={"status": "q", "quoted_status_id": str(post.id)})
        assert answer.status == (404 if state is None else 200)
        if state is not None:
            assert answer.json["quote"] == {"state": "pending", "quoted_status": None}
    assert [job.kind for job in await all_jobs(api.db)].count("AskToQuote") == 3
    seen = await look(api, {"id": str(post.id)}, "amy")
    assert seen["quote_approval"]["current_user"] == "denied"


@ON_SQLITE
async def test_quotes_wait_for_their_time_too(api: Api) -> None:
    await api.join("amy", "ben")
    post = await api.post("amy", "x", quote_approval_policy="public")
    form = {"status": "later", "quoted_status_id": post["id"], "scheduled_at": "2027-01-01T00:00:00Z"}
    made = await api.ok("POST", PATH, "ben", json=form | {"quote_approval_policy": "nobody"})
    assert (made["params"]["quoted_status_id"], made["params"]["quote_approval_policy"]) == (post["id"], "nobody")
    secret = await api.post("amy", "x", visibility="direct")
    assert (await api.call("POST", PATH, "ben", json=form | {"quoted_status_id": secret["id"]})).status == 404


@ON_SQLITE
async def test_a_text_says_that_it_stays_here(api: Api) -> None:
    await api.join("amy", "ben")
    for form in (
        {"status": "@ben hi 👁"},
        {"status": "@ben hi 👁\ufe0f "},
        {"status": "hi :local_only: @ben"},
        {"status": "@ben hi", "local_only": "true"},
        {"status": "@ben hi", "visibility": "local"},
    ):
        made = await api.post("amy", **{"text": form.pop("status")}, **form)
        assert (made["local_only"], made["visibility"]) == (True, Visibility.PUBLIC.value)
        assert "👁" not in made["content"]
        assert ":local_only:" not in made["content"]
    assert (await api.post("amy", "the 👁 sees"))["local_only"] is False
    assert "PublishStatus" in {job.kind for job in await all_jobs(api.db)}
