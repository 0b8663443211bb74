"""`verify_actor` of fediverse-pasture: six actors fetch one of ours and post to its inbox, signed or not, with and without
WebFinger, some of them shown only to who signs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.server import NOT_INHERITED, eventually, free_port, prepared, running

PYTHON = Path(__file__).parent / ".venv" / "bin" / "python"
MISSING = "no tests/interop/.venv (make tools): fediverse-pasture did not look at our actors"
PROGRAM = """
import sys
from fediverse_pasture.verify_actor import build_app
host, port = sys.argv[1].split(":")
build_app(False, sys.argv[1], False, 20).run(host=host, port=int(port))
"""
START = 60.0  # seconds; it makes seven RSA keys
TAKEN = {"get_actor": True, "post_inbox": True}
REFUSED = {"get_actor": True, "post_inbox": False}
WANTED = {
    "alice": REFUSED,  # signs nothing
    "bob": TAKEN,
    "claire": TAKEN,  # is shown only to who signs
    "dean": REFUSED,  # as alice
    "emily": REFUSED,  # has no name: neither preferredUsername nor WebFinger (federation, section 9, test 24)
    "frank": REFUSED,  # as emily
}


@contextmanager
def pasture(folder: Path) -> Iterator[str]:
    """Its address."""
    if not PYTHON.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    host = f"127.0.0.1:{free_port()}"
    env = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    with (folder / "pasture.log").open("wb") as log:
        process = subprocess.Popen([PYTHON, "-c", PROGRAM, host], cwd=folder, env=env, stdout=log, stderr=log)
    try:
        eventually(lambda: answers(f"http://{host}/"), within=START)
        yield f"http://{host}/"
    finally:
        process.terminate()
        process.wait(10)


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.ConnectionError:
        return False


def verify(where: str, actor: str) -> dict[str, Any]:
    answer = requests.post(where, data={"actor_uri": actor}, headers={"Accept": "application/json"}, timeout=120)
    assert answer.ok, answer.text
    return dict(answer.json())


def test_it_finds_nothing_wrong_with_our_actors(tmp_path: Path) -> None:
    server = prepared(tmp_path / "server", f"sqlite:///{tmp_path}/fedisw.db")
    with running(server), pasture(tmp_path) as where:
        amy = server.person("amy")
        found = verify(where, f"acct:{amy.handle}")
        assert found["result"] == WANTED | {"webfinger": True}, found["messages"]
