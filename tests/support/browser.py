"""A browser without scripts for tests: keeps cookies, and sends forms as our own pages do."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient
from yarl import URL

Client = TestClient[web.Request, web.Application]
OURS = {"Origin": "https://alpha.test"}


class Browser:
    """Keeps cookies like a browser at https://alpha.test, and sends forms from our own pages."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.cookies: dict[str, str] = {}

    async def get(self, path: str, **params: str) -> ClientResponse:
        """Open a page; redirects are not followed."""
        return await self._ask("GET", path, params=params)

    async def send(self, path: str, **fields: str) -> ClientResponse:
        """Send a form."""
        return await self._ask("POST", path, data=fields, headers=OURS)

    async def submit(self, page: ClientResponse, **fields: str) -> ClientResponse:
        """Fill in the last form of a page that needs no script and send it, hidden fields included."""
        html = await page.text()
        form = html[max(found.start() for found in re.finditer(r"<form (?![^>]*data-passkey)", html)) :]
        action = re.search(r'action="([^"]+)"', form)
        assert action is not None
        hidden = {
            unescape(name): unescape(value) for name, value in re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form)
        }
        return await self.send(unescape(action[1]), **(hidden | fields))

    async def _ask(self, method: str, path: str, **options: Any) -> ClientResponse:
        headers = options.pop("headers", {}) | {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        answer = await self.client.request(method, URL(path, encoded=True), headers=headers, allow_redirects=False, **options)
        for name, morsel in answer.cookies.items():
            if morsel.value and morsel["max-age"] != "0":
                self.cookies[name] = morsel.value
            else:
                self.cookies.pop(name, None)
        return answer
