"""Whatever is asked, the answer is one that is documented: never a fault of ours, never an error in another shape."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from fedisw.web.errors import JSON_PREFIXES
from fedisw.web.mastodon.table import ROUTES
from tests.arch.routes import declared
from tests.faults.plan import DATABASES, SOAK
from tests.fuzz.asking import Known, requests
from tests.fuzz.wire import Answered, Asked, ask, decoded
from tests.support.entities.rows import wrong_error
from tests.support.house import House, Unmade
from tests.support.server import PASSWORD, Server, prepared, running
from tests.support.visitor import Visitor

SHORT = 30.0  # seconds for each database in `make test`
ROUND = 1_500  # requests until there are new ids


def seconds() -> float:
    """How long to ask."""
    return float(os.environ.get("MINUTES") or 30) * 60 / DATABASES if SOAK else float(os.environ.get("FUZZ_SECONDS") or SHORT)


@pytest.mark.timeout(0)
def test_no_request_brings_a_fault_or_an_odd_error(
    bare_url: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    first = int(os.environ.get("SEED") or secrets.randbelow(1 << 32))
    record_property("told", f"fuzzing from SEED={first}")
    server = prepared(tmp_path, bare_url, watched=True)
    asked = 0
    with running(server):
        end, number = time.monotonic() + seconds(), first
        while time.monotonic() < end:
            asked += one_round(server, known_of(server, number), number, end)
            number += 1
    record_property("told", f"fuzzing asked {asked} requests in {number - first} rounds")
    assert asked > 100


def one_round(server: Server, known: Known, number: int, end: float) -> int:
    """Ask until the round or the time is over; gives how much was asked."""
    asked = 0

    @seed(number)
    @settings(
        max_examples=ROUND,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(requests(known))
    def one(request: Asked) -> None:
        nonlocal asked
        if time.monotonic() < end:
            asked += 1
            check(request, ask(server.origin, request), server)

    one()
    return asked


def check(asked: Asked, answer: Answered, server: Server) -> None:
    """What holds for every answer."""
    assert answer.status < 500 or answer.status == 503, (answer, reasons(server, answer))
    if answer.status == 503:
        assert int(answer.headers["retry-after"]) > 0
    if answer.status == 417:  # of the library, for an address that is not there and an odd `Expect`
        return
    if answer.status >= 400 and asked.method != "HEAD":
        path = asked.path.decode("utf-8", "replace").partition("?")[0]
        if path.startswith(JSON_PREFIXES):
            assert answer.kind == "application/json", answer
        if answer.kind == "application/json":
            told = decoded(answer)
            assert wrong_error(told) == [], answer
        else:
            assert answer.kind == "text/html", answer
    elif answer.kind == "application/json" and asked.method != "HEAD":
        decoded(answer)
    assert not server.faults.exists(), server.faults.read_text()[:2_000]
    assert "x-request-id" in answer.headers or answer.status == 400, answer


def reasons(server: Server, answer: Answered) -> list[str]:
    """What the log says of a fault."""
    return [line for line in server.errors() if answer.headers.get("x-request-id", "nothing") in line]


def known_of(server: Server, number: int) -> Known:
    """New people with something of everything."""
    amy, ben, cat = (server.person(f"{name}_{number}_{secrets.token_hex(2)}") for name in ("amy", "ben", "cat"))
    house = House(amy, ben, cat)
    addresses = {}
    for route in declared():
        try:
            addresses[route.path] = house.address(route.path)
        except (Unmade, AssertionError):
            continue
    narrow = server.cli("tokens", "create", amy.name, "--scopes", "read:accounts")
    tokens = (amy.token, ben.token, narrow, "x", "", "\u00e9")
    proofs = [(b"Authorization", f"Bearer {token}".encode()) for token in tokens]
    proofs += [(b"", b""), (b"Authorization", b"Basic eDp5"), (b"Authorization", b"\xff"), (b"Cookie", cookie(server, amy.email))]
    ids = {part for path in addresses.values() for part in path.split("/") if part.isdecimal()} | {
        amy.id,
        ben.id,
        cat.id,
        cat.handle,
    }
    assert len(ROUTES) > 50
    return Known(ids=tuple(sorted(ids)), proofs=tuple(proofs), addresses=addresses)


def cookie(server: Server, email: str) -> bytes:
    """Of a signed-in browser."""
    visitor = Visitor(server.origin)
    visitor.open(f"{server.origin}/auth/sign_in")
    visitor.sign_in(email, PASSWORD)
    return visitor.cookies.encode()
