"""Passwords: which are accepted, how they are hashed (argon2id), and how many at a time (AUT-1, AUT-2)."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fedisw.model.errors import Invalid, TooMany

T = TypeVar("T")

MIN_LENGTH, MAX_LENGTH = 10, 256  # characters
MEMORY = 19_456  # KiB
PASSES = 2
LANES = 1
AT_A_TIME = 4  # hashes being computed
MAX_WAITING = 64  # computed and waiting; 30 ms of CPU each
RETRY_AFTER = 5  # seconds

COMMON = frozenset((files("fedisw.crypto") / "common_passwords.txt").read_text("utf-8").split())
SIGNS = "!?.,;:*#+-_@$ "
DIGITS = "0123456789"
MAX_AROUND = 6  # signs and digits put around a common word do not make it a better password, unless there are more
_LEET = str.maketrans("013457@$!", "oieastasi")

_HASHER = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY, parallelism=LANES)
_NOBODY = (  # checked instead when there is no account, with today's parameters (AUT-2)
    "$argon2id$v=19$m=19456,t=2,p=1$irdVIc9+IuVBGxtim4gkUA$l6CquC53ZcILPFNqZuIqRcDvsYSzV0AOK7Fz2U3TJT4"
)


def check_new(password: str) -> None:
    """Invalid unless the password may be chosen: 10 to 256 characters, none of the common ones; no other rules.

    A common one counts in any case, with letters written as digits, and with digits or signs around it.
    """
    if len(password) < MIN_LENGTH:
        raise Invalid("password", f"must have at least {MIN_LENGTH} characters", code="ERR_TOO_SHORT")
    if len(password) > MAX_LENGTH:
        raise Invalid("password", f"must have at most {MAX_LENGTH} characters", code="ERR_TOO_LONG")
    if _is_common(_normal(password).casefold()):
        raise Invalid("password", "is one of the common ones that are tried first", code="ERR_COMMON")


def needs_rehash(stored: str) -> bool:
    """Whether the parameters have risen since `stored` was made: hash again at this sign-in."""
    return _HASHER.check_needs_rehash(stored)


class Passwords:
    """Hashes off the event loop, 4 at a time; TooMany when 64 are under way.

    Close it when the server stops.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="password")
        self._under_way = 0

    async def hash(self, password: str) -> str:
        """What to store of a password: an argon2id hash with salt and parameters."""
        return await self._run(lambda: _HASHER.hash(_normal(password)))

    async def is_right(self, password: str, *, stored: str | None) -> bool:
        """Whether `password` is the one of `stored`; None (no such account) costs the same work and is False."""
        return await self._run(lambda: _matches(stored or _NOBODY, password)) and stored is not None

    def close(self) -> None:
        """Finish what was accepted and end the threads."""
        self._threads.shutdown()

    async def _run(self, work: Callable[[], T]) -> T:
        if self._under_way >= MAX_WAITING:
            raise TooMany("too many passwords at once", retry_after=RETRY_AFTER)
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._under_way -= 1


def _matches(stored: str, password: str) -> bool:
    if len(password) > MAX_LENGTH:
        password = ""
    try:
        return _HASHER.verify(stored, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def _normal(password: str) -> str:
    """One form for what looks alike; what is no Unicode becomes a question mark."""
    return unicodedata.normalize("NFC", password.encode("utf-8", "replace").decode("utf-8"))


def _is_common(text: str) -> bool:
    if len(set(text)) <= 2:
        return True
    forms = {word for word in (text, text.strip(SIGNS), text.strip(SIGNS + DIGITS)) if len(text) - len(word) <= MAX_AROUND}
    half = text[: len(text) // 2]
    if text == half * 2:
        forms.add(half)
    return not COMMON.isdisjoint(forms | {word.translate(_LEET) for word in forms})
