"""Ids as people and clients write them."""

from __future__ import annotations

import pytest

from fedisw.model.ids import MAX_ID, id_of


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("17", 17), ("007", 7), (str(MAX_ID), MAX_ID)])
def test_digits_are_an_id(text: str, number: int) -> None:
    assert id_of(text) == number


@pytest.mark.parametrize("text", ["", "-1", "+1", " 1", "1.0", "1e3", "٣", "²", "x", str(MAX_ID + 1), "9" * 19, "1" * 5_000])
def test_what_no_database_holds_is_none(text: str) -> None:
    assert id_of(text) is None
