"""What apps ask of filters and conversations at each start uses an index."""

from __future__ import annotations

from pathlib import Path

import pytest

from fedisw.storage.queries import dialogues, filters
from fedisw.storage.statements import Query
from tests.conftest import MakeDatabase
from tests.support.clock import START
from tests.support.plans import postgres_plan, sqlite_plan

HOT = [
    (dialogues.PAGE[False], "ix_dialogues_account"),
    (dialogues.PAGE[True], "ix_dialogues_account"),
    (dialogues.WITH_STATUS, "ix_dialogue_statuses_status"),
    (dialogues.OF_THREAD, "ix_dialogues_conversation_id"),
    (filters.OF_ACCOUNT, "ix_filters_account_id"),
    (filters.KEYWORDS, "ix_filter_keywords_filter_id"),
    (filters.KEYWORDS_OF, "ix_filter_keywords_filter_id"),
    (filters.STATUSES_OF, "filter_statuses"),
]
PARAMETERS = {
    "viewer_id": 1,
    "now": START,
    "below": 9,
    "above": 0,
    "limit": 20,
    "status_id": 1,
    "conversation_id": 1,
    "account_id": 1,
    "filter_id": 1,
}


@pytest.mark.parametrize(("statement", "index"), HOT, ids=lambda value: value if isinstance(value, str) else "")
def test_sqlite_uses_the_index(statement: Query[object], index: str, sqlite_template: Path) -> None:
    plan = sqlite_plan(statement, sqlite_template)
    assert index in plan
    assert "SCAN dialogues\n" not in plan + "\n"


@pytest.mark.parametrize("database_kind", ["postgres"], indirect=True)
async def test_postgres_can_use_the_index(make_db: MakeDatabase) -> None:
    await make_db()
    for statement, index in HOT:
        assert index in postgres_plan(statement, make_db.url, PARAMETERS), index
