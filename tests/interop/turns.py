"""Which database and which signatures a story is told with: both, where it says so, but not all four pairs."""

from __future__ import annotations

import pytest

_PAIR = ("database_kind", "scheme")
BOTH = pytest.mark.parametrize(_PAIR, [("sqlite", "cavage"), ("postgres", "rfc9421")], indirect=True)
ONCE = pytest.mark.parametrize(_PAIR, [("sqlite", "rfc9421")], indirect=True)
ONCE_MORE = pytest.mark.parametrize(_PAIR, [("postgres", "cavage")], indirect=True)
SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
POSTGRES = pytest.mark.parametrize("database_kind", ["postgres"], indirect=True)
