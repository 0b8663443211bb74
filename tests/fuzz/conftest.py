"""An empty database that the server migrates itself, on SQLite and on PostgreSQL."""

from __future__ import annotations

from tests.faults.conftest import bare_url as bare_url  # the same as in tests/faults
