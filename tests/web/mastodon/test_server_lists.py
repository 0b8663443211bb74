"""What the server tells about itself, as far as staff show it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date

import pytest

from fedisw.model.house import House, ShownTo, Terms
from fedisw.model.moderation import DomainRule, Severity
from fedisw.services import house_settings
from fedisw.storage.db import Tx
from fedisw.storage.queries import domains, hosts
from fedisw.web.mastodon.server_lists import obfuscated
from tests.web.mastodon.conftest import Api

PEERS, SEARCH, BLOCKS = "/api/v1/instance/peers", "/api/v1/peers/search?q=be", "/api/v1/instance/domain_blocks"


async def show(api: Api, **changes: object) -> None:
    await api.db.write(_show, api, changes)


def _show(tx: Tx, api: Api, changes: dict[str, object]) -> None:
    house_settings.change(tx, replace(House(), **changes), now=api.clock())


@pytest.mark.parametrize(("shown", "signed_in", "anonymous"), [("nobody", 404, 404), ("users", 200, 404), ("all", 200, 200)])
async def test_lists_of_servers_are_shown_to_whom_staff_say(api: Api, shown: str, signed_in: int, anonymous: int) -> None:
    await api.join("amy")
    if shown != "nobody":
        await show(api, peers_shown=ShownTo(shown), domain_blocks_shown=ShownTo(shown))
    for path in (PEERS, SEARCH, BLOCKS):
        assert (await api.call("GET", path, "amy")).status == signed_in, path
        assert (await api.call("GET", path)).status == anonymous, path


async def test_peers_and_blocks(api: Api) -> None:
    def unit(tx: Tx) -> None:
        for name in ("beta.test", "better.test", "gamma.test"):
            hosts.heard(tx, name, now=api.clock())
        for name, severity, more in (
            ("evil.test", Severity.SUSPEND, {"comment": "spam"}),
            ("secret-evil.test", Severity.LIMIT, {"obfuscate": True, "private_comment": "x"}),
            ("fine.test", Severity.NONE, {}),
            ("friend.test", Severity.NONE, {"allowed": True}),
        ):
            domains.put(tx, DomainRule(host=name, severity=severity, created_at=api.clock(), **more))

    await api.db.write(unit)
    await show(api, peers_shown=ShownTo.ALL, domain_blocks_shown=ShownTo.ALL)
    assert await api.ok("GET", PEERS) == ["beta.test", "better.test", "gamma.test"]
    assert await api.ok("GET", SEARCH) == ["beta.test", "better.test"]
    assert await api.ok("GET", "/api/v1/peers/search") == []
    evil, secret = await api.ok("GET", BLOCKS)
    assert evil == {
        "domain": "evil.test",
        "digest": hashlib.sha256(b"evil.test").hexdigest(),
        "severity": "suspend",
        "comment": "spam",
    }
    assert (secret["domain"], secret["severity"], secret["comment"]) == ("secr*******.test", "silence", None)


@pytest.mark.parametrize(("host", "shown"), [("evil.test", "ev**.**st"), ("a.b", "*.*"), ("", "")])
def test_an_obfuscated_name_shows_its_ends(host: str, shown: str) -> None:
    assert obfuscated(host) == shown


async def test_the_weeks_are_counted_while_they_pass(api: Api) -> None:
    await api.join("amy", "ben")
    await api.post("amy", "one")
    await api.post("amy", "hidden", visibility="private")
    for _ in range(2):
        await api.db.write(house_settings.count_week, now=api.clock())
    weeks = await api.ok("GET", "/api/v1/instance/activity")
    assert len(weeks) == 12
    assert all(isinstance(value, str) for week in weeks for value in week.values())
    assert weeks[0]["statuses"] == "1"
    assert weeks[1]["statuses"] == "0"
    assert int(weeks[0]["week"]) - int(weeks[1]["week"]) == 7 * 86_400
    api.clock.forward(days=7)
    await api.db.write(house_settings.count_week, now=api.clock())
    assert [week["statuses"] for week in (await api.ok("GET", "/api/v1/instance/activity"))[:2]] == ["0", "1"]
    await show(api, activity_shown=ShownTo.NOBODY)
    assert (await api.call("GET", "/api/v1/instance/activity")).status == 404


async def test_terms_of_service_hold_from_their_day(api: Api) -> None:
    path = "/api/v1/instance/terms_of_service"
    assert (await api.call("GET", path)).status == 404
    await show(api, terms=(Terms(effective=date(2027, 1, 1), text="*New*"), Terms(effective=date(2026, 1, 1), text="Old <b>")))
    now = await api.ok("GET", path)
    assert (now["effective_date"], now["effective"], now["succeeded_by"]) == ("2026-01-01", True, "2027-01-01")
    assert "<b>" not in now["content"]
    later = await api.ok("GET", f"{path}/2027-01-01")
    assert (later["effective"], later["succeeded_by"]) == (False, None)
    assert "<em>New</em>" in later["content"]
    for day in ("2026-06-01", "soon"):
        assert (await api.call("GET", f"{path}/{day}")).status == 404


async def test_languages_have_names_in_the_language_of_the_request(api: Api) -> None:
    named = {item["code"]: item["name"] for item in await api.ok("GET", "/api/v1/instance/languages")}
    assert named["es"] == "Spanish"
    spanish = await api.ok("GET", "/api/v1/instance/languages", headers={"Accept-Language": "es"})
    assert {item["code"]: item["name"] for item in spanish}["es"] == "español"
