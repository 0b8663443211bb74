"""All addresses of the settings."""

from __future__ import annotations

from typing import Final

from fedisw.web.settings import apps, data, devices, email, factors, home, leaving, moving, passkeys, profile

SECTIONS: Final = (home, profile, factors, passkeys, email, devices, apps, data, moving, leaving)
ROUTES: Final = tuple(route for section in SECTIONS for route in section.ROUTES)
