"""Hot statements of the job table use their index, so that a long backlog costs nothing (dependencies, trap 2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from fedisw.storage import outbox
from fedisw.storage.queries import job_ends, job_keeping
from fedisw.storage.queries import jobs as rows
from fedisw.storage.statements import Query
from tests.conftest import MakeDatabase
from tests.support.clock import START
from tests.support.plans import postgres_plan, sqlite_plan

HOT = [
    (rows.PROMOTE, "ix_jobs_waiting"),
    (rows.LOADS, "ix_jobs_running"),
    (rows.HOSTS, "ix_jobs_ready"),
    (rows.LANES, "ix_jobs_ready"),
    (rows.PICK, "ix_jobs_ready"),
    (rows.RELEASE_NEXT, "ix_jobs_order"),
    (job_ends.RELEASE_NEXT, "ix_jobs_order"),
    (outbox.ORDER_KEYS_IN_USE, "ix_jobs_order"),
    (job_keeping.KEY_IN_USE, "ux_jobs_key"),
    (job_keeping.LIVE_IN_ORDER, "ix_jobs_order"),
    (job_keeping.EXPIRED, "ix_jobs_running"),
    (job_keeping.REMOVE, "ix_jobs_over"),
]
PARAMETERS = {
    "now": START,
    "queue": "delivery",
    "host": "far.test",
    "after": "",
    "limit": 10,
    "key": "x",
    "order_key": "x",
    "order_keys": ["x"],
    "done_before": START,
    "dead_before": START,
}
BY_NUMBER = [job_ends.HELD, job_ends.FINISH, rows.TAKE, rows.RENEW, rows.FINISH, rows.PUT_BACK, rows.BURY]


@pytest.mark.parametrize(("statement", "index"), HOT, ids=lambda value: value if isinstance(value, str) else "")
def test_sqlite_uses_the_index(statement: Query[object], index: str, sqlite_template: Path) -> None:
    plan = sqlite_plan(statement, sqlite_template)
    assert index in plan
    assert "SCAN jobs\n" not in plan + "\n"


@pytest.mark.parametrize("statement", BY_NUMBER)
def test_sqlite_finds_a_job_by_its_number(statement: Query[object], sqlite_template: Path) -> None:
    assert "SEARCH jobs USING INTEGER PRIMARY KEY" in sqlite_plan(statement, sqlite_template)


@pytest.mark.parametrize("database_kind", ["postgres"], indirect=True)
@pytest.mark.parametrize(("statement", "index"), HOT, ids=lambda value: value if isinstance(value, str) else "")
async def test_postgres_can_use_the_index(make_db: MakeDatabase, statement: Query[object], index: str) -> None:
    await make_db()
    assert index in postgres_plan(statement, make_db.url, PARAMETERS)
