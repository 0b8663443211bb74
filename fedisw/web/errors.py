"""From an error to an answer: the one table of statuses, and the shape of contract section 6."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from aiohttp import web

from fedisw.federation.budget import Spent
from fedisw.federation.effect import NotWanted
from fedisw.model import errors
from fedisw.web import answers
from fedisw.web.routes import route_of

STATUSES: Final[Mapping[type[errors.FediswError], int]] = {
    errors.Malformed: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.TooLarge: 413,
    errors.UnsupportedMedia: 415,
    errors.Invalid: 422,
    errors.TooMany: 429,
    errors.Unreachable: 503,
    NotWanted: 404,  # told apart from what does not exist it would name the rule
    Spent: 503,
}
JSON_PREFIXES: Final = (
    "/api/", "/oauth/token", "/oauth/revoke", "/oauth/userinfo", "/.well-known/", "/nodeinfo/", "/ap/", "/actor", "/inbox",
    "/health", "/media/", "/metrics",
)  # fmt: skip
PROBLEM_PREFIXES: Final = ("/ap/", "/actor", "/inbox")
PROBLEMS: Final = {  # FEP-c180; it has no names for the others
    403: ("https://w3id.org/fep/c180#principal-not-authorized", "Principal not authorized"),
    429: ("https://w3id.org/fep/c180#rate-limit-exceeded", "Rate limit exceeded"),
}
STREAMS: Final = "/api/v1/streaming"
NOT_FOUND: Final = "Record not found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a client is told about an error."""

    status: int
    message: str
    details: Mapping[str, list[dict[str, str]]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


ErrorPage = Callable[[web.Request, Told], web.Response]
ERROR_PAGE: Final = web.AppKey[ErrorPage]("error_page")  # how people are shown an error; without it they get JSON


def status_of(kind: type[errors.FediswError]) -> int | None:
    """The status for a class of error: its own, or that of the nearest class above it; None if nobody thought of it."""
    return next((STATUSES[above] for above in kind.__mro__ if above in STATUSES), None)


def told(error: errors.FediswError) -> Told:
    """What the client may know of an error (NET-10: never why something outside failed)."""
    status = status_of(type(error)) or 500
    match error:
        case errors.Invalid(field="", problem=problem):
            return Told(status=status, message=problem)
        case errors.Invalid():
            return _told_invalid(error, status)
        case errors.NotFound():
            return Told(status=status, message=NOT_FOUND)
        case errors.TooMany(retry_after=seconds):
            return Told(status=status, message="Too many requests", headers={"Retry-After": str(seconds)})
        case errors.Unreachable(retry_after=seconds):
            return Told(
                status=status,
                message="There was a temporary problem serving your request, please try again",
                headers={"Retry-After": str(seconds)},
            )
        case errors.Unauthenticated():
            message = str(error) or "The access token is invalid"
            return Told(status=status, message=message, headers={"WWW-Authenticate": 'Bearer realm="fedisw"'})
        case errors.Forbidden():
            return Told(status=status, message=str(error) or "This action is not allowed")
        case errors.Conflict():
            return Told(status=status, message=str(error) or "Conflict during update, please try again")
        case errors.Malformed():
            return Told(status=status, message=str(error) or "Bad Request")
        case _:
            return Told(status=status, message=NOT_FOUND if status == 404 else HTTPStatus(status).phrase)


def _told_invalid(error: errors.Invalid, status: int) -> Told:
    problems = (error, *error.others)
    details: dict[str, list[dict[str, str]]] = {}
    for problem in problems:
        details.setdefault(problem.field, []).append({"error": problem.code, "description": problem.problem})
    sentence = ", ".join(f"{human(problem.field)} {problem.problem}".strip() for problem in problems)
    return Told(status=status, message=f"Validation failed: {sentence}", details=details)


def human(name: str) -> str:
    """A field as a word in a sentence: `poll[expires_in]` is "Expires in"; `base`, the whole form, is none."""
    last = name.rstrip("]").rpartition("[")[2] or name
    return "" if last == "base" else last.replace("_", " ").capitalize()


def answer(request: web.Request, said: Told) -> web.Response:
    """The answer in the form that this address speaks: JSON, or a page."""
    response = request.app[ERROR_PAGE](request, said) if wants_page(request) else _json(request, said)
    response.headers.update(said.headers)
    return response


def wants_page(request: web.Request) -> bool:
    """Whether an error is shown to a person in a browser."""
    route = route_of(request)
    if route is not None and not route.auth.page:
        return False
    return ERROR_PAGE in request.app and not request.path.startswith(JSON_PREFIXES)


def _json(request: web.Request, said: Told) -> web.Response:
    body: dict[str, object] = {"error": said.message}
    if said.details:
        body["details"] = said.details
    if request.path.startswith(PROBLEM_PREFIXES):
        kind, title = PROBLEMS.get(said.status, ("about:blank", HTTPStatus(said.status).phrase))
        body |= {"type": kind, "title": title, "status": said.status}
    # browsers show scripts neither status nor body of a refused WebSocket; proxies and logs of clients may have the header
    headers = {"X-Error-Message": said.message} if request.path.startswith(STREAMS) else None
    return answers.json(body, status=said.status, headers=headers)
