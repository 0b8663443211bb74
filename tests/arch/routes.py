"""All routes that handler modules declare: every tuple `ROUTES` below fedisw.web."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import fedisw.web
from fedisw.web.routes import Route


@cache
def declared() -> tuple[Route, ...]:
    """Each declared route once, with the module that declares it first."""
    found: dict[int, Route] = {}
    for module in sorted(pkgutil.walk_packages(fedisw.web.__path__, "fedisw.web."), key=lambda info: info.name):
        routes = getattr(importlib.import_module(module.name), "ROUTES", ())
        if isinstance(routes, tuple):
            found |= {id(route): route for route in routes}
    return tuple(found.values())
