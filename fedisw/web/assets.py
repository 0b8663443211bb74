"""Files of our own that browsers load: style sheet, icons, pictures. Their addresses carry a hash, so they never change."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

PREFIX: Final = "/static/"
HASH_DIGITS: Final = 12
TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/x-icon",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file ready to be sent; `path` is its address below our origin."""

    path: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Assets:
    """All files by their name in the folder (`site.css`), and by the name in their address (`site.1f….css`)."""

    by_name: Mapping[str, Asset]
    by_address: Mapping[str, Asset]

    def path(self, name: str) -> str:
        """Address of a file below our origin; KeyError for a name that is not there, which is a fault of ours."""
        return self.by_name[name].path


@cache
def assets() -> Assets:
    """The files of the package, read once."""
    by_name: dict[str, Asset] = {}
    for file in sorted((files("fedisw.web") / "pages" / "static").iterdir(), key=lambda entry: entry.name):
        stem, _, ending = file.name.rpartition(".")
        if ending in TYPES:
            body = file.read_bytes()
            address = f"{stem}.{hashlib.sha256(body).hexdigest()[:HASH_DIGITS]}.{ending}"
            by_name[file.name] = Asset(path=PREFIX + address, media_type=TYPES[ending], body=body)
    return Assets(by_name, {asset.path.removeprefix(PREFIX): asset for asset in by_name.values()})
