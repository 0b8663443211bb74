"""Every statement of the federation reference (section 9) has a test that is named by its number."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

STATEMENTS = {*range(1, 107), *range(118, 127)}  # 107 to 117 belong to groups and events


def test_every_statement_has_a_test() -> None:
    assert set(_numbers()) == STATEMENTS


def _numbers() -> Iterator[int]:
    for path in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name[5:8].isdecimal():
                yield int(node.name[5:8])
