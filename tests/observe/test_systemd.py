"""What systemd is told: one datagram, or quietly nothing."""

from __future__ import annotations

import secrets
import socket
from pathlib import Path

import pytest

from fedisw.observe.systemd import READY, STOPPING, notify


@pytest.mark.parametrize("abstract", [True, False])
def test_a_state_arrives(tmp_path: Path, abstract: bool) -> None:
    name = f"fedisw-{secrets.token_hex(8)}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("\0" + name if abstract else name)
        assert notify(READY, path="@" + name if abstract else name)
        assert notify(STOPPING, path="@" + name if abstract else name)
        assert [listener.recv(100), listener.recv(100)] == [b"READY=1", b"STOPPING=1"]


@pytest.mark.parametrize("path", [None, "", "relative", "/nowhere/notify"])
def test_without_a_listener_nothing_happens(path: str | None) -> None:
    assert notify(READY, path=path) is False
