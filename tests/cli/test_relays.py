"""Relays at the shell."""

from __future__ import annotations

from fedisw.model.urls import Origin
from fedisw.services import audit, instance
from fedisw.storage.queries import audit as audit_rows
from fedisw.storage.queries import keys
from tests.cli.conftest import Fedisw
from tests.cli.test_accounts import look

MASTODON, LITEPUB = "https://relay.test/inbox", "https://other.test/relay"


def test_relays_are_added_listed_and_removed(fedisw: Fedisw, env: dict[str, str]) -> None:
    assert fedisw("relays", "list", "--json").json == []
    assert fedisw("relays", "add", MASTODON).code == 0
    made = fedisw("relays", "add", LITEPUB, "--json").json
    assert (made["url"], made["kind"], made["state"]) == (LITEPUB, "litepub", "pending")
    assert fedisw("relays", "list").out.split() == ["pending", "litepub", LITEPUB, "pending", "mastodon", MASTODON]
    assert [row["url"] for row in fedisw("relays", "list", "--json").json] == [LITEPUB, MASTODON]
    assert fedisw("relays", "remove", MASTODON, "--json").json == {"url": MASTODON, "state": "removed"}
    assert [row["url"] for row in fedisw("relays", "list", "--json").json] == [LITEPUB]
    acts = [(row.action, row.target) for row in look(env, lambda tx: audit_rows.page(tx, after=0, limit=10))]
    assert acts == [("relays.add", MASTODON), ("relays.add", LITEPUB), ("relays.remove", MASTODON)]
    assert look(env, audit.broken_row)[0] is None


def test_the_first_litepub_relay_brings_an_actor_with_keys(fedisw: Fedisw, env: dict[str, str]) -> None:
    origin = Origin.of("https://alpha.test")
    assert fedisw("relays", "add", MASTODON).code == 0
    assert look(env, lambda tx: instance.find_relay_actor(tx, origin)) is None
    assert fedisw("relays", "add", LITEPUB).code == 0
    actor = look(env, lambda tx: instance.find_relay_actor(tx, origin))
    assert actor is not None
    assert actor.uri == "https://alpha.test/ap/relay"
    assert len(look(env, lambda tx: keys.of_account(tx, actor.id))) == 2
    assert fedisw("relays", "add", "https://third.test/relay").code == 0


def test_what_cannot_be_is_refused(fedisw: Fedisw) -> None:
    assert fedisw("relays", "add", "no address").code == 1
    assert fedisw("relays", "add").code == 2
    assert fedisw("relays", "remove", MASTODON).code == 1
    assert fedisw("relays", "add", MASTODON).code == 0
    again = fedisw("relays", "add", MASTODON)
    assert (again.code, "pending" in again.err) == (1, True)
