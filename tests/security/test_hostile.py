"""Every row of what a hostile peer may not do has its tests (security, sections 8 to 10)."""

from __future__ import annotations

import ast
import tomllib
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from tests.security.hostile import TESTS

HERE = Path(__file__).parents[1]


def _data() -> dict[str, Any]:
    return tomllib.loads((HERE / "data/hostile.toml").read_text())


@cache
def _tests_in(file: str) -> tuple[str, ...]:
    """Names of the test functions of a file; none if there is no such file."""
    path = HERE / file
    body = ast.parse(path.read_text()).body if path.is_file() else []
    functions = (item for item in body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef))
    return tuple(item.name for item in functions if item.name.startswith("test_"))


def _found(named: str) -> bool:
    file, _, pattern = named.partition("::")
    return any(fnmatchcase(name, pattern) for name in _tests_in(file))


def test_every_row_has_a_test_or_a_reason_why_it_comes_later():
    data = _data()
    assert len(set(data["rows"])) == len(data["rows"])
    assert set(TESTS) | set(data["later"]) == set(data["rows"])
    assert not set(TESTS) & set(data["later"])
    assert all(TESTS.values())
    assert all(data["later"].values())


def test_every_test_that_a_row_names_is_there():
    assert [(row, named) for row, tests in TESTS.items() for named in tests if not _found(named)] == []


def test_a_test_that_is_not_there_is_seen():
    assert not _found("security/test_hostile.py::test_nothing_*")
    assert not _found("security/no_such_file.py::*")
