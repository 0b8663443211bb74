"""Every entity has the keys, types and nulls of mastodon-entities.md: clients break on what differs."""

from __future__ import annotations

from dataclasses import replace

from fedisw.model.accounts import Emoji, Field, Picture, Role
from fedisw.model.media import Media, MediaKind
from fedisw.model.statuses import RemoteMedia, RemotePoll
from fedisw.storage.db import Tx
from fedisw.storage.queries import media, users
from tests.web.mastodon.conftest import Api

EMOJI = Emoji(shortcode="blob", url="https://beta.test/blöb.png")


async def looked_at(api: Api, path: str, who: str = "", **more: object) -> object:
    """The answer; that its entities have no faults is seen by the fixture, for every test."""
    method, _, address = path.partition(" ")
    return await api.ok(method, address, who, **more)


async def test_accounts(api: Api) -> None:
    amy, _ = await api.join("amy", "ben")
    rob = await api.remote(
        display_name="Rob :blob:",
        note="<p>Hi</p>",
        fields=(Field(name="Site", value='<a href="https://rob.test">rob</a>', verified_at=api.clock()),),
        emojis=(EMOJI,),
        avatar=Picture(remote_url="https://beta.test/äva tar.png", description="Rob"),
        memorial=True,
        limited_at=api.clock(),
        last_status_at=api.clock(),
    )
    shown = await looked_at(api, f"GET /api/v1/accounts/{rob.id}")
    assert shown["acct"] == "rob@beta.test"
    assert shown["limited"] is shown["memorial"] is True
    assert shown["avatar"].startswith("https://alpha.test/media/proxy/")
    assert "roles" not in shown
    await looked_at(api, f"GET /api/v1/accounts/{amy.id}", "ben")
    await looked_at(api, "GET /api/v1/accounts/verify_credentials", "amy")
    await looked_at(api, f"GET /api/v1/accounts?id[]={amy.id}&id[]={rob.id}", "ben")
    await looked_at(api, "GET /api/v1/accounts/search?q=ro", "amy")
    await looked_at(api, "GET /api/v1/accounts/lookup?acct=rob@beta.test")
    await looked_at(api, f"POST /api/v1/accounts/{rob.id}/mute", "amy", json={"duration": 60})
    await looked_at(api, "GET /api/v1/mutes", "amy")
    await looked_at(api, f"GET /api/v1/accounts/relationships?id={rob.id}", "amy")
    await looked_at(api, "GET /api/v1/preferences", "amy")


async def test_a_suspended_account_has_little_in_it(api: Api) -> None:
    await api.join("amy")
    rob = await api.remote(display_name="Rob", note="<p>Hi</p>", suspended_at=api.clock(), approves_followers=True)
    shown = await looked_at(api, f"GET /api/v1/accounts/{rob.id}", "amy")
    assert (shown["suspended"], shown["display_name"], shown["note"], shown["locked"]) == (True, "", "", False)
    assert shown["avatar"].startswith("https://alpha.test/static/avatar.")


async def test_posts(api: Api) -> None:
    await api.join("amy", "ben")
    rob = await api.remote()
    posts = [
        await api.receive(
            rob,
            "Look :blob:",
            emojis=(EMOJI,),
            language="de",
            tags=("Case",),
            mentioned=(api.accounts["amy"].id,),
            media=(RemoteMedia(remote_url="https://beta.test/a b.png", width=30, height=20, focus_x=0.5, blurhash="LEHV6n"),),
        ),
        await api.receive(
            rob, "Which?", poll=RemotePoll(options=("a", "b :blob:"), votes=(1, 2), voters_count=3), emojis=(EMOJI,)
        ),
    ]
    own = await api.post("amy", "Hi @ben #Supervision https://example.org/x", spoiler_text="CW")
    poll = await api.post("ben", "Which?", poll={"options": ["a", "b"], "expires_in": 300, "hide_totals": True})
    reply = await api.post("ben", "@amy yes", in_reply_to_id=own["id"])
    boost = await looked_at(api, f"POST /api/v1/statuses/{own['id']}/reblog", "ben")
    for status_id in (*(post.id for post in posts), own["id"], poll["id"], reply["id"], boost["id"]):
        await looked_at(api, f"GET /api/v1/statuses/{status_id}", "amy")
        await looked_at(api, f"GET /api/v1/statuses/{status_id}")
    await looked_at(api, f"GET /api/v1/statuses/{own['id']}/context", "amy")
    await looked_at(api, f"GET /api/v1/statuses/{own['id']}/context")
    await looked_at(api, "GET /api/v1/timelines/public", "amy")
    await looked_at(api, "GET /api/v1/timelines/public")
    await looked_at(api, f"GET /api/v1/polls/{poll['poll']['id']}", "amy")
    await looked_at(api, f"GET /api/v1/polls/{poll['poll']['id']}")
    await looked_at(api, f"GET /api/v1/statuses/{own['id']}/source", "amy")
    await looked_at(api, f"GET /api/v1/statuses/{poll['id']}/history", "amy")
    await looked_at(api, f"DELETE /api/v1/statuses/{boost['id']}", "ben")
    await looked_at(api, f"DELETE /api/v1/statuses/{poll['id']}", "ben")


