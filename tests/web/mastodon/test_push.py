"""Subscriptions of browsers and phones (mastodon-api.md, section 2.17)."""

from __future__ import annotations

from typing import Any

import pytest

from fedisw.storage.queries import push
from tests.support.pushing import Browser
from tests.web.mastodon.conftest import Api
from tests.web.mastodon.tables import faults

PATH = "/api/v1/push/subscription"


def form(browser: Browser, **more: Any) -> dict[str, Any]:
    keys = {"p256dh": browser.p256dh, "auth": browser.auth}
    return {"subscription": {"endpoint": "https://push.example/abc", "keys": keys, **more}}


async def test_a_client_subscribes_changes_and_ends_it(api: Api) -> None:
    (amy,) = await api.join("amy")
    assert (await api.call("GET", PATH, "amy")).status == 404
    assert (await api.call("PUT", PATH, "amy", json={"data": {}})).status == 404
    wanted = form(Browser()) | {
        "data": {"alerts": {"mention": True, "admin.sign_up": "1", "nonsense": True}, "policy": "followed"}
    }
    made = await api.ok("POST", PATH, "amy", json=wanted)
    assert faults(made, "WebPushSubscription") == []
    assert (made["endpoint"], made["standard"], made["policy"]) == ("https://push.example/abc", False, "followed")
    assert made["alerts"] == {
        "follow": False,
        "favourite": False,
        "reblog": False,
        "mention": True,
        "poll": False,
        "status": False,
        "admin.sign_up": True,
    }
    assert made["server_key"] == (await api.ok("GET", "/api/v2/instance"))["configuration"]["vapid"]["public_key"]
    assert await api.ok("GET", PATH, "amy") == made
    changed = await api.ok("PUT", PATH, "amy", data={"data[alerts][poll]": "true", "data[alerts][mention]": "0"})
    assert (changed["alerts"]["poll"], changed["alerts"]["mention"], changed["policy"]) == (True, False, "all")
    assert (changed["id"], changed["endpoint"]) == (made["id"], made["endpoint"])
    again = await api.ok("POST", PATH, "amy", json=form(Browser(), standard=True))
    assert again["standard"] is True
    assert len(await api.db.read(push.of_accounts, [amy.id])) == 1
    assert await api.ok("DELETE", PATH, "amy") == {}
    assert await api.ok("DELETE", PATH, "amy") == {}
    assert (await api.call("GET", PATH, "amy")).status == 404


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_subscriptions_come_in_every_form_and_are_one_a_token(api: Api) -> None:
    (amy,) = await api.join("amy")
    browser = Browser()
    flat = {
        "subscription[endpoint]": "https://push.example/abc",
        "subscription[keys][p256dh]": browser.p256dh,
        "subscription[keys][auth]": browser.auth,
        "subscription[standard]": "true",
        "data[alerts][follow]": "true",
        "policy": "none",  # not in its place: IceCubes sends it so, and Mastodon ignores it there
    }
    by_form = await api.ok("POST", PATH, "amy", data=flat)
    by_query = await api.ok("POST", PATH, "amy", params=flat)
    assert {**by_form, "id": 0} == {**by_query, "id": 0}
    assert (by_form["alerts"]["follow"], by_form["standard"], by_form["policy"]) == (True, True, "all")
    other = await api.people.bearer(amy)
    assert (await api.call("GET", PATH, headers=other)).status == 404
    assert (await api.call("GET", PATH, headers=await api.people.bearer(amy, "read write"))).status == 403


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_what_nobody_could_be_told_at_is_refused(api: Api) -> None:
    await api.join("amy")
    good = form(Browser())
    assert (await api.call("POST", PATH, "amy", json={})).status == 400
    for changes, text in (
        ({"endpoint": ""}, "Validation failed: Endpoint can't be blank"),
        ({"endpoint": "http://push.example/abc"}, "Validation failed: Endpoint is not a valid URL"),
        ({"endpoint": "nonsense"}, "Validation failed: Endpoint is not a valid URL"),
        ({"endpoint": "https://alpha.test/x"}, "Validation failed: Endpoint is not a valid URL"),
        ({"endpoint": "https://printer.local/x"}, "Validation failed: Endpoint is not a valid URL"),
        ({"endpoint": "https://user@push.example/x"}, "Validation failed: Endpoint is not a valid URL"),
        ({"keys": {"p256dh": "x", "auth": Browser().auth}}, "Validation failed: Key p256dh is invalid"),
        ({"keys": {"p256dh": Browser().p256dh, "auth": "x"}}, "Validation failed: Key auth is invalid"),
    ):
        answer = await api.call("POST", PATH, "amy", json={"subscription": good["subscription"] | changes})
        assert (answer.status, answer.json["error"]) == (422, text)
    wrong = await api.call("POST", PATH, "amy", json=good | {"data": {"policy": "perhaps"}})
    assert wrong.status == 422


async def test_the_end_of_a_token_is_the_end_of_its_subscription(api: Api) -> None:
    (amy,) = await api.join("amy")
    app = await api.people.app()
    token = await api.people.token(amy, app=app)
    headers = {"Authorization": f"Bearer {token}"}
    await api.ok("POST", PATH, json=form(Browser()), headers=headers)
    assert len(await api.db.read(push.of_accounts, [amy.id])) == 1
    await api.ok("POST", "/oauth/revoke", data={"client_id": app.client_id, "client_secret": "secret", "token": token})
    assert await api.db.read(push.of_accounts, [amy.id]) == []


async def test_neither_keys_nor_token_stand_in_the_database(api: Api) -> None:
    (amy,) = await api.join("amy")
    browser = Browser()
    await api.ok("POST", PATH, "amy", json=form(browser))
    (stored,) = await api.db.read(push.of_accounts, [amy.id])
    token = api.tokens["amy"]["Authorization"].removeprefix("Bearer ")
    for secret in (browser.p256dh, browser.auth, token):
        assert secret.encode() not in stored.sealed
        assert secret not in repr(stored)
