"""`fedisw db …` and `fedisw doctor`: what is wrong is found, and what to do is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from fedisw.storage.migrate import connected
from tests.cli.conftest import Fedisw
from tests.cli.test_accounts import create


def change(env: dict[str, str], *statements: str) -> None:
    with connected(env["FEDISW_DATABASE_URL"], None) as connection:
        for statement in statements:
            connection.execute(text(statement))
        connection.commit()


def test_a_sound_database_is_in_order(fedisw: Fedisw) -> None:
    create(fedisw, "amy")
    assert fedisw("db", "check", "--json").json == {"ok": True, "problems": []}


def test_wrong_counters_and_a_changed_audit_row_are_found(fedisw: Fedisw, env: dict[str, str]) -> None:
    create(fedisw, "amy")
    create(fedisw, "ben")
    change(
        env,
        "UPDATE accounts SET followers_count = 7 WHERE username = 'amy'",
        "UPDATE audit_log SET target = 'x' WHERE target = 'amy'",
    )
    done = fedisw("db", "check", "--json")
    assert (done.code, done.json["ok"], len(done.json["problems"])) == (1, False, 2)
    assert "counters of amy: 7 followers" in done.json["problems"][0]
    assert "audit log" in done.json["problems"][1]


def test_sizes_and_queues_are_told(fedisw: Fedisw) -> None:
    create(fedisw, "amy")
    said = fedisw("db", "stats", "--json").json
    assert said["bytes"] > 10_000
    assert "accounts" in said["rows"]
    assert [(job["queue"], job["state"], job["count"]) for job in said["jobs"]] == [("bulk", "ready", 1)]
    assert said["hosts"] == []
    assert "accounts" in fedisw("db", "stats").out or "size" in fedisw("db", "stats").out


def test_servers_that_do_not_answer_are_told(fedisw: Fedisw, env: dict[str, str]) -> None:
    columns = "host, first_seen_at, scheme, failures, opened, failed_at, unanswered_since"
    change(env, f"INSERT INTO hosts ({columns}) VALUES ('beta.test', 0, '', 0, 0, 86400000, 86400000)")
    (host,) = fedisw("db", "stats", "--json").json["hosts"]
    assert (host["host"], host["health"], host["waiting"], host["delivered_at"]) == ("beta.test", "failing", 0, None)
    assert host["failed_at"] == "1970-01-02T00:00:00+00:00"
    assert "beta.test" in fedisw("db", "stats").out


def test_the_doctor_finds_nothing_bad_in_a_sound_server(fedisw: Fedisw) -> None:
    done = fedisw("doctor", "--json")
    assert done.code == 0, done.out
    assert {finding["level"] for finding in done.json} <= {"ok", "warn"}
    assert all(finding["next"] for finding in done.json if finding["level"] == "warn")


def test_the_doctor_names_the_next_step(fedisw: Fedisw, env: dict[str, str], tmp_path: Path) -> None:
    done = fedisw("doctor", env=env | {"FEDISW_DATABASE_URL": f"sqlite:///{tmp_path}/new.db"})
    assert done.code == 1
    assert "-> run `fedisw db upgrade`" in done.out
    wrong = fedisw("doctor", env=env | {"FEDISW_ORIGIN": "nonsense", "FEDISW_RUN_WEB": "x"})
    assert (wrong.code, sum(line.startswith("fail  settings") for line in wrong.out.splitlines())) == (1, 2)


def test_the_doctor_asks_the_mail_server_and_open_doors_need_one(fedisw: Fedisw, env: dict[str, str]) -> None:
    away = fedisw("doctor", env=env | {"FEDISW_MAIL_URL": "smtp://127.0.0.1:1"})
    assert (away.code, "the mail server is not reachable" in away.out) == (1, True)
    open_doors = fedisw("doctor", env=env | {"FEDISW_REGISTRATIONS_MODE": "open"})
    assert (open_doors.code, "open registration needs mail" in open_doors.out) == (1, True)


def test_the_doctor_writes_secrets_once(fedisw: Fedisw, env: dict[str, str], tmp_path: Path) -> None:
    fresh = env | {"FEDISW_SECRETS_FILE": str(tmp_path / "other" / "secrets.toml")}
    assert fedisw("doctor", env=fresh).code == 1
    assert fedisw("doctor", "--make-secrets", env=fresh).code == 0
    written = (tmp_path / "other" / "secrets.toml").read_text()
    assert fedisw("doctor", "--make-secrets", env=fresh).code == 0
    assert (tmp_path / "other" / "secrets.toml").read_text() == written
    assert not any(
        line.split("=")[1].strip().strip('"') in fedisw("doctor", env=fresh).out for line in written.splitlines() if "=" in line
    )


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_doctor_asks_the_server_by_its_address(fedisw: Fedisw, env: dict[str, str]) -> None:
    done = fedisw(
        "doctor",
        "--online",
        env=env | {"FEDISW_ORIGIN": "http://127.0.0.1:9", "FEDISW_ALLOW_HTTP": "1", "FEDISW_ALLOW_PRIVATE_NETWORK": "1"},
    )
    assert done.code == 1
    assert "does not answer" in done.out
