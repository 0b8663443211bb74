"""The source code of what runs, from the server itself."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
import tarfile
from pathlib import Path

from fedisw import __version__
from fedisw.web.pages.source import archive
from tests.support.browser import Browser

ROOT = Path(__file__).parents[3]


async def test_everybody_can_take_the_source_along_and_run_it(stranger: Browser, tmp_path: Path) -> None:
    page = await (await stranger.get("/about")).text()
    assert 'href="/about/source"' in page
    answer = await stranger.get("/about/source")
    assert (answer.status, answer.content_type) == (200, "application/gzip")
    with tarfile.open(fileobj=io.BytesIO(await answer.read())) as tar:
        tar.extractall(tmp_path, filter="data")
    assert (await asyncio.to_thread(where_it_runs, tmp_path / f"fedisw-{__version__}")).is_relative_to(tmp_path)


def where_it_runs(folder: Path) -> Path:
    run = [sys.executable, "-c", "import fedisw.cli.main as here; print(here.__file__)"]
    return Path(subprocess.run(run, cwd=folder, env={}, capture_output=True, text=True, check=True).stdout.strip())


def test_it_is_the_program_and_nothing_of_the_servers_own() -> None:
    with tarfile.open(fileobj=io.BytesIO(archive())) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    known = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    inside = {name for name in known.stdout.split() if name.startswith(("fedisw/", "migrations/"))}
    assert inside <= names
    assert names - inside == {"LICENSE", "Makefile", "README.md", "pyproject.toml", "requirements.lock"}
