"""Types of what tests of pages get from conftest.py."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fedisw.model.accounts import Account
from tests.support.browser import Browser

SignedIn = Callable[[Account], Awaitable[Browser]]
Read = Callable[..., Awaitable[str]]
