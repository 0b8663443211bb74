"""Collections of accounts (mastodon-api.md, section 2.21)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fedisw.model.accounts import Account
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts
from tests.web.mastodon.conftest import Api

PATH = "/api/v1/collections"


async def _found(api: Api, *names: str) -> None:
    """People who want to be found."""
    await api.join(*names, discoverable=True)


async def _made(api: Api, who: str = "amy", **form: Any) -> Any:
    return (await api.ok("POST", "/api/v1/collections", who, json={"name": "School", **form}))["collection"]


async def test_a_collection_is_made_changed_and_removed(api: Api) -> None:
    await _found(api, "amy", "ben", "cat")
    ids = [str(api.accounts[name].id) for name in ("ben", "cat")]
    made = await _made(api, description="People", tag_name="#Schools", language="en", account_ids=ids)
    assert (made["name"], made["tag"]["name"], made["item_count"], made["local"]) == ("School", "schools", 2, True)
    assert [item["account_id"] for item in made["items"]] == ids
    path = f"/api/v1/collections/{made['id']}"
    whole = await api.ok("GET", path)
    assert [account["acct"] for account in whole["accounts"]] == ["amy", "ben", "cat"]
    for method in ("PATCH", "PUT"):
        changed = await api.ok(method, path, "amy", data={"name": "Schools", "sensitive": "true"})
        assert (changed["collection"]["name"], changed["collection"]["sensitive"]) == ("Schools", True)
        assert changed["collection"]["description"] == "People"
    assert (await api.call("PATCH", f"/api/v1/collections/{made['id']}", "ben", json={"name": "x"})).status == 403
    assert (await api.call("DELETE", f"/api/v1/collections/{made['id']}", "ben")).status == 403
    assert await api.ok("DELETE", path, "amy") == {}
    assert (await api.call("GET", path)).status == (await api.call("DELETE", path, "amy")).status == 404


async def test_accounts_come_and_go(api: Api) -> None:
    await _found(api, "amy", "ben", "cat")
    (dan,) = await api.join("dan")
    rob = await api.remote(discoverable=True)
    made = await _made(api)
    items = f"/api/v1/collections/{made['id']}/items"
    ben, cat = (api.accounts[name].id for name in ("ben", "cat"))
    item = (await api.ok("POST", items, "amy", json={"account_id": ben}))["collection_item"]
    assert (item["state"], item["account_id"]) == ("accepted", str(ben))
    for account_id, status in ((ben, 422), (dan.id, 403), (rob.id, 403), (404, 404)):
        assert (await api.call("POST", items, "amy", json={"account_id": account_id})).status == status
    missing = await api.call("POST", items, "amy", json={})
    assert (missing.status, missing.json["error"]) == (422, "`account_id` parameter is missing")
    assert (await api.call("POST", items, "ben", json={"account_id": cat})).status == 403
    other = (await api.ok("POST", items, "amy", data={"account_id": str(cat)}))["collection_item"]
    assert (await api.call("DELETE", f"{items}/{other['id']}", "cat")).status == 403
    assert await api.ok("DELETE", f"{items}/{other['id']}", "amy") == {}
    assert (await api.call("DELETE", f"{items}/{other['id']}", "amy")).status == 404
    revoke = f"{items}/{item['id']}/revoke"
    assert (await api.call("POST", revoke, "cat")).status == 403
    for _ in range(2):
        assert await api.ok("POST", revoke, "ben") == {}
    assert (await api.call("POST", items, "amy", json={"account_id": ben})).status == 403
    assert (await api.call("DELETE", f"{items}/{item['id']}", "amy")).status == 404
    assert (await api.ok("GET", f"/api/v1/collections/{made['id']}", "cat"))["collection"]["items"] == []
    (own,) = (await api.ok("GET", f"/api/v1/collections/{made['id']}", "amy"))["collection"]["items"]
    assert (own["state"], "account_id" in own) == ("revoked", False)


async def test_lists_show_what_may_be_seen(api: Api) -> None:
    await _found(api, "amy", "ben", "cat")
    amy, ben = api.accounts["amy"].id, api.accounts["ben"].id
    for name, discoverable in (("one", True), ("two", False), ("three", True)):
        await _made(api, name=name, discoverable=discoverable, account_ids=[ben])

    async def names(path: str, who: str = "") -> list[str]:
        return [one["name"] for one in (await api.ok("GET", path, who))["collections"]]

    mine = f"/api/v1/accounts/{amy}/collections"
    assert await names(mine) == await names(f"/api/v1/accounts/{amy}/collections", "cat") == ["three", "one"]
    assert await names(mine, "amy") == ["three", "two", "one"]
    page = await api.call("GET", f"{mine}?limit=1", "cat")
    assert 'offset=1>; rel="next"' in page.headers["Link"]
    assert await names(f"{mine}?limit=1&offset=1", "cat") == ["one"]
    assert await names(f"/api/v1/accounts/{ben}/in_collections", "ben") == ["three", "two", "one"]
    assert (await api.call("GET", f"/api/v1/accounts/{ben}/in_collections", "cat")).status == 403
    assert await names(f"/api/v1_alpha/accounts/{amy}/collections") == ["three", "one"]
    await api.ok("POST", f"/api/v1/accounts/{amy}/block", "cat")
    assert await names(mine, "cat") == []
    await api.db.write(_suspend, api.accounts["ben"], api.clock())
    for one in (await api.ok("GET", mine, "amy"))["collections"]:
        assert one["items"] == []
        assert (await api.call("GET", f"/api/v1/collections/{one['id']}", "cat")).status == 404


async def test_what_does_not_fit_is_refused_with_an_error_of_its_own_form(api: Api) -> None:
    await _found(api, "amy")
    for form in ({}, {"name": "x" * 41}, {"name": "x", "description": "x" * 101}):
        answer = await api.call("POST", PATH, "amy", json=form)
        assert answer.status == 422
        assert answer.json["error"]["details"]
    for _ in range(10):
        await _made(api)
    full = await api.call("POST", PATH, "amy", json={"name": "x"})
    assert (full.status, "maximum" in full.json["error"]["error"]) == (422, True)


def _suspend(tx: Tx, account: Account, now: Any) -> None:
    accounts.replace(tx, replace(account, suspended_at=now))
