"""Domain errors: they say what the caller can do and know nothing of HTTP (web/errors.py translates)."""

from __future__ import annotations


class FediswError(Exception):
    """Base of every error that we raise on purpose; anything else is a bug."""


class Malformed(FediswError):
    """What arrived cannot be read at all: not JSON, wrong shape, broken header."""


class Unauthenticated(FediswError):
    """There is no proof, or a wrong one, of who is calling."""


class Forbidden(FediswError):
    """The caller is known and may not do this."""


class NotFound(FediswError):
    """There is no such thing, or not for this caller; the two are never told apart (security VIS-2)."""

    def __init__(self, kind: str, key: object = "") -> None:
        super().__init__(f"{kind} not found")
        self.kind, self.key = kind, key


class Conflict(FediswError):
    """The state of the thing does not allow the change."""


class Gone(FediswError):
    """It existed and was deleted (a tombstone)."""


class TooLarge(FediswError):
    """More bytes, nodes or items than the limit allows."""


class UnsupportedMedia(FediswError):
    """A media type that is not accepted here."""


class Invalid(FediswError):
    """A value given by a person or a peer breaks a rule; `field` names the value.

    Args:
        field: name of the value as the caller knows it.
        problem: what is wrong with it, a few plain words.
        code: machine word for `details` of the error answer, such as `ERR_BLANK`.
        others: more values that are wrong in the same form.
    """

    def __init__(self, field: str, problem: str, *, code: str = "ERR_INVALID", others: tuple[Invalid, ...] = ()) -> None:
        super().__init__(f"{field}: {problem}")
        self.field, self.problem, self.code, self.others = field, problem, code, others


class TooMany(FediswError):
    """A rate or a count is used up; `retry_after` is in seconds."""

    def __init__(self, message: str = "too many requests", *, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unreachable(FediswError):
    """A passing failure outside: a peer, the network, a full disk. Trying again later may help.

    Args:
        message: for the log, never shown to the client beyond "try later" (security NET-10).
        retry_after: seconds until another try makes sense.
    """

    def __init__(self, message: str = "not reachable", *, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after
