"""How calls go: units of work and services are plain functions, background work is a job (style sections 3, 4 and 6)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

import pytest

from tests.arch.source import Module, functions, modules, parse

PLAIN = ("fedisw.services", "fedisw.storage.queries", "fedisw.model", "fedisw.vocab", "fedisw.text")
TASK_MAKERS = {"asyncio.create_task", "asyncio.ensure_future"}
MAY_MAKE_TASKS = {  # work that lives as long as the server or a connection, ended and awaited by its maker
    "fedisw.jobs.worker": "the claim loop of a process",
    "fedisw.jobs.together": "one unit for many callers; each of them waits for it, and it ends with the last",
    "fedisw.jobs.schedule": "the clock of repeated jobs",
    "fedisw.runtime": "starts and ends the roles of a process",
    "fedisw.cli": "waits for signals beside the server",
    "fedisw.storage": "writer and signal loops of a database",
    "fedisw.web.streaming": "the two directions of a socket",
}
CLOCKS = {"datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today", "time.time", "time.time_ns"}
MAY_READ_CLOCK = {
    "fedisw.runtime": "makes the one clock that all others are given",
    "fedisw.cli": "a command is a beginning of its own",
    "fedisw.net.client": "default of its parameter, which tests set",
    "fedisw.storage.opening": "default of its parameter, which tests set",
}
MAY_CATCH_ALL = {
    "fedisw.jobs.worker": "a fault in one job must not stop the others",
    "fedisw.jobs.together": "whatever a unit raises belongs to its callers, one by one",
    "fedisw.web.middleware": "a fault in one request becomes a 500 with its id",
    "fedisw.cli": "a fault becomes an exit code",
    "fedisw.text.sanitise": "whatever the parser does, the text is shown escaped (HTM-2)",
    "fedisw.media.child": "decoders fed with hostile bytes may raise anything; the file is refused",
    "fedisw.storage.hooks": "the change is committed: a broken bus costs a poll, not the answer",
    "fedisw.storage.postgres": "whatever a unit raises belongs to its caller, never to the pool",
    "fedisw.storage.sqlite_units": "whatever a unit raises belongs to its caller, never to the writer",
}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
EXCUSE = re.compile(
    r"#\s*(?:noqa(?P<rule>:\s*[A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*)?|type:\s*ignore(?P<kind>\[[a-z, -]+\])?)(?P<reason>.*)"
)


def places(found: Iterator[tuple[str, int]], module: Module) -> list[str]:
    return sorted({f"{module.path}:{line} {name}" for name, line in found})


def async_functions(module: Module) -> list[str]:
    return places(((f.name, f.lineno) for f in functions(module) if isinstance(f, ast.AsyncFunctionDef)), module)


def uses(module: Module, names: set[str]) -> list[str]:
    return places(((name, line) for name, line in module.uses if name in names), module)


def catches_all(module: Module) -> list[str]:
    """Handlers of every error that do not raise again at their end."""

    def wide(node: ast.expr | None) -> bool:
        inner = node.elts if isinstance(node, ast.Tuple) else [node]
        return any(item is None or (isinstance(item, ast.Name) and item.id in {"Exception", "BaseException"}) for item in inner)

    def raises(node: ast.ExceptHandler) -> bool:
        return isinstance(node.body[-1], ast.Raise)

    handlers = (node for node in ast.walk(module.tree) if isinstance(node, ast.ExceptHandler))
    return places((("except", node.lineno) for node in handlers if wide(node.type) and not raises(node)), module)


def unexplained(module: Module) -> list[str]:
    found = []
    for number, line in enumerate(module.lines, 1):
        match = EXCUSE.search(line)
        if match is not None and ((match["rule"] or match["kind"]) is None or len(match["reason"].strip(" #-")) < 10):
            found.append((line.strip(), number))
    return places(iter(found), module)


def all_of(package: Iterable[str]) -> list[Module]:
    return [module for module in modules("fedisw") if module.inside(*package)]


def all_but(package: Iterable[str]) -> list[Module]:
    return [module for module in modules("fedisw") if not module.inside(*package)]


def test_services_and_queries_are_plain_functions() -> None:
    assert all_of(PLAIN)
    assert [place for module in all_of(PLAIN) for place in async_functions(module)] == []


def test_nothing_is_started_and_forgotten() -> None:
    assert [place for module in all_but(MAY_MAKE_TASKS) for place in uses(module, TASK_MAKERS)] == []


def test_time_is_a_parameter() -> None:
    assert [place for module in all_but(MAY_READ_CLOCK) for place in uses(module, CLOCKS)] == []


def test_only_the_outermost_places_catch_everything() -> None:
    assert [place for module in all_but(MAY_CATCH_ALL) for place in catches_all(module)] == []


def test_nothing_is_left_unfinished() -> None:
    lines = [(module, number, line) for module in modules("fedisw", "migrations") for number, line in enumerate(module.lines, 1)]
    assert [f"{module.path}:{number} {line.strip()}" for module, number, line in lines if UNFINISHED.search(line)] == []


def test_a_rule_switched_off_in_a_line_says_why() -> None:
    assert [place for module in modules("fedisw", "migrations") for place in unexplained(module)] == []


def test_breaches_are_seen() -> None:
    assert async_functions(parse("async def unit(tx): ..."))
    assert uses(parse("import asyncio\nasyncio.create_task(x())"), TASK_MAKERS)
    assert uses(parse("from asyncio import create_task\ncreate_task(x())"), TASK_MAKERS)
    assert uses(parse("from datetime import UTC, datetime\ndatetime.now(UTC)"), CLOCKS)
    assert uses(parse("import time\ntime.time()"), CLOCKS)
    assert not uses(parse("import time\ntime.monotonic()"), CLOCKS)


@pytest.mark.parametrize(
    "clause", ["except:", "except Exception:", "except (ValueError, Exception) as error:", "except BaseException:"]
)
def test_catching_everything_is_seen(clause: str) -> None:
    assert catches_all(parse(f"try:\n    x()\n{clause}\n    pass"))
    assert not catches_all(parse(f"try:\n    x()\n{clause}\n    tidy()\n    raise"))
    assert not catches_all(parse("try:\n    x()\nexcept ValueError:\n    pass"))


@pytest.mark.parametrize("comment", ["# noqa", "# noqa: S101", "# type: ignore", "# type: ignore[attr-defined]"])
def test_an_excuse_without_a_reason_is_seen(comment: str) -> None:
    assert unexplained(parse(f"x = 1  {comment}"))
    assert not unexplained(parse("x = 1  # type: ignore[attr-defined]  # the library has no types for it"))
    assert not unexplained(parse("x = 1  # noqa: S608 - built from constants only"))
