"""What each delivery, each page of an author and the daily tidying ask uses an index."""

from __future__ import annotations

from pathlib import Path

import pytest

from fedisw.storage.queries import crawls, deliveries, delivery_views, settling, shared_followers
from fedisw.storage.statements import Command, Query
from tests.conftest import MakeDatabase
from tests.support.clock import START
from tests.support.plans import postgres_plan, sqlite_plan

HOT: list[tuple[Query[object] | Command, str, str]] = [
    (shared_followers.AT_ORIGIN, "ix_follows_target", "accounts"),
    (shared_followers.HERE, "ix_follows_target", "accounts"),
    (delivery_views.WAYS, "ix_activities_status_id", "deliveries"),
    (delivery_views.COUNTS, "ix_deliveries_host", "deliveries"),
    (settling.UNSETTLED, "ix_activities_unsettled", "activities"),
    (settling.IDS_ABOUT, "ix_activities_object", "activities"),
    (deliveries.REACHED_BY, "ix_activities_account_id", "deliveries"),
    (crawls.OF_STATUS, "", "statuses"),
]
PARAMETERS = {
    "target_id": 1,
    "prefix": "https://beta.test/",
    "limit": 20,
    "status_id": 1,
    "names": '["beta.test"]',
    "before": START,
    "object_uri": "x",
    "account_id": 1,
    "after": "",
    "wanted": "x",
}


@pytest.mark.parametrize(("statement", "index", "table"), HOT, ids=[index or "crawls" for _, index, _ in HOT])
def test_sqlite_uses_the_index(statement: Query[object], index: str, table: str, sqlite_template: Path) -> None:
    plan = sqlite_plan(statement, sqlite_template)
    assert index in plan
    assert f"SCAN {table}\n" not in plan + "\n"


@pytest.mark.parametrize("database_kind", ["postgres"], indirect=True)
async def test_postgres_can_use_the_index(make_db: MakeDatabase) -> None:
    await make_db()
    for statement, index, _ in HOT:
        if statement is not delivery_views.COUNTS:  # a list of names is an array there
            assert index in postgres_plan(statement, make_db.url, PARAMETERS), index