async def test_an_own_file(api: Api) -> None:
    (amy,) = await api.join("amy")
    file = Media(
        id=77,
        account_id=amy.id,
        kind=MediaKind.IMAGE,
        media_type="image/png",
        key=f"local/ab/cd/{'abcd' * 8}.png",
        preview_key=f"local/ab/ce/{'abce' * 8}.webp",
        width=640,
        height=480,
        preview_width=320,
        preview_height=240,
        created_at=api.clock(),
    )
    await api.db.write(media.add, file)
    made = await api.post("amy", "", media_ids=["77"])
    shown = made["media_attachments"][0]
    assert shown["url"] == f"https://alpha.test/media/local/ab/cd/{'abcd' * 8}.png"
    assert shown["meta"]["small"] == {"width": 320, "height": 240, "size": "320x240", "aspect": 320 / 240}


async def test_notifications(api: Api) -> None:
    await api.join("amy", "ben", "cat")
    own = await api.post("amy", "Hello")
    for who in ("ben", "cat"):
        await api.follow(who, "amy")
        await api.ok("POST", f"/api/v1/statuses/{own['id']}/favourite", who)
    await api.post("ben", "@amy hi")
    await looked_at(api, "GET /api/v1/notifications", "amy")
    groups = await looked_at(api, "GET /api/v2/notifications", "amy")
    await looked_at(api, "GET /api/v2/notifications?expand_accounts=partial_avatars", "amy")
    for group in groups["notification_groups"]:
        await looked_at(api, f"GET /api/v2/notifications/{group['group_key']}", "amy")
        await looked_at(api, f"GET /api/v1/notifications/{group['most_recent_notification_id']}", "amy")
        await looked_at(api, f"GET /api/v2/notifications/{group['group_key']}/accounts", "amy")
    await looked_at(api, "GET /api/v2/notifications/policy", "amy")


async def test_staff_are_told_of_reports(api: Api) -> None:
    await api.join("amy", "ben", "cat")
    await api.db.write(_promote, api.accounts["cat"].id)
    bad = await api.post("ben", "Bad")
    asked = {"account_id": str(api.accounts["ben"].id), "status_ids": [bad["id"]], "comment": "look", "rule_ids": ["1"]}
    made = await looked_at(api, "POST /api/v1/reports/", "amy", json=asked)
    assert made["category"] == "violation"
    told = await looked_at(api, "GET /api/v1/notifications", "cat")
    assert [item["type"] for item in told] == ["admin.report"]
    assert told[0]["report"]["target_account"]["acct"] == "ben"
    await looked_at(api, "GET /api/v2/notifications", "cat")


def _promote(tx: Tx, account_id: int) -> None:
    users.replace(tx, replace(users.get(tx, account_id), role=Role.MODERATOR))


async def test_the_rest(api: Api) -> None:
    await api.join("amy", "ben")
    await api.post("amy", "#Supervision")
    await looked_at(api, "POST /api/v1/lists", "amy", json={"title": "Team"})
    await looked_at(api, "GET /api/v1/lists", "amy")
    await looked_at(api, "GET /api/v1/tags/Supervision", "amy")
    await looked_at(api, "GET /api/v1/tags/nobody/")
    await looked_at(api, "GET /api/v2/search?q=super", "amy")
    await looked_at(api, "GET /api/v1/markers?timeline[]=home&timeline[]=notifications", "amy")
    app = {"client_name": "App", "redirect_uris": "https://app.test/back tusky://x", "website": "https://app.test"}
    await looked_at(api, "POST /api/v1/apps", data=app)
    await looked_at(api, "GET /api/v1/apps/verify_credentials", "amy")
    await looked_at(api, "GET /api/v2/instance/")
    await looked_at(api, "GET /api/v1/instance/")
    await looked_at(api, "GET /api/v1/instance/rules")
    await looked_at(api, "GET /api/v1/instance/extended_description")
    await looked_at(api, "GET /api/v1/instance/privacy_policy")
    post = (await api.ok("GET", f"/api/v1/accounts/{api.accounts['amy'].id}/statuses"))[0]
    await looked_at(api, f"GET /api/oembed?url={post['url']}")
