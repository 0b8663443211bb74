"""Wrong use and wrong settings end with 2, all problems at once; commands that cannot find what they need with 1."""

from __future__ import annotations

from pathlib import Path

import pytest

from fedisw.cli.run import only_one
from fedisw.storage import migrate
from tests.cli.conftest import Fedisw


@pytest.mark.parametrize(
    "command", [["run"], ["db", "check"], ["accounts", "list"], ["tokens", "create", "a", "--scopes", "read"]]
)
def test_all_wrong_settings_are_listed_at_once(fedisw: Fedisw, env: dict[str, str], tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "secrets.toml").chmod(0o644)
    wrong = env | {
        "FEDISW_ORIGIN": "http://swork.example",
        "FEDISW_LISTEN_ADDRESS": "nowhere",
        "FEDISW_RUN_WEB": "0",
        "FEDISW_ALLOW_PRIVATE_NETWORK": "1",
    }
    done = fedisw(*command, env=wrong)
    assert (done.code, done.out) == (2, "")
    for part in ("listen.address", "run.web", "allow_http", "allow_private_network", "chmod 600"):
        assert part in done.err, part
    assert len(done.err.splitlines()) >= 5
    assert set(fedisw(*command, "--json", env=wrong).json) == {"error", "problems"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["run", "--web", "2"],
        ["run", "--worker", "0"],
        ["run", "--roles", "king"],
        ["db"],
        ["accounts", "approve"],
        ["run", "x"],
    ],
)
def test_wrong_use_ends_with_2(fedisw: Fedisw, arguments: list[str]) -> None:
    assert fedisw(*arguments).code == 2


@pytest.mark.parametrize("arguments", [[], ["--help"], ["run", "--help"], ["accounts", "--help"], ["--version"]])
def test_help_is_there(fedisw: Fedisw, arguments: list[str]) -> None:
    done = fedisw(*arguments)
    assert done.code in (0, 2)
    assert "fedisw" in done.out + done.err


def test_an_old_database_is_told_what_it_needs(fedisw: Fedisw, env: dict[str, str], tmp_path: Path) -> None:
    old = env | {"FEDISW_DATABASE_URL": f"sqlite:///{tmp_path}/old.db"}
    for command in (["run"], ["accounts", "list"]):
        done = fedisw(*command, env=old)
        assert (done.code, "fedisw db upgrade" in done.err) == (1, True)
    assert fedisw("db", "check", env=old).code == 1
    assert len(fedisw("db", "upgrade", "--json", env=old).json["migrations"]) >= 9
    assert fedisw("db", "upgrade", "--json", env=old).json == {"migrations": []}
    assert fedisw("accounts", "list", env=old).code == 0
    assert migrate.pending(old["FEDISW_DATABASE_URL"]) == []


def test_a_database_that_is_away_is_a_failure_in_one_line(fedisw: Fedisw, env: dict[str, str]) -> None:
    away = env | {"FEDISW_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=1"}
    done = fedisw("accounts", "list", env=away)
    assert (done.code, done.out) == (1, "")
    assert "Traceback" not in done.err


def test_one_data_folder_has_one_server(fedisw: Fedisw, tmp_path: Path) -> None:
    with only_one(tmp_path):
        done = fedisw("run")
    assert (done.code, "another fedisw" in done.err) == (1, True)


def test_an_address_that_is_taken_is_a_failure(fedisw: Fedisw, env: dict[str, str]) -> None:
    done = fedisw("run", env=env | {"FEDISW_LISTEN_ADDRESS": "192.0.2.1:80"})
    assert done.code == 1
    assert "Traceback" not in done.err
