"""A person at a browser without scripts, at a server in another process: pages, forms, cookies, redirects."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import requests

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
WAIT = 20.0  # seconds for a page
MOST_STEPS = 10


@dataclass(slots=True)
class Form:
    """A form of a page with the values that it already has."""

    action: str
    values: dict[str, str] = field(default_factory=dict)


class Visitor:
    """Keeps cookies; follows redirects on the same server only and notes where another one would have been asked."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.page = ""
        self.left_for = ""
        self._place = origin + "/"
        self._session = requests.Session()
        self._session.trust_env = False

    @property
    def cookies(self) -> str:
        """What the browser sends with each request."""
        return "; ".join(f"{name}={value}" for name, value in self._session.cookies.items())

    def open(self, url: str) -> None:
        """Go to an address."""
        self._go("GET", url)

    def submit(self, **typed: str) -> None:
        """Fill in the last form of the page and send it."""
        form = forms_of(self.page)[-1]
        self._go("POST", urljoin(self._place, form.action), form.values | typed)

    def sign_in(self, name: str, password: str) -> None:
        """From the page that asks who it is."""
        assert "/auth/sign_in" in self._place, self._place
        self.submit(email=name, password=password)
        assert "/auth/sign_in" not in self._place, self.page

    def code_for(self, url: str, name: str, password: str) -> str:
        """Open what an app asks for, sign in, allow it; gives the code that the app gets."""
        self.open(url)
        self.sign_in(name, password)
        self.submit(decision="allow")
        if self.left_for:
            return parse_qs(urlsplit(self.left_for).query)["code"][0]
        return self.page.partition('id="code">')[2].partition("<")[0]

    def _go(self, method: str, url: str, fields: dict[str, str] | None = None) -> None:
        self.left_for = ""
        headers = {"Accept": "text/html", "Origin": self.origin} if method == "POST" else {"Accept": "text/html"}
        for _step in range(MOST_STEPS):
            answer = self._session.request(method, url, data=fields, headers=headers, allow_redirects=False, timeout=WAIT)
            if not answer.is_redirect:
                assert answer.ok, f"{method} {url}: {answer.status_code} {answer.text}"
                self.page, self._place = answer.text, url
                return
            url = urljoin(url, answer.headers["Location"])
            if not url.startswith(self.origin + "/"):
                self.left_for = url
                return
            method, fields = "GET", None
        raise AssertionError(f"too many redirects, at last to {url}")


def forms_of(page: str) -> list[Form]:
    """All forms of a page, in order."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif tag == "input" and self.forms and "name" in given:
            self.forms[-1].values[given["name"]] = given.get("value", "")
