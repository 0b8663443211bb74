"""Every recorded document through the gate and its reader, against the table in tests/data/recorded.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedisw.federation.ingest import document
from fedisw.model.errors import Invalid
from fedisw.vocab.documents import parse_document
from fedisw.vocab.keys import parse_keys
from fedisw.vocab.read import Json
from tests.support.recorded import FIXTURES, TEMPLATE, Recorded, documents
from tests.vocab.described import Row, described

TABLE: Mapping[str, Row] = tomllib.loads((Path(__file__).parents[1] / "data" / "recorded.toml").read_text("utf-8"))
ALL = list(documents())
TEMPLATE_ROW = {
    "id": TEMPLATE["id"],
    "author": TEMPLATE["attributedTo"],
    "to": TEMPLATE["to"],
    "published": "2024-01-06T13:11:45+00:00",
}
ODD: list[Json] = [None, True, 0, -1, 2**63 - 1, 1.5, "", "x", "https://a.example/1", [], {}, [None], [[]], {"id": None}]


def test_the_table_names_exactly_the_recorded_documents():
    assert {recorded.name for recorded in ALL} == TABLE.keys()


@pytest.mark.parametrize("recorded", ALL, ids=lambda recorded: recorded.name)
def test_a_recorded_document_is_read_as_the_table_says(recorded: Recorded):
    expected = dict(TABLE[recorded.name])
    if "refused" in expected:
        with pytest.raises(Invalid) as caught:
            parse_document(document(recorded.body))
        assert caught.value.field == expected["refused"]
        return
    row = dict(described(parse_document(document(recorded.body))))
    if recorded.name.startswith("pasture/"):
        row = {name: value for name, value in row.items() if TEMPLATE_ROW.get(name) != value}
    assert row == expected


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("mbin/snap_*")), ids=lambda path: path.stem)
def test_a_snapshot_without_usable_ids_raises_nothing_but_our_own_error(path: Path):
    with pytest.raises(Invalid) if '"object": "SCRUBBED_ID"' in path.read_text() else _nothing_or_invalid():
        parse_document(document(path.read_bytes()))


def test_keys_are_found_where_an_actor_cannot_be_read():
    names = ["example.com_key", "example.com_person", "example.com_person2", "remote.domain_users_bob"]
    found = {name: len(parse_keys(document((FIXTURES / "fedify" / f"{name}.json").read_bytes()))) for name in names}
    assert found == dict(zip(names, (1, 2, 4, 1), strict=True))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_recorded_document_with_a_damaged_member_raises_nothing_but_our_own_error(data: st.DataObject):
    recorded = data.draw(st.sampled_from(ALL))
    damaged = document(recorded.body)
    container: Json = damaged
    while isinstance(container, dict | list) and container:
        key = data.draw(st.sampled_from(list(container) if isinstance(container, dict) else list(range(len(container)))))
        inside = container[key]
        if isinstance(inside, dict | list) and inside and data.draw(st.booleans()):
            container = inside
            continue
        container[key] = data.draw(st.sampled_from(ODD))
        break
    with _nothing_or_invalid():
        parse_document(document(orjson.dumps(damaged)))


class _nothing_or_invalid:  # noqa: N801  # reads as a context manager, as pytest.raises does
    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        return kind is Invalid
