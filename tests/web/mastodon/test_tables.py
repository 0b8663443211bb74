"""The checker of entities sees what it must see."""

from __future__ import annotations

import pytest

from tests.web.mastodon.tables import TABLES, faults, members

RULE = {"id": "1", "text": "Be kind", "hint": "", "translations": {}}


def test_a_right_value_has_no_faults() -> None:
    assert faults(RULE, "Rule") == []
    assert faults([RULE], "[Rule]") == []
    assert faults(None, "Rule|null") == []


@pytest.mark.parametrize(
    ("value", "kind", "fault"),
    [
        (RULE | {"id": 1}, "Rule", "$.id is not id: 1"),
        (RULE | {"hint": None}, "Rule", "$.hint is null"),
        (RULE | {"more": 1}, "Rule", "$.more is not known"),
        ({"text": "", "hint": "", "translations": {}, "id": ""}, "Rule", "$.id is not id: ''"),
        ({}, "Marker", "$.last_read_id is missing"),
        ("2026-11-21T12:00:00Z", "moment", "$ is not moment: '2026-11-21T12:00:00Z'"),
        ("2026-11-21T12:00:00.000Z", "midnight", "$ is not midnight: '2026-11-21T12:00:00.000Z'"),
        ("/relative", "url", "$ is not url: '/relative'"),
        ("https://a.test/ä", "url", "$ is not url: 'https://a.test/ä'"),
        ("wss://a.test/path", "socket", "$ is not socket: 'wss://a.test/path'"),
        (1.5, "int", "$ is not int: 1.5"),
        (True, "int", "$ is not int: True"),
        ({}, "[Rule]", "$ is no list"),
        ("local", "public,unlisted", "$ is not public,unlisted: 'local'"),
    ],
)
def test_a_wrong_value_is_seen(value: object, kind: str, fault: str) -> None:
    assert fault in faults(value, kind)


def test_tables_name_only_tables_and_kinds_that_exist() -> None:
    for name in TABLES:
        for _, kind in members(name).values():
            base = kind.partition("|")[0].strip("[]")
            assert not base[0].isupper() or base in TABLES, (name, kind)
