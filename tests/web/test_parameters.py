"""Parameters in the manner of Rails."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedisw.model.errors import Malformed, TooLarge
from fedisw.web.parameters import MAX_DEPTH, MAX_PAIRS, Tree, parse_pairs

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="[]&=;"), min_size=1, max_size=8)
VALUES = st.text(st.characters(codec="utf-8"), max_size=20)
TABLES = st.dictionaries(NAMES, VALUES, min_size=1, max_size=3)
NODES = st.one_of(VALUES, st.lists(VALUES, min_size=1, max_size=4), TABLES)


def flat(tree: Tree, prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, node in tree.items():
        key = f"{prefix}[{name}]" if prefix else name
        if isinstance(node, dict):
            pairs += flat(node, key)
        elif isinstance(node, list):
            pairs += [(f"{key}[]", item) for item in node]
        else:
            pairs.append((key, str(node)))
    return pairs


@given(st.dictionaries(NAMES, NODES, max_size=5))
def test_what_was_written_as_pairs_is_read_back(tree: Tree) -> None:
    text = "&".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in flat(tree))
    assert parse_pairs(parse_qsl(text, keep_blank_values=True)) == tree


@given(st.lists(st.tuples(st.text(alphabet="ab[]0", max_size=12), VALUES), max_size=8))
def test_no_text_raises_anything_but_our_own_errors(pairs: list[tuple[str, str]]) -> None:
    try:
        parse_pairs(pairs)
    except (Malformed, TooLarge):
        return


def test_a_repeated_key_begins_the_next_table_of_a_list() -> None:
    pairs = [("k[][w]", "a"), ("k[][whole]", "1"), ("k[][w]", "b")]
    assert parse_pairs(pairs) == {"k": [{"w": "a", "whole": "1"}, {"w": "b"}]}


def test_numbered_tables_keep_their_order_of_arrival() -> None:
    tree = parse_pairs([("f[7][name]", "x"), ("f[2][name]", "y"), ("f[7][value]", "z")])
    assert list(tree["f"]) == ["7", "2"]  # type: ignore[call-overload]


@pytest.mark.parametrize("pairs", [[("a", "1"), ("a[]", "2")], [("a[]", "1"), ("a[b]", "2")], [("a[b]", "1"), ("a[b][]", "2")]])
def test_a_key_used_in_two_ways_is_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(Malformed):
        parse_pairs(pairs)


def test_the_number_of_pairs_is_bounded() -> None:
    pairs = [(f"a{n}", "") for n in range(MAX_PAIRS)]
    assert len(parse_pairs(pairs)) == MAX_PAIRS
    with pytest.raises(TooLarge):
        parse_pairs([*pairs, ("more", "")])


def test_the_depth_is_bounded() -> None:
    parse_pairs([("a" + "[b]" * MAX_DEPTH, "")])
    with pytest.raises(TooLarge):
        parse_pairs([("a" + "[b]" * (MAX_DEPTH + 1), "")])
