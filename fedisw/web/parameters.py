"""Parameters as clients of a Rails server send them: a tree from the pairs of a query, a form or multipart.

`a[]=1` is a list, `a[b]=1` a table, `a[][b]=1` a list of tables in which a repeated key begins the next one
(mastodon-api.md, section 3.1). The tree holds only dict, list, str and what an uploaded file stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, TypeAlias

from fedisw.model.errors import Malformed, TooLarge

Tree: TypeAlias = dict[str, object]

MAX_PAIRS: Final = 1_000
MAX_DEPTH: Final = 8
MAX_KEY: Final = 300  # characters
KEY: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
STEP: Final = re.compile(r"\[([^\[\]]*)\]")


def parse_pairs(pairs: Iterable[tuple[str, object]]) -> Tree:
    """The tree of all pairs, in order; a plain key given twice keeps its last value.

    Raises:
        Malformed: one key is used as a list here and as a table there.
        TooLarge: more than 1,000 pairs, 8 levels, or 300 characters of a key.
    """
    tree: Tree = {}
    for count, (key, value) in enumerate(pairs, start=1):
        if count > MAX_PAIRS or len(key) > MAX_KEY:
            raise TooLarge("too many parameters")
        match = KEY.fullmatch(key)
        name, steps = (match[1], STEP.findall(match[2])) if match else (key, [])
        if len(steps) > MAX_DEPTH:
            raise TooLarge("parameters are nested too deep")
        _put(tree, name, steps, value)
    return tree


def _put(table: Tree, name: str, steps: list[str], value: object) -> None:
    if not steps:
        table[name] = value
    elif steps[0] != "":
        _put(_table(table, name), steps[0], steps[1:], value)
    elif len(steps) == 1:
        _list(table, name).append(value)
    else:
        _put_in_list(_list(table, name), steps[1:], value)


def _put_in_list(items: list[object], steps: list[str], value: object) -> None:
    """`[][a][b]=…`: into the last table, or into a new one when that has the key already."""
    last = items[-1] if items else None
    if not isinstance(last, dict) or _has(last, steps):
        last = {}
        items.append(last)
    _put(last, steps[0] or "0", steps[1:], value)


def _has(table: Tree, steps: list[str]) -> bool:
    found = table.get(steps[0])
    if len(steps) == 1 or found is None:
        return found is not None
    return isinstance(found, dict) and steps[1] != "" and _has(found, steps[1:])


def _table(table: Tree, name: str) -> Tree:
    inner = table.setdefault(name, {})
    if not isinstance(inner, dict):
        raise Malformed(f"parameter {name} is used in two ways")
    return inner


def _list(table: Tree, name: str) -> list[object]:
    inner = table.setdefault(name, [])
    if not isinstance(inner, list):
        raise Malformed(f"parameter {name} is used in two ways")
    return inner
