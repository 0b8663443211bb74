"""Five gates and no way round them (security ARC-1, ARC-2, DEP-2, KEY-5; style section 2)."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.arch.source import Module, modules, parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """`names` (and what lies below them) may be used in the modules `only`, and nowhere else."""

    names: tuple[str, ...]
    only: tuple[str, ...]


GATES = {
    "fetch": Gate(names=("aiohttp.ClientSession", "aiohttp.TCPConnector", "aiohttp.request"), only=("fedisw.net",)),
    "connections": Gate(
        names=("socket", "ssl", "urllib.request", "http.client", "asyncio.open_connection", "asyncio.open_unix_connection"),
        only=("fedisw.net", "fedisw.observe.systemd", "fedisw.live.local", "fedisw.cli.supervise"),
    ),
    "pictures": Gate(names=("PIL", "blurhash_rs"), only=("fedisw.media",)),
    "programs": Gate(
        names=("subprocess", "multiprocessing", "os.system", "os.popen", "os.fork", "asyncio.create_subprocess_exec"),
        only=("fedisw.media", "fedisw.crypto.ldsig", "fedisw.cli.supervise"),
    ),
    "ingest": Gate(names=("json",), only=("fedisw.federation.ingest",)),
    "html": Gate(names=("bleach",), only=("fedisw.text.sanitise",)),
    "linked data": Gate(names=("pyld",), only=("fedisw.crypto.ldsig",)),
    "redis": Gate(names=("redis",), only=("fedisw.live.redis",)),
    "sql": Gate(names=("sqlalchemy", "aiosqlite", "psycopg", "sqlite3"), only=("fedisw.storage",)),
    "tables": Gate(names=("fedisw.storage.tables",), only=("fedisw.storage",)),
    "environment": Gate(names=("os.environ", "os.getenv", "os.environb"), only=("fedisw.cli",)),
    "shell": Gate(names=("asyncio.create_subprocess_shell", "os.spawnl", "pty"), only=()),
    "code from data": Gate(names=("builtins.eval", "pickle", "marshal", "shelve", "yaml"), only=()),
    "code from names of ours": Gate(names=("builtins.exec",), only=("fedisw.storage.values",)),  # decision 0034
    "guessable chance": Gate(names=("random",), only=()),
    "files of people": Gate(names=("aiohttp.web.static", "aiohttp.web.StaticDef"), only=()),
}


def breaches(gate: Gate, module: Module) -> list[str]:
    if module.inside(*gate.only):
        return []
    return sorted(
        {
            f"{module.path}:{line} {name}"
            for name, line in module.uses
            for gated in gate.names
            if f"{name}.".startswith(f"{gated}.")
        }
    )


@pytest.mark.parametrize("gate", GATES.values(), ids=GATES.keys())
def test_nothing_goes_round_a_gate(gate: Gate) -> None:
    assert modules("fedisw")
    assert [breach for module in modules("fedisw") for breach in breaches(gate, module)] == []


@pytest.mark.parametrize(
    ("gate", "text"),
    [
        ("fetch", "import aiohttp\naiohttp.ClientSession()"),
        ("fetch", "import aiohttp as web_client\nweb_client.ClientSession()"),
        ("fetch", "from aiohttp import ClientSession"),
        ("connections", "from urllib import request"),
        ("connections", "import http.client"),
        ("connections", "import asyncio\nasyncio.open_connection('x', 1)"),
        ("pictures", "from PIL import Image"),
        ("programs", "import os\nos.system('x')"),
        ("ingest", "import json"),
        ("ingest", "from json import loads"),
        ("sql", "import sqlalchemy.orm"),
        ("tables", "from fedisw.storage.tables import accounts"),
        ("environment", "import os\nos.environ['HOME']"),
        ("environment", "from os import environ"),
        ("code from data", "eval('1')"),
        ("code from data", "import pickle"),
        ("guessable chance", "import random"),
    ],
)
def test_a_breach_is_seen(gate: str, text: str) -> None:
    assert breaches(GATES[gate], parse(text))


@pytest.mark.parametrize(
    ("gate", "text"),
    [
        ("fetch", "from aiohttp import web\nweb.Response()"),
        ("connections", "from urllib.parse import urlsplit\nfrom http import HTTPStatus"),
        ("ingest", "import orjson\norjson.loads(b'')"),
        ("environment", "import os\nos.path"),
        ("tables", "from fedisw.storage.queries import accounts"),
    ],
)
def test_what_is_no_breach_passes(gate: str, text: str) -> None:
    assert breaches(GATES[gate], parse(text)) == []


def test_the_modules_that_may_do_more_exist_once_their_package_does() -> None:
    """A gate must not name a module that is gone; those of later parts of the tree are named in security ARC-2."""
    later = {"fedisw.live.local", "fedisw.live.redis", "fedisw.cli.supervise"}
    names = {module.name for module in modules("fedisw")}
    allowed = {name for gate in GATES.values() for name in gate.only} - later
    assert {name for name in allowed if name not in names} == set()
