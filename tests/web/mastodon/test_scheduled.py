"""Posts that wait for their time (mastodon-api.md, section 2.13)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fedisw.crypto.seal import Sealer
from fedisw.jobs import kinds
from fedisw.jobs.work import PublishScheduled
from fedisw.media.local import LocalStore
from fedisw.model.media import Media, MediaKind, MediaState
from fedisw.services import media as files
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, media, scheduled
from fedisw.tasks import jobs as tasks
from fedisw.tasks.house import House
from tests.support.jobs import all_jobs
from tests.web.mastodon.conftest import Api
from tests.web.mastodon.tables import faults

POSTS = "/api/v1/statuses"
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def later(api: Api, **ahead: float) -> str:
    """A time to come, as clients write it."""
    return (api.clock() + timedelta(**ahead)).isoformat()


async def plan(api: Api, who: str = "amy", text: str = "Tuesday", *, hours: float = 1, **more: Any) -> Any:
    """Schedule a post."""
    return await api.ok("POST", POSTS, who, json={"status": text, "scheduled_at": later(api, hours=hours), **more})


async def upload(api: Api, who: str = "amy") -> Media:
    """A file that is ready."""
    media_id = api.runtime.new_id()
    item = Media(
        id=media_id,
        account_id=api.accounts[who].id,
        kind=MediaKind.IMAGE,
        state=MediaState.READY,
        key=f"local/00/00/{media_id:032}.png",
        preview_key=f"local/00/00/{media_id + 1:032}.png",
        created_at=api.clock(),
    )
    await api.db.write(media.add, item)
    return item


async def due(api: Api, folder: Path, **ahead: float) -> None:
    """Time passes, and the jobs whose time has come are done, twice each (P-4)."""
    api.clock.forward(**ahead)
    settings = api.runtime.settings
    house = House(
        db=api.db,
        store=LocalStore(folder / "store", public_url=settings.media.public_url, free=lambda _: 1.0),
        films=api.runtime.films,
        settings=settings,
        sealer=Sealer(settings.secrets.master_key.key()),
        now=api.clock,
        client=api.runtime.client,
        links=api.runtime.links,
        new_id=api.runtime.new_id,
    )
    for row in await all_jobs(api.db):
        if row.kind == "PublishScheduled" and row.run_at <= api.clock():
            job = kinds.decode(row.kind, row.payload)
            assert isinstance(job, PublishScheduled)
            await asyncio.gather(tasks.run(house, job), tasks.run(house, job))


async def posts_of(api: Api, who: str = "amy") -> list[Any]:
    """What a person posted."""
    found: list[Any] = await api.ok("GET", f"/api/v1/accounts/{api.accounts[who].id}/statuses", who)
    return found


async def test_a_post_comes_out_at_its_time_once_and_whole(api: Api, tmp_path: Path) -> None:
    await api.join("amy", "ben")
    item = await upload(api)
    opening = await api.post("ben", "When?")
    made = await plan(
        api,
        text="@ben #Supervision at six",
        media_ids=[str(item.id)],
        spoiler_text="times",
        visibility="unlisted",
        in_reply_to_id=opening["id"],
        language="de",
    )
    assert faults(made, "ScheduledStatus") == []
    assert [file["id"] for file in made["media_attachments"]] == [str(item.id)]
    assert made["params"] | {"application_id": None} == {
        "text": "@ben #Supervision at six", "poll": None, "media_ids": [str(item.id)], "sensitive": True,
        "spoiler_text": "times", "visibility": "unlisted", "in_reply_to_id": int(opening["id"]), "language": "de",
        "application_id": None, "scheduled_at": None, "idempotency": None, "with_rate_limit": False,
        "quoted_status_id": None, "quote_approval_policy": "followers", "allowed_mentions": None,
    }  # fmt: skip
    await due(api, tmp_path, minutes=59)
    assert await posts_of(api) == []
    await due(api, tmp_path, minutes=1)
    (post,) = await posts_of(api)
    assert (post["spoiler_text"], post["visibility"], post["language"]) == ("times", "unlisted", "de")
    assert (post["in_reply_to_id"], post["tags"][0]["name"], post["mentions"][0]["acct"]) == (opening["id"], "supervision", "ben")
    assert [file["id"] for file in post["media_attachments"]] == [str(item.id)]
    assert datetime.fromisoformat(post["created_at"]) == api.clock()
    assert await api.ok("GET", "/api/v1/scheduled_statuses", "amy") == []
    assert [item["type"] for item in await api.ok("GET", "/api/v1/notifications", "ben")] == ["mention"]
    assert [job.kind for job in await all_jobs(api.db)].count("PublishStatus") == 2


@ON_SQLITE
async def test_a_poll_is_open_from_when_it_comes_out(api: Api, tmp_path: Path) -> None:
    await api.join("amy")
    poll = {"options": ["a", "b"], "expires_in": 600, "multiple": True, "hide_totals": True}
    made = await plan(api, poll=poll)
    assert made["params"]["poll"] == poll
    await due(api, tmp_path, hours=2)
    (post,) = await posts_of(api)
    assert datetime.fromisoformat(post["poll"]["expires_at"]) == api.clock() + timedelta(minutes=10)
    assert post["poll"]["multiple"]


async def test_a_waiting_post_is_moved_and_given_up(api: Api, tmp_path: Path) -> None:
    await api.join("amy", "ben")
    item = await upload(api)
    first, second = await plan(api, media_ids=[str(item.id)]), await plan(api, text="two")
    assert (await api.call("DELETE", f"/api/v1/media/{item.id}", "amy")).status == 422
    moved = await api.ok("PUT", f"/api/v1/scheduled_statuses/{first['id']}", "amy", data={"scheduled_at": later(api, hours=30)})
    assert moved["scheduled_at"] == (api.clock() + timedelta(hours=30)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    await due(api, tmp_path, hours=26)
    assert [post["content"] for post in await posts_of(api)] == ["<p>two</p>"]
    assert await api.db.write(files.remove_unused, before=api.clock()) == 0
    assert (await api.call("GET", f"/api/v1/scheduled_statuses/{second['id']}", "amy")).status == 404
    assert await api.ok("GET", f"/api/v1/scheduled_statuses/{first['id']}", "amy") == moved
    for method in ("GET", "PUT", "DELETE"):
        answer = await api.call(
            method, f"/api/v1/scheduled_statuses/{first['id']}", "ben", data={"scheduled_at": later(api, hours=9)}
        )
        assert (answer.status, answer.json) == (404, {"error": "Record not found"})
    assert await api.ok("DELETE", f"/api/v1/scheduled_statuses/{first['id']}", "amy") == {}
    assert (await api.call("DELETE", f"/api/v1/scheduled_statuses/{first['id']}", "amy")).status == 404
    await due(api, tmp_path, hours=10)
    assert len(await posts_of(api)) == 1
    assert await api.db.write(files.remove_unused, before=api.clock() - timedelta(days=1)) == 0  # a day for a new try
    api.clock.forward(days=1)
    assert await api.db.write(files.remove_unused, before=api.clock() - timedelta(days=1)) == 1


async def test_waiting_posts_are_listed_in_pages(api: Api) -> None:
    await api.join("amy", "ben")
    made = [(await plan(api, text=str(number), hours=number + 1))["id"] for number in range(5)]
    await plan(api, "ben")
    page = await api.call("GET", "/api/v1/scheduled_statuses?limit=2", "amy")
    assert [item["id"] for item in page.json] == made[:2:-1]
    assert f"max_id={made[3]}" in page.headers["Link"]
    assert [item["id"] for item in await api.ok("GET", f"/api/v1/scheduled_statuses?max_id={made[3]}&limit=2", "amy")] == [
        made[2],
        made[1],
    ]
    assert [item["id"] for item in await api.ok("GET", f"/api/v1/scheduled_statuses?min_id={made[0]}&limit=2", "amy")] == [
        made[2],
        made[1],
    ]
    assert [item["id"] for item in await api.ok("GET", f"/api/v1/scheduled_statuses?since_id={made[0]}&limit=2", "amy")] == [
        made[4],
        made[3],
    ]


@ON_SQLITE
async def test_what_cannot_wait_is_refused_at_once(api: Api) -> None:
    await api.join("amy", "ben")
    theirs, used = await upload(api, "ben"), await upload(api)
    await api.post("amy", media_ids=[str(used.id)])
    secret = await api.post("ben", "mine", visibility="private")
    soon = "Validation failed: Scheduled at date must be in the future"
    gone = "Media IDS not found or already attached to another post"
    for status, error, form in (
        (422, soon, {"scheduled_at": later(api, minutes=5)}),
        (422, soon, {"scheduled_at": later(api, seconds=1)}),
        (422, "Validation failed: Scheduled at is not a date and time", {"scheduled_at": "soon"}),
        *(
            (422, "Validation failed: Scheduled at is not a date and time", {"scheduled_at": date})
            for date in ("9999-12-31T23:59:59-12:00", "9999-12-31T00:00:00Z", "0001-01-01T00:00:00+12:00")
        ),
        (422, "Validation failed: Text can't be blank", {"status": ""}),
        (422, "Validation failed: Text mentions somebody who does not exist here", {"status": "@nobody"}),
        (422, gone, {"media_ids": [str(theirs.id)]}),
        (422, gone, {"media_ids": [str(used.id)]}),
        (422, "Validation failed: Options must have more than one item", {"poll": {"options": ["a"], "expires_in": 300}}),
        (404, "Record not found", {"in_reply_to_id": secret["id"]}),
    ):
        answer = await api.call("POST", POSTS, "amy", json={"status": "x", "scheduled_at": later(api, hours=1)} | form)
        assert (answer.status, answer.json["error"]) == (status, error)
    assert await api.ok("GET", "/api/v1/scheduled_statuses", "amy") == []
    past = await api.ok("POST", POSTS, "amy", json={"status": "now", "scheduled_at": later(api, hours=-1)})
    assert past["content"] == "<p>now</p>"
    made = await plan(api)
    for form, error in (
        ({"scheduled_at": later(api, minutes=4)}, soon),
        ({"scheduled_at": later(api, hours=-4)}, soon),
        ({}, "Validation failed: Scheduled at can't be blank"),
    ):
        answer = await api.call("PUT", f"/api/v1/scheduled_statuses/{made['id']}", "amy", json=form)
        assert (answer.status, answer.json["error"]) == (422, error)


@ON_SQLITE
async def test_twenty_five_may_wait_for_one_day(api: Api) -> None:
    await api.join("amy")
    api.clock.now = api.clock().replace(hour=0, minute=30)
    for _ in range(25):
        made = await plan(api)
    answer = await api.call("POST", POSTS, "amy", json={"status": "x", "scheduled_at": later(api, hours=2)})
    full = "Validation failed: You have exceeded the limit of 25 scheduled posts for today"
    assert (answer.status, answer.json["error"]) == (422, full)
    other = await plan(api, hours=24)
    assert (
        await api.call("PUT", f"/api/v1/scheduled_statuses/{other['id']}", "amy", json={"scheduled_at": later(api, hours=3)})
    ).status == 422
    await api.ok("PUT", f"/api/v1/scheduled_statuses/{made['id']}", "amy", json={"scheduled_at": later(api, hours=3)})


@ON_SQLITE
async def test_the_same_request_twice_is_one_waiting_post(api: Api, tmp_path: Path) -> None:
    await api.join("amy")
    form = {"status": "x", "scheduled_at": later(api, hours=1)}
    key = {"Idempotency-Key": "k"}
    both = await asyncio.gather(*(api.ok("POST", POSTS, "amy", json=form, headers=key) for _ in range(2)))
    assert both[0] == both[1]
    assert (await api.call("POST", POSTS, "amy", json=form | {"status": "y"}, headers=key)).status == 422
    assert len(await api.ok("GET", "/api/v1/scheduled_statuses", "amy")) == 1
    await due(api, tmp_path, hours=1)
    (post,) = await posts_of(api)
    assert (await api.ok("POST", POSTS, "amy", json=form, headers=key))["id"] == post["id"]
    assert len(await posts_of(api)) == 1


async def test_what_cannot_be_posted_at_its_time_is_held(api: Api, tmp_path: Path) -> None:
    await api.join("amy", "ben", "cat")
    file, opening = await upload(api), await api.post("ben", "When?")
    named, with_file = await plan(api, text="@cat hi"), await plan(api, media_ids=[str(file.id)])
    answer = await plan(api, in_reply_to_id=opening["id"])
    await api.db.write(_suspend, api.accounts["cat"].id, api.clock())
    await api.post("amy", "used", media_ids=[str(file.id)])
    await api.ok("DELETE", f"{POSTS}/{opening['id']}", "ben")
    await due(api, tmp_path, hours=1)
    assert len(await posts_of(api)) == 1
    waiting = {item["id"]: item["fedisw"]["problem"] for item in await api.ok("GET", "/api/v1/scheduled_statuses", "amy")}
    assert set(waiting) == {named["id"], with_file["id"], answer["id"]}
    assert waiting[named["id"]] == "mentions somebody who does not exist here"
    assert all(waiting.values())
    moved = await api.ok("PUT", f"/api/v1/scheduled_statuses/{named['id']}", "amy", json={"scheduled_at": later(api, hours=1)})
    assert moved["fedisw"]["problem"] is None


@ON_SQLITE
async def test_suspended_people_post_nothing_at_its_time(api: Api, tmp_path: Path) -> None:
    await api.join("amy")
    made = await plan(api)
    await api.db.write(_suspend, api.accounts["amy"].id, api.clock())
    await due(api, tmp_path, hours=1)
    held = await api.db.read(scheduled.find, int(made["id"]))
    assert held is not None
    assert held.problem


def _suspend(tx: Tx, account_id: int, now: datetime) -> None:
    accounts.replace(tx, replace(accounts.get(tx, account_id), suspended_at=now))
