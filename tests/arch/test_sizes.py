"""Files of at most 400 lines, functions of at most 60 (style section 1 and 6); exceptions are listed with a reason."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable

import pytest

from tests.arch.source import ROOT, Module, functions, modules, parse

MAX_FILE, MAX_FUNCTION = 400, 60
FOLDERS = ("fedisw", "migrations", "tests", "bench")


def too_long(module: Module) -> dict[str, int]:
    """What is too long in a module, with its lines; a function as `path name`."""
    found = {module.path: len(module.lines)} if len(module.lines) > MAX_FILE else {}
    for function in functions(module):
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        if length > MAX_FUNCTION:
            found[f"{module.path} {function.name}"] = length
    return found


def exceptions() -> dict[str, dict[str, object]]:
    rows = tomllib.loads((ROOT / "tests/arch/exceptions.toml").read_text()).get("size", [])
    return {row["where"]: row for row in rows}


def all_too_long(found: Iterable[Module]) -> dict[str, int]:
    return {where: lines for module in found for where, lines in too_long(module).items()}


def test_nothing_is_too_long_but_what_is_listed() -> None:
    allowed = exceptions()
    assert len(modules(*FOLDERS)) > 20
    found = all_too_long(modules(*FOLDERS))
    assert {where: lines for where, lines in found.items() if where not in allowed or lines > allowed[where]["lines"]} == {}


def test_the_list_holds_nothing_that_is_short_again() -> None:
    assert exceptions().keys() - all_too_long(modules(*FOLDERS)).keys() == set()


def test_every_exception_has_a_reason() -> None:
    assert [where for where, row in exceptions().items() if len(str(row.get("reason", ""))) < 20] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = 1\n" * 400, {}),
        ("x = 1\n" * 401, {"sample.py": 401}),
        ("def f():\n" + "    x = 1\n" * 59, {}),
        ("class A:\n  async def f(self):\n" + "    x = 1\n" * 60, {"sample.py f": 61}),
    ],
)
def test_length_is_counted(text: str, found: dict[str, int]) -> None:
    assert too_long(parse(text)) == found
