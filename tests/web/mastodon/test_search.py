"""Looking for people, posts and tags."""

from __future__ import annotations

from fedisw.tasks.indexing import index_posts
from fedisw.web.mastodon.search import NO_OFFSET, NO_RESOLVE
from tests.web.mastodon.conftest import Api

PATH = "/api/v2/search"


async def test_people_tags_and_posts_are_found(api: Api) -> None:
    amy, ben = await api.join("amy", "ben")
    rob = await api.remote(display_name="Robert Case")
    post = await api.post("amy", "one #Casework #case")
    theirs = await api.receive(rob, "far")

    async def found(q: str, who: str = "ben", **more: str) -> tuple[list[str], list[str], list[str]]:
        result = await api.ok("GET", PATH, who, params={"q": q, **more})
        return (
            [account["acct"] for account in result["accounts"]],
            [status["id"] for status in result["statuses"]],
            [tag["name"] for tag in result["hashtags"]],
        )

    assert await found("cas") == (["rob@beta.test"], [], ["case", "casework"])
    assert await found("#cas") == ([], [], ["case", "casework"])
    assert await found("cas", type="hashtags", limit="1", offset="1") == ([], [], ["casework"])
    assert await found("@am") == (["amy"], [], [])
    for text in ("@rob@beta.test", "rob@beta.test", "rob@BETA.test", rob.uri, "https://alpha.test/@rob@beta.test"):
        assert await found(text) == (["rob@beta.test"], [], []), text
    for text in ("@amy@alpha.test", amy.uri, "https://alpha.test/@amy"):
        assert await found(text, "") == (["amy"], [], []), text
    for text in (post["url"], post["uri"], f"{post['url']}?x=1"):
        assert await found(text) == ([], [post["id"]], []), text
    assert await found(theirs.uri) == ([], [str(theirs.id)], [])
    assert await found("https://nowhere.test/x", resolve="true") == ([], [], [])
    assert await found("zoe@nowhere.test", resolve="true") == ([], [], [])
    await api.follow("ben", "amy")
    assert await found("a", following="true") == (["amy"], [], [])
    assert [one["id"] for one in await api.ok("GET", "/api/v1/accounts/search?q=ben", "amy")] == [str(ben.id)]


async def test_what_somebody_may_not_see_is_not_found(api: Api) -> None:
    await api.join("amy", "ben", "eve")
    secret = await api.post("amy", "x", visibility="private")
    late = await api.people.person("benno", approved_at=None)
    for text in (secret["url"], secret["uri"], f"https://alpha.test/@amy/{secret['id']}"):
        assert (await api.ok("GET", PATH, "ben", params={"q": text}))["statuses"] == []
    await api.ok("POST", f"/api/v1/accounts/{api.accounts['amy'].id}/block", "ben")
    for text in ("am", "@amy@alpha.test", "benn", "@benno@alpha.test", late.uri):
        assert (await api.ok("GET", PATH, "ben", params={"q": text}))["accounts"] == [], text
    assert (await api.call("GET", f"/api/v1/accounts/{late.id}", "ben")).status == 404
    assert (await api.call("GET", "/api/v1/accounts/lookup?acct=benno", "ben")).status == 404


async def test_searches_that_make_no_sense_are_refused(api: Api) -> None:
    await api.join("amy")
    for query, who, status, text in (
        ("", "amy", 400, "param is missing or the value is empty or invalid: q"),
        ("q=", "amy", 400, "param is missing or the value is empty or invalid: q"),
        ("q=a&offset=-1", "amy", 400, "Pagination values for `offset` and `limit` must be positive"),
        ("q=a&limit=-1", "amy", 400, "Pagination values for `offset` and `limit` must be positive"),
        ("q=a&resolve=true", "", 401, NO_RESOLVE),
        ("q=a&offset=1", "", 401, NO_OFFSET),
    ):
        answer = await api.call("GET", f"{PATH}?{query}", who)
        assert (answer.status, answer.json["error"]) == (status, text)


async def test_names_are_looked_up_in_what_is_known(api: Api) -> None:
    amy, _ = await api.join("amy", "ben")
    rob = await api.remote()
    for acct, wanted in (("amy", amy), ("@AMY", amy), ("amy@alpha.test", amy), ("@rob@beta.test", rob)):
        assert (await api.ok("GET", "/api/v1/accounts/lookup", params={"acct": acct}))["id"] == str(wanted.id)
    assert (await api.call("GET", "/api/v1/accounts/lookup?acct=rob")).status == 404
    assert (await api.call("GET", "/api/v1/accounts/lookup")).status == 400


async def test_posts_are_found_by_their_words(api: Api) -> None:
    amy, _ = await api.join("amy", "ben")
    rob = await api.remote(indexable=True)
    mine = await api.post("amy", "Supervision of grief groups", visibility="private")
    theirs = await api.receive(rob, "Grief in schools", language="es")
    await index_posts(api.db)

    async def found(q: str, who: str = "amy", **more: str) -> list[str]:
        return [status["id"] for status in (await api.ok("GET", PATH, who, params={"q": q, **more}))["statuses"]]

    both = [str(theirs.id), mine["id"]] if theirs.id > int(mine["id"]) else [mine["id"], str(theirs.id)]
    assert await found("grief") == both
    assert await found("grief", "ben") == [str(theirs.id)]
    assert await found("grief", "") == []
    assert (
        await found('"grief groups"') == await found("grief from:me") == await found("grief from:@amy@alpha.test") == [mine["id"]]
    )
    assert await found("grief from:@rob@beta.test") == await found("grief language:es") == [str(theirs.id)]
    assert await found("grief", account_id=str(amy.id)) == [mine["id"]]
    assert await found("grief", type="statuses", limit="1") == both[:1]
    assert await found("grief", type="statuses", limit="1", offset="1") == both[1:]
    assert await found("grief", max_id=both[0]) == both[1:]
    assert await found("grief", min_id=both[1]) == both[:1]
    assert await found("grief", type="accounts") == []
    assert await found("???") == []
    for operator, days in (("before", ["0001-01-01"]), ("after", ["9999-12-31"]), ("during", ["0001-01-01", "9999-12-31"])):
        for day in days:
            assert await found(f"grief {operator}:{day}") == []
    assert await found("grief before:9999-12-31") == await found("grief after:0001-01-01") == both
    assert await found("社" * 800) == []
    for text in ("from:me", "has:media"):
        refused = await api.call("GET", PATH, "amy", params={"q": text})
        assert (refused.status, refused.json["error"]) == (400, "At least one keyword or phrase is required")
