"""SIGTERM under load: the server ends within 25 s with exit code 0, and nothing acknowledged is lost or doubled (P-10)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import plan
from tests.faults.endings import terminate
from tests.faults.running import survives


@pytest.mark.timeout(300)
def test_nothing_acknowledged_is_lost_or_doubled_by_ends_and_starts(
    bare_url: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    drawn = plan.draw(endings=3, inbound=200, writes=100, in_start=0)
    record_property("told", survives(drawn, tmp_path / "server", bare_url, terminate))
