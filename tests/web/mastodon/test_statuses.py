"""Posts: writing, changing, deleting, reading (mastodon-api.md, sections 2.11, 3.7, 3.8)."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import FormData

from fedisw.model.media import Media, MediaKind, MediaState
from fedisw.storage.queries import accounts, media, statuses
from tests.support.jobs import all_jobs
from tests.web.mastodon.conftest import Api

PATH = "/api/v1/statuses"


async def test_a_text_becomes_the_html_that_clients_expect(api: Api) -> None:
    await api.join("amy", "ben")
    rob = await api.remote()
    link = "https://www.example.org/a/very/long/path/that/goes/on"
    made = await api.post("amy", f"Hi @ben and @rob@beta.test,\r\nsee {link} #Case\n\n<script>x</script> :blob:")
    ben = "https://alpha.test/@ben"
    assert made["content"] == (
        f'<p>Hi <span class="h-card" translate="no"><a href="{ben}" class="u-url mention" target="_blank" '
        f'rel="nofollow noopener noreferrer">@<span>ben</span></a></span> and '
        f'<span class="h-card" translate="no"><a href="{rob.url}" class="u-url mention" target="_blank" '
        f'rel="nofollow noopener noreferrer">@<span>rob</span></a></span>,<br />'
        'see <a href="https://www.example.org/a/very/long/path/that/goes/on" target="_blank" '
        'rel="nofollow noopener noreferrer" translate="no"><span class="invisible">https://www.</span>'
        '<span class="ellipsis">example.org/a/very/long/path/t</span><span class="invisible">hat/goes/on</span></a> '
        '<a href="https://alpha.test/tags/case" class="mention hashtag" target="_blank" '
        'rel="tag nofollow noopener noreferrer">#<span>Case</span></a></p>'
        "<p>&lt;script&gt;x&lt;/script&gt; :blob:</p>"
    )
    assert [item["acct"] for item in made["mentions"]] == ["ben", "rob@beta.test"]
    assert {item["url"] for item in made["mentions"]} == {ben, rob.url}
    assert made["tags"] == [{"name": "case", "url": "https://alpha.test/tags/case"}]
    assert {"FanOut", "PublishStatus"} <= {job.kind for job in await all_jobs(api.db)}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_post_is_sent_in_every_way(api: Api) -> None:
    await api.join("amy")
    multipart = FormData({"status": "hi", "spoiler_text": "cw", "poll[options][]": "a"}, default_to_multipart=True)
    multipart.add_field("poll[options][]", "b")
    multipart.add_field("poll[expires_in]", "300")
    form = "status=hi&spoiler_text=cw&poll[options][]=a&poll[options][]=b&poll[expires_in]=300"
    tree = {"status": "hi", "spoiler_text": "cw", "poll": {"options": {"0": "a", "1": "b"}, "expires_in": "300"}}
    made = [
        await api.ok("POST", PATH, "amy", data=form, headers={"Content-Type": "application/x-www-form-urlencoded"}),
        await api.ok("POST", f"{PATH}?{form}", "amy"),
        await api.ok("POST", PATH, "amy", json=tree),
        await api.ok("POST", PATH, "amy", data=multipart),
    ]
    for post in made:
        assert (post["content"], post["spoiler_text"], post["sensitive"]) == ("<p>hi</p>", "cw", True)
        assert [option["title"] for option in post["poll"]["options"]] == ["a", "b"]


async def test_what_breaks_a_rule_is_refused_in_the_words_clients_know(api: Api) -> None:
    await api.join("amy", "ben")
    poll = {"options": ["a", "b"], "expires_in": 300}
    for form, text in (
        ({"status": "  "}, "Validation failed: Text can't be blank"),
        ({"status": "x" * 5001}, "Validation failed: Text character limit of 5000 exceeded"),
        ({"status": "x", "media_ids": ["1", "2", "3", "4", "5"]}, "Cannot attach more than 4 files"),
        ({"status": "x", "media_ids": ["404"]}, "Media IDS not found or already attached to another post"),
        ({"status": "x", "visibility": "circle"}, "Validation failed: Visibility is not included in the list"),
        ({"status": "x", "poll": poll | {"options": ["a"]}}, "Validation failed: Options must have more than one item"),
        (
            {"status": "x", "poll": poll | {"options": list("abcde")}},
            "Validation failed: Options can't contain more than 4 items",
        ),
        ({"status": "x", "poll": poll | {"options": ["a", "a"]}}, "Validation failed: Options contain duplicate items"),
        (
            {"status": "x", "poll": poll | {"options": ["a", "b" * 51]}},
            "Validation failed: Options can't be longer than 50 characters each",
        ),
        ({"status": "x", "poll": poll | {"expires_in": 299}}, "Validation failed: Expires at is too soon"),
        ({"status": "x", "poll": poll | {"expires_in": 2_629_747}}, "Validation failed: Expires at is too far into the future"),
        ({"status": "@nobody hi"}, "Validation failed: Text mentions somebody who does not exist here"),
        ({"status": "@nobody@alpha.test hi"}, "Validation failed: Text mentions somebody who does not exist here"),
    ):
        answer = await api.call("POST", PATH, "amy", json=form)
        assert (answer.status, answer.json["error"]) == (422, text)
    answer = await api.call("POST", PATH, "amy", json={"status": "x", "in_reply_to_id": "404"})
    assert (answer.status, answer.json["error"]) == (404, "Record not found")
    assert await api.db.read(statuses.local_count) == 0


async def test_what_is_not_said_comes_from_the_settings_of_the_person(api: Api) -> None:
    await api.join("amy", "ben")
    form = {"source": {"privacy": "unlisted", "sensitive": True, "language": "de"}}
    await api.ok("PATCH", "/api/v1/accounts/update_credentials", "amy", json=form)
    made = await api.post("amy", "x")
    assert (made["visibility"], made["sensitive"], made["language"]) == ("unlisted", True, "de")
    said = await api.post("amy", "x", visibility="public", sensitive=False, language="pt-br")
    assert (said["visibility"], said["sensitive"], said["language"]) == ("public", False, "pt-BR")
    local = await api.post("amy", "x", visibility="local")
    assert local["visibility"] == "public"
    assert (await api.call("GET", f"{PATH}/{local['id']}")).status == 404
    assert (await api.call("GET", f"{PATH}/{local['id']}", "ben")).status == 200


async def test_a_reply_without_a_visibility_is_not_wider_than_what_it_answers(api: Api) -> None:
    await api.join("amy", "ben")
    secret = await api.post("amy", "@ben secret", visibility="direct")
    assert (await api.post("ben", "@amy yes", in_reply_to_id=secret["id"]))["visibility"] == "direct"
    assert (await api.call("POST", PATH, "amy", json={"status": "x", "in_reply_to_id": secret["id"]})).status == 200


async def test_posts_of_limited_people_stay_out_of_public_timelines(api: Api) -> None:
    await api.join("amy", limited_at=api.clock())
    assert (await api.post("amy", "x", visibility="public"))["visibility"] == "unlisted"


async def test_a_content_note_alone_is_the_text(api: Api) -> None:
    await api.join("amy")
    made = await api.post("amy", "", spoiler_text="Only this")
    assert (made["content"], made["spoiler_text"]) == ("<p>Only this</p>", "")


async def test_a_post_that_would_reach_more_people_than_allowed_is_not_sent(api: Api) -> None:
    _, ben = await api.join("amy", "ben")
    form = {"status": "@ben hi", "visibility": "direct", "allowed_mentions": []}
    answer = await api.call("POST", PATH, "amy", json=form)
    assert (answer.status, answer.json["unexpected_accounts"]) == (422, [{"id": str(ben.id), "acct": "ben"}])
    assert (await api.call("POST", PATH, "amy", json=form | {"allowed_mentions": [str(ben.id)]})).status == 200


async def test_the_same_key_gives_the_same_post(api: Api) -> None:
    await api.join("amy", "ben")
    key = {"Idempotency-Key": "k1"}
    first = await api.ok("POST", PATH, "amy", json={"status": "once"}, headers=key)
    again = await api.ok("POST", f"{PATH}?status=once", "amy", headers=key)
    assert again["id"] == first["id"]
    other = await api.call("POST", PATH, "amy", json={"status": "another"}, headers=key)
    assert (other.status, other.json["error"]) == (422, "Validation failed: Idempotency-key was used for another post")
    assert (await api.ok("POST", PATH, "ben", json={"status": "once"}, headers=key))["id"] != first["id"]
    await api.ok("PUT", f"{PATH}/{first['id']}", "amy", json={"status": "changed"})
    assert (await api.ok("POST", PATH, "amy", json={"status": "once"}, headers=key))["content"] == "<p>changed</p>"


async def test_the_same_key_at_once_makes_one_post(api: Api) -> None:
    await api.join("amy")
    calls = [api.ok("POST", PATH, "amy", json={"status": "once"}, headers={"Idempotency-Key": "k"}) for _ in range(8)]
    made = await asyncio.gather(*calls)
    assert len({post["id"] for post in made}) == 1
    assert await api.db.read(statuses.local_count) == 1


async def test_an_edit_replaces_all_that_a_post_says(api: Api) -> None:
    await api.join("amy", "ben")
    made = await api.post("amy", "@ben one", spoiler_text="cw", language="de", poll={"options": ["a", "b"], "expires_in": 300})
    await api.ok("POST", f"/api/v1/polls/{made['poll']['id']}/votes", "ben", json={"choices": [0]})
    api.clock.forward(minutes=1)
    form = {"status": "two", "poll": {"options": ["a", "c"], "expires_in": 300}}
    changed = await api.ok("PUT", f"{PATH}/{made['id']}", "amy", json=form)
    assert (changed["content"], changed["spoiler_text"], changed["sensitive"], changed["language"]) == (
        "<p>two</p>",
        "",
        False,
        "de",
    )
    assert (changed["mentions"], changed["edited_at"]) == ([], "2026-11-02T09:01:00.000Z")
    assert [(option["title"], option["votes_count"]) for option in changed["poll"]["options"]] == [("a", 0), ("c", 0)]
    same = await api.ok("PUT", f"{PATH}/{made['id']}", "amy", json=form)
    assert same["edited_at"] == changed["edited_at"]
    history = await api.ok("GET", f"{PATH}/{made['id']}/history")
    assert [form["content"].rpartition("two")[1] or form["spoiler_text"] for form in history] == ["cw", "two"]
    assert [option["title"] for option in history[0]["poll"]["options"]] == ["a", "b"]
    assert (await api.ok("GET", f"{PATH}/{made['id']}/source", "amy")) == {"id": made["id"], "text": "two", "spoiler_text": ""}
    assert (await api.call("PUT", f"{PATH}/{made['id']}", "ben", json=form)).status == 404
    assert (await api.call("GET", f"{PATH}/{made['id']}/source", "ben")).status == 404


async def test_a_deleted_post_comes_back_as_it_was_typed(api: Api) -> None:
    await api.join("amy", "ben")
    made = await api.post("amy", "one *two*", spoiler_text="cw")
    assert (await api.call("DELETE", f"{PATH}/{made['id']}", "ben")).status == 404
    gone = await api.ok("DELETE", f"{PATH}/{made['id']}", "amy")
    assert (gone["id"], gone["text"], gone["spoiler_text"]) == (made["id"], "one *two*", "cw")
    assert (await api.call("DELETE", f"{PATH}/{made['id']}", "amy")).status == 404
    assert (await api.call("GET", f"{PATH}/{made['id']}", "amy")).status == 404


async def test_files_of_others_are_not_attached(api: Api) -> None:
    amy, ben = await api.join("amy", "ben")

    def file(number: int, kind: MediaKind = MediaKind.IMAGE, owner: int = amy.id, state: MediaState = MediaState.READY) -> Media:
        key = f"local/00/00/{number:032}.png"
        return Media(id=number, account_id=owner, kind=kind, state=state, media_type="image/png", key=key, created_at=api.clock())

    for item in (
        file(1),
        file(2, owner=ben.id),
        file(3, MediaKind.VIDEO),
        file(4, state=MediaState.PROCESSING),
        file(5),
    ):
        await api.db.write(media.add, item)
    missing = "Media IDS not found or already attached to another post"
    for ids, text in (
        (["2"], missing),
        (["1", "2"], missing),
        (["1", "3"], "Cannot attach a video to a post that already contains images"),
        (["4"], "Cannot attach files that have not finished processing. Try again in a moment!"),
    ):
        answer = await api.call("POST", PATH, "amy", json={"status": "x", "media_ids": ids})
        assert (answer.status, answer.json["error"]) == (422, text)
    made = await api.post("amy", "", media_ids=["5", "1"])
    assert [item["id"] for item in made["media_attachments"]] == ["5", "1"]
    assert (await api.call("POST", PATH, "amy", json={"status": "x", "media_ids": ["1"]})).json["error"] == missing
    form = {"status": "", "media_ids": ["5", "1"], "media_attributes": [{"id": "5", "description": "A tree", "focus": "0.5,-2"}]}
    changed = await api.ok("PUT", f"{PATH}/{made['id']}", "amy", json=form)
    assert changed["media_attachments"][0]["description"] == "A tree"
    assert changed["media_attachments"][0]["meta"]["focus"] == {"x": 0.5, "y": -1.0}
    assert [job.kind for job in await all_jobs(api.db)].count("PublishEdit") == 1
    stolen = {"status": "", "media_ids": ["5"], "media_attributes": [{"id": "2", "description": "Mine now"}]}
    await api.ok("PUT", f"{PATH}/{made['id']}", "amy", json=stolen)
    assert (await api.db.read(media.owned, [2], account_id=ben.id))[0].description == ""


async def test_a_thread_is_read_around_a_post(api: Api) -> None:
    await api.join("amy", "ben", "cat")
    top = await api.post("amy", "top")
    middle = await api.post("ben", "@amy middle", in_reply_to_id=top["id"])
    low = await api.post("amy", "@ben low", in_reply_to_id=middle["id"])
    beside = await api.post("cat", "@amy beside", in_reply_to_id=top["id"])
    secret = await api.post("ben", "@amy secret", in_reply_to_id=low["id"], visibility="direct")
    around = await api.ok("GET", f"{PATH}/{middle['id']}/context", "amy")
    assert [[post["id"] for post in around[part]] for part in ("ancestors", "descendants")] == [
        [top["id"]],
        [low["id"], secret["id"]],
    ]
    below = await api.ok("GET", f"{PATH}/{top['id']}/context")
    assert [post["id"] for post in below["descendants"]] == [middle["id"], low["id"], beside["id"]]
    await api.ok("POST", f"/api/v1/accounts/{api.accounts['cat'].id}/mute", "amy")
    assert len((await api.ok("GET", f"{PATH}/{top['id']}/context", "amy"))["descendants"]) == 3
    assert (await api.call("GET", f"{PATH}/{secret['id']}/context", "cat")).status == 404


async def test_several_posts_are_read_at_once(api: Api) -> None:
    await api.join("amy", "ben")
    first, secret = await api.post("amy", "one"), await api.post("amy", "two", visibility="private")
    ids = f"id[]={secret['id']}&id[]={first['id']}&id[]=404"
    assert [post["id"] for post in await api.ok("GET", f"{PATH}?{ids}", "ben")] == [first["id"]]
    assert [post["id"] for post in await api.ok("GET", f"{PATH}?{ids}", "amy")] == [secret["id"], first["id"]]
    many = "&".join(f"id[]={number}" for number in range(21))
    assert (await api.call("GET", f"{PATH}?{many}", "amy")).status == 422


async def test_posts_of_people_with_reach_fediverse_ask_for_a_sign_in(api: Api) -> None:
    (amy,) = await api.join("amy", reach="fediverse")
    post = await api.post("amy", "x")
    poll = await api.post("amy", "?", poll={"options": ["a", "b"], "expires_in": 300})
    for path in (
        f"{PATH}/{post['id']}",
        f"{PATH}/{post['id']}/context",
        f"{PATH}/{post['id']}/history",
        f"{PATH}/{post['id']}/favourited_by",
        f"/api/v1/polls/{poll['poll']['id']}",
        f"/api/v1/accounts/{amy.id}",
        f"/api/v1/accounts/{amy.id}/statuses",
        "/api/v1/accounts/lookup?acct=amy",
    ):
        assert (await api.call("GET", path)).status == 401, path
    assert await api.ok("GET", "/api/v1/timelines/public") == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_numbers_that_are_none_are_not_found(api: Api) -> None:
    await api.join("amy")
    for path in (f"{PATH}/x", f"{PATH}/1e3", f"{PATH}/{'9' * 30}", f"{PATH}/-1", "/api/v1/accounts/amy", "/api/v1/lists/²"):
        answer = await api.call("GET", path, "amy")
        assert (answer.status, answer.json) == (404, {"error": "Record not found"})


async def test_the_counters_of_an_account_follow_its_posts(api: Api) -> None:
    (amy,) = await api.join("amy")
    await api.post("amy", "x")
    await api.post("amy", "x", visibility="private")
    assert (await api.db.read(accounts.get, amy.id)).statuses_count == 1
