"""Joining by an application (AUT-8, AUT-10, AUT-12, ENU-1)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fedisw.config import Settings
from fedisw.crypto.tokens import stored_hash
from fedisw.services import signing_in, signup
from fedisw.storage.queries import accounts, users
from tests.support.jobs import all_jobs
from tests.support.people import make_settings
from tests.web.mastodon.conftest import Api

PATH = "/api/v1/accounts"
FORM = {
    "username": "ana",
    "email": "ana@mail.test",
    "password": "seven brown bears",
    "agreement": "true",
    "locale": "es-ES",
    "reason": "Child welfare, in Lugo.",
}


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path, make_database_url: Callable[[], str]) -> Settings:
    """As for other tests of the API; a test for another mode of registration gives it."""
    env: dict[str, str] = getattr(request, "param", {})
    given = {"FEDISW_DATABASE_URL": make_database_url(), "FEDISW_DATABASE_THREADS": "4", "FEDISW_ALLOW_PRIVATE_NETWORK": "1"}
    return make_settings(tmp_path, FEDISW_LIMITS_RATE_FACTOR="0", **given, **env)


async def _join(api: Api, **changes: str) -> tuple[dict[str, str], Any]:
    """The header of an application, and what its sign-up got."""
    app = await api.people.bearer(None, "read write")
    return app, await api.call("POST", PATH, headers=app, data=FORM | changes)


def _header(answer: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json['access_token']}"}


async def test_somebody_joins_confirms_and_is_let_in(api: Api) -> None:
    app, answer = await _join(api)
    assert (answer.status, answer.json["token_type"], answer.json["scope"]) == (200, "Bearer", "read write")
    header = _header(answer)
    account = await api.db.read(accounts.find_local, "ana")
    assert account is not None
    assert (await api.db.read(users.get, account.id)).locale == "es"
    refused = await api.call("GET", "/api/v1/accounts/verify_credentials", headers=header)
    assert (refused.status, refused.json["error"]) == (403, "Your login is missing a confirmed e-mail address")
    assert (await api.call("GET", "/api/v1/emails/check_confirmation", headers=header)).json is False
    corrected = await api.call("POST", "/api/v1/emails/confirmations", headers=header, json={"email": "Ana@Other.test"})
    assert (corrected.status, corrected.json) == (200, {})
    assert (await api.db.read(users.get, account.id)).email == "ana@other.test"
    assert [job.kind for job in await all_jobs(api.db)].count("SendMail") == 2
    await api.db.write(_confirm, account.id, api.clock())
    assert (await api.call("GET", "/api/v1/emails/check_confirmation", headers=header)).json is True
    late = await api.call("POST", "/api/v1/emails/confirmations", headers=header)
    assert (late.status, late.json["error"]) == (
        403,
        "This method is only available while the e-mail is awaiting confirmation",
    )
    waiting = await api.call("GET", "/api/v1/accounts/verify_credentials", headers=header)
    assert (waiting.status, waiting.json["error"]) == (403, "Your login is currently pending approval")
    await api.db.write(signup.approve, account_id=account.id, now=api.clock())
    assert (await api.call("GET", "/api/v1/accounts/verify_credentials", headers=header)).json["acct"] == "ana"
    again = await api.call("POST", PATH, headers=app, json=FORM)
    assert (again.status, again.json["details"]["username"][0]["error"]) == (422, "ERR_TAKEN")


def _confirm(tx: Any, account_id: int, now: Any) -> None:
    token_hash = stored_hash("x", key=b"k" * 32)
    signing_in.ask_to_confirm(tx, account_id=account_id, token_hash=token_hash, sealed_token="", now=now)
    signing_in.confirm_address(tx, token_hash=token_hash, now=now)


async def test_a_known_address_is_answered_like_any_other(api: Api) -> None:
    await api.join("amy")
    _, new = await _join(api)
    _, known = await _join(api, username="eve", email="amy@mail.test")
    assert (new.status, known.status, new.json.keys()) == (200, 200, known.json.keys())
    for header in (_header(new), _header(known)):
        assert (await api.call("GET", "/api/v1/emails/check_confirmation", headers=header)).json is False
        again = await api.call("POST", "/api/v1/emails/confirmations", headers=header, json={"email": "amy@mail.test"})
        assert (again.status, again.json) == (200, {})
    eve = await api.db.read(accounts.find_local, "eve")
    assert eve is not None
    assert (await api.db.read(users.get, eve.id)).email == f"{eve.id}@address.invalid"
    assert (await api.db.read(users.get, api.accounts["amy"].id)).email == "amy@mail.test"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_all_that_is_wrong_is_told_by_field(api: Api) -> None:
    _, answer = await _join(api, username="a b", email="nobody", password="short", agreement="false", reason="")
    assert answer.status == 422
    found = {field: problems[0]["error"] for field, problems in answer.json["details"].items()}
    assert found == {
        "username": "ERR_INVALID",
        "email": "ERR_INVALID",
        "password": "ERR_TOO_SHORT",
        "agreement": "ERR_ACCEPTED",
        "reason": "ERR_BLANK",
    }
    assert answer.json["error"].startswith("Validation failed: Username ")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("settings", [{"FEDISW_REGISTRATIONS_MIN_AGE": "18"}], indirect=True)
async def test_the_young_have_to_wait(api: Api) -> None:
    for day, code in (("", "ERR_BLANK"), ("2020-01-01", "ERR_BELOW_LIMIT"), ("yesterday", "ERR_INVALID")):
        _, answer = await _join(api, date_of_birth=day)
        assert (answer.status, answer.json["details"]["date_of_birth"][0]["error"]) == (422, code)
    assert (await _join(api, date_of_birth="1980-01-01"))[1].status == 200


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "settings", [{"FEDISW_REGISTRATIONS_MODE": "closed"}, {"FEDISW_REGISTRATIONS_MODE": "invite"}], indirect=True
)
async def test_a_closed_server_takes_nobody(api: Api) -> None:
    _, answer = await _join(api)
    assert answer.status == 403
    assert await api.db.read(accounts.find_local, "ana") is None


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_only_an_application_signs_people_up(api: Api) -> None:
    await api.join("amy")
    person = await api.call("POST", PATH, "amy", json=FORM)
    assert (person.status, person.json["error"]) == (403, "This method requires an client credentials authentication")
    assert (await api.call("POST", PATH, json=FORM)).status == 401
    narrow = await api.people.bearer(None, "read")
    assert (await api.call("POST", PATH, headers=narrow, json=FORM)).status == 403
    other = await api.call("POST", "/api/v1/emails/confirmations", "amy")
    assert (other.status, other.json["error"]) == (
        403,
        "This method is only available to the application the user originally signed-up with",
    )
