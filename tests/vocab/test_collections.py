"""Collections and pages."""

from __future__ import annotations

import pytest

from fedisw.model.errors import Invalid
from fedisw.vocab import limits
from fedisw.vocab.collections import Collection, Page, as_collection, parse_collection, parse_page
from fedisw.vocab.documents import parse_document
from fedisw.vocab.read import Document, Json

ID, ONE, TWO = "https://a.example/list", "https://a.example/1", "https://a.example/2"


@pytest.mark.parametrize("kind", ["Collection", "OrderedCollection"])
@pytest.mark.parametrize("member", ["items", "orderedItems"])
def test_items_are_read_under_either_name_and_type(kind: str, member: str):
    found = parse_collection({"id": ID, "type": kind, "totalItems": 2, member: [ONE, {"id": TWO}, None, "nonsense", {}]})
    assert (found.ids, len(found.items), found.total_items) == ((ONE, TWO), 3, 2)


def test_a_single_item_is_a_list_of_one():
    assert parse_page({"id": ID, "type": "CollectionPage", "items": ONE}).items == (ONE,)


@pytest.mark.parametrize("total", [-1, "many", 1.5, None, True])
def test_a_total_that_is_no_count_is_ignored(total: Json):
    assert parse_collection({"id": ID, "type": "Collection", "totalItems": total}).total_items is None


def test_the_first_page_is_named_or_embedded():
    named = parse_collection({"id": ID, "type": "Collection", "first": {"id": ONE, "type": "CollectionPage"}})
    embedded = parse_collection(
        {"id": ID, "type": "Collection", "first": {"type": "CollectionPage", "items": [TWO], "next": ONE}}
    )
    assert named.first == ONE
    assert embedded.first == Page(id=None, items=(TWO,), next=ONE)
    assert embedded.ids == (TWO,)


def test_1000_items_are_read_and_no_more():
    many: list[Json] = [f"{ONE}/{number}" for number in range(limits.ITEMS + 1)]
    assert len(parse_collection({"id": ID, "type": "Collection", "items": many}).items) == 1_000


def test_a_page_is_no_collection_and_the_other_way_round():
    with pytest.raises(Invalid):
        parse_collection({"id": ID, "type": "CollectionPage"})
    with pytest.raises(Invalid):
        parse_page({"id": ID, "type": "Collection"})


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (ID, Collection(id=ID)),
        ({"type": "Collection", "id": ID}, Collection(id=ID)),
        ({"type": "Note"}, None),
        ("x", None),
        (None, None),
    ],
)
def test_a_member_names_or_holds_a_collection(value: Json, found: Collection | None):
    assert as_collection(value) == found


@pytest.mark.parametrize("document", [{}, {"type": "Odd"}, {"type": ["Note", "Person"]}, {"@type": "Note"}])
def test_a_document_of_no_known_type_is_refused(document: Document):
    with pytest.raises(Invalid) as caught:
        parse_document(document)
    assert caught.value.field == "type"
