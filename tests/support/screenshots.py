"""`python -m tests.support.screenshots FOLDER`: a server with sample data, and a picture of each page.

Each page is taken small and large, light and dark, in English and Spanish. Ends with 1 when a page answers with an
error, logs a fault in the browser's console (such as a broken content policy), or must be moved sideways to be read.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp.test_utils import TestServer, unused_port
from playwright.async_api import Browser, Page, async_playwright

from fedisw.runtime import Runtime
from fedisw.web.app import create_app
from fedisw.web.middleware.sessions import cookie_name
from tests.support import databases, scene
from tests.support.clock import Clock
from tests.support.factories import NOW as SCENE_TIME
from tests.support.people import People, make_settings

FLAGS: Final = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
LOAD_ALL: Final = """async () => {
  const pictures = [...document.images];
  pictures.forEach((picture) => { picture.loading = "eager"; });
  await Promise.allSettled(pictures.map((picture) => picture.decode()));
}"""
SIZES: Final = {"narrow": (320, 640), "phone": (390, 844), "desk": (1280, 860)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where the sample server is, what is in it, and the cookie of somebody signed in."""

    origin: str
    scene: scene.Scene
    cookie: tuple[str, str]
    consent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One page in one form."""

    name: str
    path: str
    size: str
    dark: bool = False
    language: str = "en"
    signed_in: bool = False

    @property
    def file(self) -> str:
        """Name of the picture."""
        scheme = "dark" if self.dark else "light"
        return f"{self.name}-{self.size}-{scheme}-{self.language}.png"


async def main(folder: Path) -> int:
    """Take all pictures into a folder that is there; 1 if a page has a fault."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        sys.stderr.write("No Chromium found: apt install chromium\n")
        return 1
    faults: list[str] = []
    async with serving() as server, async_playwright() as player:
        flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        browser = await player.chromium.launch(executable_path=program, args=flags)
        for shot in shots(server):
            faults += [f"{shot.file}: {fault}" for fault in await take(browser, server, shot, folder)]
        await browser.close()
    sys.stderr.write("".join(f"{fault}\n" for fault in faults))
    sys.stdout.write(f"{folder}\n")
    return 1 if faults else 0


def shots(server: Server) -> list[Shot]:
    """Every page small and large; light and dark and the second language take turns, and each page gets each once."""
    post, remote = f"/@amara/{server.scene.post.id}", f"/@{server.scene.remote.acct}"
    pages = {
        "landing": "/", "local": "/local", "tag": "/tags/fieldeducation", "about": "/about", "profile": "/@amara",
        "post": post, "elsewhere": remote, "missing": "/@nobody", "sign-in": "/auth/sign_in", "sign-up": "/auth/sign_up",
        "password": "/auth/password/forgotten",
    }  # fmt: skip
    inside = {
        "home": "/",
        "compose": "/compose",
        "profile-inside": "/@amara",
        "post-inside": post,
        "remote-inside": remote,
        "consent": server.consent,
        "settings": "/settings",
        "again": "/auth/again",
        "factors": "/settings/factors",
        "settings-profile": "/settings/profile",
        "settings-devices": "/settings/devices",
        "settings-apps": "/settings/apps",
        "settings-email": "/settings/email",
        "factors-app": "/settings/factors/app",
        "factors-passkey": "/settings/factors/passkey",
    }
    taken = []
    for name, path in (pages | inside).items():
        signed_in = name in inside
        for size, dark, language in (("phone", False, "en"), ("desk", True, "es"), ("desk", False, "en"), ("narrow", True, "es")):
            taken.append(Shot(name=name, path=path, size=size, dark=dark, language=language, signed_in=signed_in))
    return taken


async def take(browser: Browser, server: Server, shot: Shot, folder: Path) -> list[str]:
    """One picture; what is wrong with the page."""
    width, height = SIZES[shot.size]
    context = await browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if shot.dark else "light", locale=shot.language
    )
    if shot.signed_in:
        name, value = server.cookie
        await context.add_cookies([{"name": name, "value": value, "url": server.origin}])
    page = await context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    answer = await page.goto(server.origin + shot.path)
    expected = 404 if shot.name == "missing" else 200
    if answer is None or answer.status != expected:
        faults.append(f"answered {answer.status if answer else 'nothing'}")
    faults = [fault for fault in faults if expected == 200 or "404" not in fault] + await _too_wide(page, width)
    await page.evaluate(LOAD_ALL)
    await page.screenshot(path=folder / shot.file, full_page=True)
    await context.close()
    return faults


async def _too_wide(page: Page, width: int) -> list[str]:
    wide = await page.evaluate("document.documentElement.scrollWidth")
    return [f"{wide} pixels wide in a window of {width}"] if wide > width else []


@asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    """The whole application on loopback with the sample town in it; nothing of it stays."""
    clock = Clock(SCENE_TIME)
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), unused_port()
        origin = f"http://localhost:{port}"  # a name: passkeys are bound to names
        settings = make_settings(
            folder,
            FEDISW_ORIGIN=origin,
            FEDISW_ALLOW_HTTP="1",
            FEDISW_ALLOW_PRIVATE_NETWORK="1",
            FEDISW_ACCOUNT_DOMAIN="swork.example",
            FEDISW_INSTANCE_NAME="Social Work Commons",
            FEDISW_DATABASE_URL=f"sqlite:///{databases.build_sqlite_template(folder / 'scene.db')}",
        )
        async with await Runtime.open(settings, clock=clock) as runtime:
            people = People(runtime.db, settings, clock)
            town = await scene.furnish(runtime.db, runtime.store, now=clock())
            async with TestServer(create_app(runtime), port=port):
                yield Server(
                    origin=origin,
                    scene=town,
                    cookie=(cookie_name(settings), (await people.session(town.amara))[1]),
                    consent=await _consent(people),
                )


async def _consent(people: People) -> str:
    app = await people.app("read write follow", redirects=("https://client.example/back",))
    scopes = "read+write:statuses+follow"
    return (
        f"/oauth/authorize?response_type=code&client_id={app.client_id}&scope={scopes}"
        f"&redirect_uri={app.redirect_uris[0]}&force_login=false"
    )


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    sys.exit(asyncio.run(main(target)))
