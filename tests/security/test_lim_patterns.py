"""Regular expressions: work that grows with the length of a text, never faster (security, section 10; LIM)."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from re import _constants as kinds  # type: ignore[attr-defined]  # how Python itself reads a pattern
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import fedisw

ENDLESS = 1_000  # repeats; more count as without end
REVIEWED = {  # an endless repeat inside another, whose parts cannot match the same text: one way to match, no way back
    ("fedisw.text.local_mark", "_MARK"),
    ("fedisw.text.marks", "_HANDLE"),
    ("fedisw.text.quick", "_TOKEN"),
    ("fedisw.web.parameters", "KEY"),
}


def test_lim_no_endless_repeat_stands_inside_another_unless_it_was_looked_at():
    assert {where for where, pattern in _patterns() if _is_nested(_read(pattern))} == REVIEWED


def test_lim_the_check_sees_what_is_dangerous():
    assert _is_nested(_read(re.compile(r"(?:a+)+b")))
    assert _is_nested(_read(re.compile(r"(a|b*)*c")))
    assert not _is_nested(_read(re.compile(r"a+b+(?:c{1,9}d)+")))


def _patterns() -> Iterator[tuple[tuple[str, str], re.Pattern[Any]]]:
    """All patterns that a module of ours keeps."""
    for found in pkgutil.walk_packages(fedisw.__path__, "fedisw."):
        if not found.name.endswith("__main__"):
            module = importlib.import_module(found.name)
            yield from (((found.name, name), value) for name, value in vars(module).items() if isinstance(value, re.Pattern))


def _read(pattern: re.Pattern[Any]) -> Any:
    return parser.parse(pattern.pattern, pattern.flags)


def _is_nested(items: Any, *, inside: bool = False) -> bool:
    for kind, value in items:
        if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT):
            endless = value[1] >= ENDLESS
            if (endless and inside) or _is_nested(value[2], inside=inside or endless):
                return True
        elif any(_is_nested(part, inside=inside) for part in _parts(kind, value)):
            return True
    return False


def _parts(kind: Any, value: Any) -> list[Any]:
    """The patterns inside an item that is no repeat."""
    if kind is kinds.SUBPATTERN:
        return [value[3]]
    if kind is kinds.BRANCH:
        return list(value[1])
    return [value[1]] if kind in (kinds.ASSERT, kinds.ASSERT_NOT) else []
