"""Routes and who may call them; a route without a declared policy does not start (security ARC-3)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from aiohttp import hdrs, web

from fedisw.live.buckets import Rule

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

FORM_BYTES: Final = 1_048_576  # of a request body, where the route says nothing else
METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
CONTINUE: Final = "100-continue"
TWINS: Final = {"PUT": "PATCH", "PATCH": "PUT"}
CLIENT_PREFIXES: Final = ("/api/", "/oauth/")  # addresses that client software calls, some with a slash at the end


class Kind(StrEnum):
    """How a caller proves itself on a route."""

    PUBLIC = "public"
    OPTIONAL = "optional"
    USER = "user"
    APP = "app"
    ANY = "any token"
    STREAM = "stream"
    CLIENT = "client"
    SIGNED = "signed"
    VISITOR = "visitor"
    SESSION = "session"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Auth:
    """Who may call a route; made by one of the class methods, there is no default.

    `scopes`: one of them is enough. `waiting`: also for people who are not confirmed or approved yet, are disabled,
    or must change their password (AUT-10). `recent`: the password, or a passkey, was given minutes ago (AUT-6).
    """

    kind: Kind
    scopes: tuple[str, ...] = ()
    waiting: bool = False
    recent: bool = False

    @classmethod
    def public(cls) -> Self:
        """Everybody; tokens and cookies are not looked at."""
        return cls(Kind.PUBLIC)

    @classmethod
    def optional(cls, *scopes: str) -> Self:
        """Everybody; with a token, the answer is for that person."""
        return cls(Kind.OPTIONAL, scopes)

    @classmethod
    def user(cls, *scopes: str, waiting: bool = False) -> Self:
        """A token of a person, with one of the scopes; none named: any scope."""
        return cls(Kind.USER, scopes, waiting)

    @classmethod
    def app(cls, *scopes: str) -> Self:
        """A token of an application alone (OAU-8)."""
        return cls(Kind.APP, scopes)

    @classmethod
    def any_token(cls) -> Self:
        """A token of a person or an application, whatever its scopes."""
        return cls(Kind.ANY, (), True)

    @classmethod
    def stream(cls) -> Self:
        """A token of a person, also in the query or in `Sec-WebSocket-Protocol` (OAU-12); the handler checks scopes a stream."""
        return cls(Kind.STREAM)

    @classmethod
    def client(cls) -> Self:
        """An application with its id and secret; the handler checks them."""
        return cls(Kind.CLIENT)

    @classmethod
    def signed(cls) -> Self:
        """Another server; the handler verifies the HTTP signature where one is needed."""
        return cls(Kind.SIGNED)

    @classmethod
    def visitor(cls) -> Self:
        """A page for everybody; who is signed in is known, and forms need their token (SES-2)."""
        return cls(Kind.VISITOR, (), True)

    @classmethod
    def session(cls, *, waiting: bool = False, recent: bool = False) -> Self:
        """A page for people who are signed in; others go to the sign-in page first.

        Args:
            recent: who has not signed in a moment ago proves who they are again; a form is then filled in anew, on the
                page at its own address.
        """
        return cls(Kind.SESSION, (), waiting, recent)

    @classmethod
    def admin(cls, *scopes: str) -> Self:
        """Staff: a token with one of the `admin:` scopes and the role (OAU-7)."""
        return cls(Kind.ADMIN, scopes)

    @property
    def page(self) -> bool:
        """Whether people see this address in a browser: HTML errors, cookies, no CORS."""
        return self.kind in (Kind.VISITOR, Kind.SESSION)


@dataclass(frozen=True, slots=True)
class Route:
    """One address: `path` with `{names}`; `body` is the most bytes of a request body; `rules` are rate limits of its own."""

    method: str
    path: str
    handler: Handler
    auth: Auth
    body: int = FORM_BYTES
    rules: tuple[Rule, ...] = ()


class UndeclaredRoute(Exception):
    """An address without a policy, or declared twice: a fault of ours, found at start-up."""


RouteTable = Mapping[web.AbstractRoute, Route]
ROUTES: Final = web.AppKey[RouteTable]("routes", Mapping)


def register(app: web.Application, routes: Iterable[Route]) -> None:
    """Add routes with HEAD beside GET, PUT beside PATCH, and for client software with or without a slash at the end.

    Raises:
        UndeclaredRoute: a route without a policy, an unknown method, or an address given twice.
    """
    wanted = tuple(routes)
    declared: dict[tuple[str, str], Route] = {}
    for route in wanted:
        if type(route.auth) is not Auth or route.method not in METHODS or (route.method, route.path) in declared:
            raise UndeclaredRoute(f"{route.method} {route.path}")
        declared[route.method, route.path] = route
    table: dict[web.AbstractRoute, Route] = {}
    for (method, path), route in declared.items():
        methods = [method, "HEAD"] if method == "GET" else [method]
        twin = TWINS.get(method)
        if twin is not None and (twin, path) not in declared and path.startswith("/api/"):
            methods.append(twin)
        for pattern in _patterns(path):
            for name in methods:
                table[app.router.add_route(name, pattern, route.handler, expect_handler=_expected)] = route
    app[ROUTES] = table


def check(app: web.Application) -> None:
    """Refuse to start with an address that did not come through `register`."""
    for known in app.router.routes():
        if known not in app[ROUTES]:
            raise UndeclaredRoute(f"{known.method} {known.resource}")


def route_of(request: web.Request) -> Route | None:
    """The declared route that a request has met; None for an unknown address or method."""
    return request.app[ROUTES].get(request.match_info.route)


async def _expected(request: web.Request) -> None:
    """`Expect: 100-continue` is answered, what else a client expects is passed over, as RFC 9110 allows (section 10.1.1)."""
    if request.headers[hdrs.EXPECT].lower() == CONTINUE:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # it counts the body that follows


def _patterns(path: str) -> tuple[str, ...]:
    if not path.startswith(CLIENT_PREFIXES) or path.endswith("/"):
        return (path,)
    return (f"{path}{{_slash:/?}}",) if "{" in path else (path, f"{path}/")
