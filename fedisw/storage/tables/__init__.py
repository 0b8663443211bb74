"""The tables, one file a noun; `load_all` makes the metadata complete for migrations and tests."""

from __future__ import annotations

import importlib
import pkgutil

from sqlalchemy import MetaData

from fedisw.storage.tables.base import metadata


def load_all() -> MetaData:
    """Import every module of this folder and give the metadata that they filled."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return metadata
