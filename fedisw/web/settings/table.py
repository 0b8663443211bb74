"""All addresses of the settings."""

from __future__ import annotations

from typing import Final

from fedisw.web.settings import home

ROUTES: Final = (*home.ROUTES,)
