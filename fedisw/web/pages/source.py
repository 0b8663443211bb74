"""The program that runs here, for whoever uses it over the network (AGPL-3.0, section 13): no other site is needed for it."""

from __future__ import annotations

import asyncio
import gzip
import io
import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from aiohttp import hdrs, web

from fedisw import __version__
from fedisw.web.pages.files import A_DAY
from fedisw.web.routes import Auth, Route

PACKAGE: Final = Path(__file__).parents[2]
CHECKOUT: Final = PACKAGE.parent
BESIDE: Final = ("LICENSE", "Makefile", "README.md", "pyproject.toml", "requirements.lock")
ENDINGS: Final = frozenset(
    {".css", ".html", ".ico", ".js", ".json", ".mako", ".md", ".png", ".po", ".py", ".svg", ".toml", ".txt"}
)


async def source(_request: web.Request) -> web.Response:
    """GET /about/source: the source code as it is installed, without anything of this server's own."""
    headers = {
        hdrs.CONTENT_TYPE: "application/gzip",
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="fedisw-{__version__}.tar.gz"',
        hdrs.CACHE_CONTROL: A_DAY,
    }
    return web.Response(body=await asyncio.to_thread(archive), headers=headers)


@cache
def archive() -> bytes:
    """The same bytes each time: names in order, no owner, no time."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, path in _files():
            member = tarfile.TarInfo(f"fedisw-{__version__}/{name}")
            body = path.read_bytes()
            member.size = len(body)
            tar.addfile(member, io.BytesIO(body))
    return gzip.compress(packed.getvalue(), mtime=0)


def _files() -> Iterator[tuple[str, Path]]:
    """What the program is made of, by its name in the archive; in a checkout with what is needed to build it."""
    yield from _below(PACKAGE, "fedisw")
    if (CHECKOUT / "pyproject.toml").is_file():
        yield from _below(CHECKOUT / "migrations", "migrations")
        yield from ((name, CHECKOUT / name) for name in BESIDE if (CHECKOUT / name).is_file())


def _below(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in ENDINGS and path.is_file() and not path.is_symlink():
            yield f"{name}/{path.relative_to(folder).as_posix()}", path


ROUTES: Final = (Route("GET", "/about/source", source, Auth.public()),)
"""Linked on every page about the server, in NodeInfo and in the instance document."""
