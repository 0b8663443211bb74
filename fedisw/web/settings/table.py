"""All addresses of the settings."""

from __future__ import annotations

from typing import Final

from fedisw.web.settings import factors, home, passkeys

ROUTES: Final = (*home.ROUTES, *factors.ROUTES, *passkeys.ROUTES)
