"""Our server (`home`) and two scripted ones (`beta`, `gamma`) over TLS."""

from __future__ import annotations

from tests.federation.conftest import beta as beta  # the same as in tests/federation
from tests.federation.conftest import gamma as gamma
from tests.federation.conftest import home as home
from tests.federation.conftest import names as names
