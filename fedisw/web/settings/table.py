"""All addresses of the settings."""

from __future__ import annotations

from typing import Final

from fedisw.web.settings import factors, home, leaving, moving, passkeys

ROUTES: Final = (*moving.ROUTES, *leaving.ROUTES, *home.ROUTES, *factors.ROUTES, *passkeys.ROUTES)
