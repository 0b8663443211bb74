"""`kill -9` at random moments under load: nothing acknowledged is lost or doubled (F-1; P-1, P-2, P-4, P-5)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import plan
from tests.faults.endings import kill
from tests.faults.running import survives


@pytest.mark.timeout(0 if plan.SOAK else 600)  # each wait inside has an end of its own
def test_nothing_acknowledged_is_lost_or_doubled_by_kills(
    bare_url: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("told", survives(plan.kills(), tmp_path / "server", bare_url, kill))
