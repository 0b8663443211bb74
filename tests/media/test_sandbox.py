from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from fedisw.media.sandbox import build_filter

TRY = """
import os, signal, socket, subprocess, sys
from fedisw.media.sandbox import confine
walls = confine(files=1)
{code}
"""


def confined(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", TRY.format(code=code)], capture_output=True, text=True, timeout=60)


def test_the_walls_of_this_machine_hold() -> None:
    assert "calls" in confined("print(walls)").stdout


@pytest.mark.parametrize(
    "code",
    [
        "socket.socket()",
        "socket.socketpair()",
        "open('/etc/hostname')",
        "open('/tmp/written', 'w')",
        "os.kill(os.getppid(), 0)",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.unlink('/tmp/nothing')",
        "os.rename('/tmp/nothing', '/tmp/other')",
        "os.mkdir('/tmp/made-by-a-child')",
        "os.chmod('/tmp', 0o777)",
    ],
)
def test_what_a_decoder_does_not_need_is_forbidden(code: str) -> None:
    tried = confined(code)

    assert tried.returncode == 1
    assert "PermissionError" in tried.stderr


def test_the_network_is_empty_or_out_of_reach() -> None:
    tried = confined("socket.create_connection(('127.0.0.1', 80), timeout=5)")

    assert "PermissionError" in tried.stderr
    assert "ConnectionRefusedError" not in tried.stderr


def test_memory_is_bounded() -> None:
    assert "MemoryError" in confined("bytearray(1 << 30)").stderr
    assert confined("print(len(bytearray(1 << 28)))").stdout.strip() == str(1 << 28)


def test_processor_time_is_bounded() -> None:
    tried = confined("from fedisw.media.sandbox import allow_cpu\nallow_cpu(0)\nwhile True: pass")

    assert tried.returncode == -signal.SIGXCPU


def test_the_filter_has_one_step_for_each_call() -> None:
    assert len(build_filter(0xC000003E, (41, 42))) == 8 * (5 + 2 + 2)
    assert len(build_filter(0xC000003E, ())) == 8 * (5 + 2)
