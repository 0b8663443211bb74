"""People at the shell (contract, section 2; AUT-9, AUT-13, MOD-5, MOD-6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

import pytest

from fedisw.config import load
from fedisw.crypto.passwords import Passwords
from fedisw.crypto.seal import Sealer
from fedisw.crypto.tokens import stored_hash
from fedisw.model.accounts import Role
from fedisw.services import audit
from fedisw.storage.db import Tx
from fedisw.storage.opening import open_database
from fedisw.storage.queries import accounts, keys, oauth, users
from fedisw.storage.queries import audit as audit_rows
from fedisw.storage.signals import AFTER
from tests.cli.conftest import Fedisw

T = TypeVar("T")
PASSWORD = "nine little ducks\n"


def look(env: dict[str, str], unit: Callable[[Tx], T]) -> T:
    async def whole() -> T:
        db = await open_database(env["FEDISW_DATABASE_URL"])
        try:
            return await db.read(unit)
        finally:
            await db.close()

    return asyncio.run(whole())


def create(fedisw: Fedisw, name: str = "amy", *options: str) -> str:
    email = f"{name}@mail.test"
    done = fedisw("accounts", "create", name, "--email", email, "--password-stdin", *options, stdin=PASSWORD)
    assert done.code == 0, done.err
    return done.out.strip()


def test_an_account_is_made_with_keys_rank_and_state(fedisw: Fedisw, env: dict[str, str]) -> None:
    number = int(create(fedisw, "amy", "--role", "admin", "--confirmed", "--approved"))
    account, user = look(env, lambda tx: (accounts.get(tx, number), users.get(tx, number)))
    assert (account.username, user.email, user.role, user.functional) == ("amy", "amy@mail.test", Role.ADMIN, True)
    sealer = Sealer(load(None, env).secrets.master_key.key())
    for key in look(env, lambda tx: keys.of_account(tx, number)):
        assert key.private_sealed is not None
        assert b"PRIVATE KEY" in sealer.open(key.private_sealed, row=key.key_id)
    hashed = Passwords()
    assert asyncio.run(hashed.is_right(PASSWORD.strip(), stored=user.password_hash))
    hashed.close()


@pytest.mark.parametrize(
    ("arguments", "stdin", "code"),
    [
        (["amy", "--password-stdin"], PASSWORD, 2),
        (["amy", "--email", "amy@mail.test"], PASSWORD, 2),
        (["amy", "--email", "amy@mail.test", "--password", "secret secret"], "", 2),
        (["amy", "--email", "amy@mail.test", "--password-stdin", "--role", "king"], PASSWORD, 2),
        (["amy", "--email", "amy@mail.test", "--password-stdin"], "short\n", 1),
        (["amy", "--email", "amy@mail.test", "--password-stdin"], "", 1),
        (["amy", "--email", "no address", "--password-stdin"], PASSWORD, 1),
        (["admin", "--email", "amy@mail.test", "--password-stdin"], PASSWORD, 1),
        (["a.b", "--email", "amy@mail.test", "--password-stdin"], PASSWORD, 1),
    ],
)
def test_what_is_wrong_makes_nobody(fedisw: Fedisw, arguments: list[str], stdin: str, code: int) -> None:
    done = fedisw("accounts", "create", *arguments, stdin=stdin)
    assert (done.code, done.out) == (code, "")
    assert fedisw("accounts", "list", "--json").json == []


def test_a_name_or_an_address_is_given_out_once(fedisw: Fedisw) -> None:
    create(fedisw, "amy")
    same_name = fedisw("accounts", "create", "AMY", "--email", "x@mail.test", "--password-stdin", stdin=PASSWORD)
    same_address = fedisw("accounts", "create", "ben", "--email", "AMY@mail.test", "--password-stdin", stdin=PASSWORD)
    assert (same_name.code, same_address.code) == (1, 1)


def test_people_are_listed_by_rank_and_state(fedisw: Fedisw) -> None:
    create(fedisw, "amy", "--confirmed", "--approved")
    create(fedisw, "ben", "--confirmed")
    create(fedisw, "cleo", "--approved", "--role", "moderator")
    everybody = fedisw("accounts", "list", "--json").json
    assert {one["username"]: one["state"] for one in everybody} == {"amy": "active", "ben": "pending", "cleo": "unconfirmed"}
    assert [one["username"] for one in fedisw("accounts", "list", "--json", "--role", "moderator").json] == ["cleo"]
    assert [one["username"] for one in fedisw("accounts", "list", "--state", "pending", "--json").json] == ["ben"]
    assert "ben" in fedisw("accounts", "list").out


def test_somebody_who_waits_is_approved_once(fedisw: Fedisw) -> None:
    create(fedisw, "ben", "--confirmed")
    assert fedisw("accounts", "approve", "ben").code == 0
    assert [one["state"] for one in fedisw("accounts", "list", "--json").json] == ["active"]
    again = fedisw("accounts", "approve", "ben")
    assert (again.code, "not waiting" in again.err) == (1, True)


def test_somebody_who_waits_is_rejected_and_the_name_is_free(fedisw: Fedisw) -> None:
    create(fedisw, "ben", "--confirmed")
    assert fedisw("accounts", "reject", "ben").code == 0
    assert fedisw("accounts", "list", "--json").json == []
    create(fedisw, "ben")


def test_a_suspension_is_made_and_taken_back(fedisw: Fedisw, env: dict[str, str]) -> None:
    create(fedisw, "amy", "--confirmed", "--approved")
    assert fedisw("accounts", "suspend", "@amy", "--reason", "spam").code == 0
    assert [one["state"] for one in fedisw("accounts", "list", "--json").json] == ["suspended"]
    assert fedisw("accounts", "unsuspend", "amy@alpha.test").code == 0
    assert [one["state"] for one in fedisw("accounts", "list", "--json").json] == ["active"]
    rows = look(env, audit_rows.page)
    assert [row.action for row in rows] == ["accounts.create", "accounts.suspend", "accounts.unsuspend"]
    assert b"spam" in look(env, lambda tx: audit_rows.details(tx, after=0, upto=rows[-1].id))[rows[1].id].details
    assert look(env, audit.broken_row)[0] is None


def test_a_new_password_ends_everything_and_running_servers_hear_of_it(fedisw: Fedisw, env: dict[str, str]) -> None:
    create(fedisw, "amy", "--confirmed", "--approved")
    token = fedisw("tokens", "create", "amy", "--scopes", "read write").out.strip()
    done = fedisw("accounts", "reset-password", "amy", "--json")
    password = done.json["password"]
    user = look(env, lambda tx: users.get(tx, accounts.find_local(tx, "amy").id))  # type: ignore[union-attr]  # just made
    assert user.must_change_password
    hashed = Passwords()
    assert asyncio.run(hashed.is_right(password, stored=user.password_hash))
    hashed.close()
    key = load(None, env).secrets.session_key.key()
    assert look(env, lambda tx: oauth.holder(tx, stored_hash(token, key=key))) is None
    topics = {signal.topic for signal in look(env, lambda tx: tx.all(AFTER, floor=0))}
    assert f"account:{user.id}" in topics
    assert any(topic.startswith("token:") for topic in topics)


def test_deleting_wants_to_be_said_twice_and_the_name_stays_taken(fedisw: Fedisw) -> None:
    create(fedisw, "amy", "--confirmed", "--approved")
    assert fedisw("accounts", "delete", "amy").code == 2
    assert fedisw("accounts", "delete", "amy", "--yes").code == 0
    assert fedisw("accounts", "list", "--json").json == []
    again = fedisw("accounts", "create", "amy", "--email", "new@mail.test", "--password-stdin", stdin=PASSWORD)
    assert (again.code, "taken" in again.err) == (1, True)


def test_the_last_owner_stays(fedisw: Fedisw) -> None:
    create(fedisw, "amy", "--role", "owner")
    assert fedisw("accounts", "suspend", "amy").code == 1
    assert fedisw("accounts", "delete", "amy", "--yes").code == 1
    create(fedisw, "ben", "--role", "owner")
    assert fedisw("accounts", "suspend", "amy").code == 0


def test_secrets_are_told_once_and_never_logged(fedisw: Fedisw) -> None:
    create(fedisw, "amy")
    done = fedisw("accounts", "reset-password", "amy")
    assert len(done.out.split()) == 1
    assert done.out.strip() not in done.err


# Tokens


def test_a_token_is_printed_alone_and_works(fedisw: Fedisw, env: dict[str, str]) -> None:
    create(fedisw, "amy", "--confirmed", "--approved")
    done = fedisw("tokens", "create", "amy", "--scopes", "read write follow push")
    assert (done.code, len(done.out.splitlines())) == (0, 1)
    key = load(None, env).secrets.session_key.key()
    holder = look(env, lambda tx: oauth.holder(tx, stored_hash(done.out.strip(), key=key)))
    assert holder is not None
    assert (holder[0].scopes, holder[1].name) == ("read write follow push", "Command line")
    said = fedisw("tokens", "create", "amy", "--scopes", "read", "--app", "My script", "--json").json
    assert set(said) == {"access_token", "scope", "created_at"}
    assert isinstance(said["created_at"], int)


@pytest.mark.parametrize(("scopes", "code"), [("read nonsense", 2), ("", 2), ("admin:read", 1)])
def test_a_token_is_not_wider_than_it_may_be(fedisw: Fedisw, scopes: str, code: int) -> None:
    create(fedisw, "amy", "--confirmed", "--approved")
    assert fedisw("tokens", "create", "amy", "--scopes", scopes).code == code


def test_staff_get_staff_scopes_at_the_shell(fedisw: Fedisw) -> None:
    create(fedisw, "amy", "--confirmed", "--approved", "--role", "moderator")
    assert fedisw("tokens", "create", "amy", "--scopes", "admin:read admin:write").code == 0
    assert fedisw("tokens", "create", "nobody", "--scopes", "read").code == 1


@pytest.mark.parametrize("command", ["approve", "reject", "suspend", "unsuspend", "reset-password"])
@pytest.mark.parametrize("name", ["nobody", "nobody@beta.test"])
def test_nobody_of_that_name_is_a_failure(fedisw: Fedisw, command: str, name: str) -> None:
    assert fedisw("accounts", command, name).code == 1
