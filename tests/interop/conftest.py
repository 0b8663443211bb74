"""Our server and a Fedify server that trusts the same authority; one Node for the whole run, one server in it for each test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tests.interop.servers import HERE, Ours, Theirs, our_server
from tests.net.servers import AUTHORITY
from tests.support import node


@pytest.fixture(params=["cavage", "rfc9421"])
def scheme(request: pytest.FixtureRequest) -> str:
    """How Fedify signs and what it takes."""
    return str(request.param)


@pytest.fixture
def settings_of_ours() -> dict[str, str]:
    """More settings as environment variables, for a module to override."""
    return {}


@pytest.fixture
async def ours(make_database_url: Callable[[], str], tmp_path: Path, settings_of_ours: dict[str, str]) -> AsyncIterator[Ours]:
    """Our server, working."""
    async with our_server(tmp_path, make_database_url(), **settings_of_ours) as server:
        yield server


@pytest.fixture(scope="session")
def fedify(tmp_path_factory: pytest.TempPathFactory) -> Iterator[node.Program]:
    """Node with Fedify."""
    authority = tmp_path_factory.mktemp("authority") / "authority.pem"
    AUTHORITY.cert_pem.write_to_path(authority)
    with node.running("fedify.mjs", NODE_EXTRA_CA_CERTS=str(authority)) as program:
        yield program


@pytest.fixture
async def theirs(fedify: node.Program, scheme: str) -> Theirs:
    """A Fedify server with ben."""
    issued = AUTHORITY.issue_cert(HERE)
    certificate = b"".join(part.bytes() for part in issued.cert_chain_pems).decode()
    asked = {"scheme": scheme, "key": issued.private_key_pem.bytes().decode(), "certificate": certificate}
    server = Theirs(fedify, await asyncio.to_thread(fedify.ask, "open", **asked))
    await server.person("ben", shown="Ben from Fedify")
    return server


@pytest.fixture
def ben(theirs: Theirs) -> str:
    """Somebody at theirs: the id."""
    return f"{theirs.origin}/users/ben"
