"""Our server at well-known addresses; see tests/web/activitypub/conftest.py."""

from __future__ import annotations

from tests.web.activitypub.conftest import beta, here, names, reading

__all__ = ["beta", "here", "names", "reading"]
