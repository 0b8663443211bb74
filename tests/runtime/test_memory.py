"""A process that is ready leaves alone what it loaded."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import gc
from fedisw.runtime import memory
before = gc.get_freeze_count()
memory.settle()
assert gc.get_freeze_count() > before + 10_000
assert gc.get_threshold()[0] == memory.YOUNG
assert gc.isenabled()
"""


def test_what_was_loaded_is_not_looked_through_again() -> None:
    subprocess.run([sys.executable, "-c", CODE], check=True, timeout=60)
