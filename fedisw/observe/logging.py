"""The log of a serving process: JSON lines, or text on a terminal; nothing secret, no forged lines.

Events have a fixed name and fields: `log.info("delivery.refused", host=host, status=status)`.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Final, TextIO

import orjson
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

HIDDEN: Final = "[hidden]"
SECRET_NAMES: Final = re.compile(
    r"(authorization|cookie|signature|token|secret|password|passphrase|code|verifier|key_pem|private|e?mail|body|content|text|query)"
    r"|.*_(authorization|cookie|token|secret|password|verifier|email|body|query)",
    re.IGNORECASE,
)
# Secrets that travel inside a longer text: a header, a URL with a query, an exception that quotes one.
SECRET_TEXTS: Final = (
    (re.compile(r"\b(Bearer|Basic|Digest) [A-Za-z0-9._~+/=-]+"), rf"\1 {HIDDEN}"),
    (re.compile(r"\b(access_token|token|code|client_secret|code_verifier|password|refresh_token)=[^&\s\"']+"), rf"\1={HIDDEN}"),
    (re.compile(r"://([^/@\s:]+):[^/@\s]+@"), rf"://\1:{HIDDEN}@"),
)
# C0, DEL, C1, line and paragraph separators, and the marks that turn the reading direction (security LOG-2).
CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
PLAIN: Final = re.compile(r"[A-Za-z0-9_.:/@+-]{0,200}")  # and no `//`: holds no secret of a known form, nothing to escape
MAX_VALUE: Final = 4_000  # characters of one value
MAX_ERROR: Final = 300  # characters of the text of an error

_request: Final = ContextVar("request", default="")
_threshold: Final = [logging.NOTSET]  # set by `configure`


def configure(*, json: bool, level: str, stream: TextIO | None = None) -> None:
    """Send our log and that of all libraries to `stream`; called once when a process starts.

    Args:
        json: one JSON object a line; else text for people.
        level: `debug`, `info`, `warning` or `error`.
        stream: stderr if None (stdout is for results of commands).
    """
    out = sys.stderr if stream is None else stream
    _threshold[0] = number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _with_request,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_trace,
            clean,
            structlog.processors.JSONRenderer(serializer=_as_json) if json else _as_text,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: _Steady(out),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_FromLibraries()], level=max(number, logging.WARNING), force=True)
    logging.captureWarnings(True)


class _Steady(structlog.WriteLogger):
    """Writes to a stream that may be closed, broken or full without ending the work that is logged (P-14)."""

    def msg(self, message: str) -> None:
        """Written, or lost."""
        with suppress(OSError, ValueError):
            super().msg(message)

    log = debug = info = warn = warning = error = critical = fatal = failure = err = exception = msg


def logger(name: str) -> FilteringBoundLogger:
    """A log for one part of the server; `name` is its package, such as `federation`."""
    log: FilteringBoundLogger = structlog.get_logger(part=name)
    return log


def bound(**fields: object) -> AbstractContextManager[None]:
    """Fields that every event inside a `with` carries, in this task and those it starts: `bound(request_id=…)`."""
    return structlog.contextvars.bound_contextvars(**fields)


@contextmanager
def of_request(number: str) -> Iterator[None]:
    """Every event inside carries the number of the request; cheaper than `bound`, since it is for each of them."""
    before = _request.set(number)
    try:
        yield
    finally:
        _request.reset(before)


def is_wanted(level: int) -> bool:
    """Whether events of a level (`logging.INFO`) are written at all; asked before many of them are put together."""
    return level >= _threshold[0]


def clean(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Hide what must never be logged and make every value one line (security LOG-1, LOG-2)."""
    return {name: HIDDEN if _is_secret(name) else _clean_value(value) for name, value in event.items()}


@lru_cache(maxsize=1_024)
def _is_secret(name: str) -> bool:
    return SECRET_NAMES.fullmatch(name) is not None


def _clean_value(value: Any) -> Any:
    match value:
        case None | bool() | int() | float():
            return value
        case Mapping():
            return clean(None, "", {str(key): inner for key, inner in value.items()})
        case list() | tuple() | set() | frozenset():
            return [_clean_value(inner) for inner in value]
        case _:
            return one_line(str(value))


def one_line(text: str) -> str:
    """A text without secrets in known forms, controls written as escapes, cut at `MAX_VALUE` characters."""
    if PLAIN.fullmatch(text) and "//" not in text:
        return text
    for pattern, instead in SECRET_TEXTS:
        text = pattern.sub(instead, text)
    if len(text) > MAX_VALUE:
        text = text[: MAX_VALUE - 1] + "…"
    return CONTROLS.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def _with_request(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if number := _request.get():
        event["request_id"] = number
    return event


def _with_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        # The first line only: databases put the values of the row into the second.
        event["error"] = f"{type(error).__name__}: {error}".partition("\n")[0][:MAX_ERROR]
        event["trace"] = list(_frames(error))
    return event


def _frames(error: BaseException) -> Iterable[str]:
    """Where an error and its causes came from, without their texts and without local values; those may hold anything."""
    seen: BaseException | None = error
    while seen is not None:
        yield type(seen).__name__
        yield from (f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(seen.__traceback__))
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)


def _as_json(event: EventDict, **_options: object) -> str:
    return orjson.dumps(event, default=str).decode()


def _as_text(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    time, level, name = event.pop("timestamp"), event.pop("level"), event.pop("event")
    trace = event.pop("trace", [])
    fields = " ".join(f"{key}={value}" for key, value in event.items())
    return "\n    ".join((f"{time[11:19]} {level:<7} {name} {fields}".rstrip(), *trace))


class _FromLibraries(logging.Handler):
    """Takes what libraries log through the standard library into our log."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger(part=record.name)
        log.log(record.levelno, "library.message", message=record.getMessage(), exc_info=record.exc_info)
