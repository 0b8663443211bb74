"""Rate buckets (security, section 15): how often somebody may do something, counted in fixed windows.

A window begins with the first hit. Asking and counting is one step without a wait inside, so parallel
requests never pass more than the limit (RAT-2). One process keeps them in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Final

from limits import RateLimitItemPerSecond
from limits.storage import Storage

from fedisw.model.errors import TooMany

MINUTE, HOUR, DAY = 60, 3_600, 86_400  # seconds
MAX_KEYS: Final = 200_000  # windows kept at a time (LIM-3), about 250 bytes each
SWEEP_EVERY: Final = 10.0  # seconds between two looks for windows that are over, when full
ANY: Final = "\0"  # stands for a key where the form of all keys of a rule is asked for
FULL: Final = "no room"  # the key that all newcomers share when there is no room


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """At most `limit` hits of one key in `seconds`.

    `per_network`: whoever calls is counted by their network, also when it is known who they are.
    """

    name: str
    limit: int
    seconds: int
    per_network: bool = False


API_TOKEN: Final = Rule(name="api-token", limit=300, seconds=5 * MINUTE)
API_USER: Final = Rule(name="api-user", limit=1_500, seconds=5 * MINUTE)
API_NETWORK: Final = Rule(name="api-network", limit=300, seconds=5 * MINUTE, per_network=True)
PAGING: Final = Rule(name="paging", limit=300, seconds=15 * MINUTE)
POSTING: Final = Rule(name="posting", limit=300, seconds=3 * HOUR)
UPLOADING: Final = Rule(name="uploading", limit=30, seconds=30 * MINUTE)
DELETING: Final = Rule(name="deleting", limit=30, seconds=30 * MINUTE)
FOLLOWING: Final = Rule(name="following", limit=400, seconds=DAY)
STRANGERS: Final = Rule(name="strangers", limit=20, seconds=HOUR)
STRANGERS_NEWCOMER: Final = Rule(name="strangers-newcomer", limit=5, seconds=HOUR)
REPORTING: Final = Rule(name="reporting", limit=20, seconds=HOUR)
GROUP_JOINING: Final = Rule(name="group-joining", limit=20, seconds=HOUR)
INVITING: Final = Rule(name="inviting", limit=20, seconds=HOUR)
MENTORSHIP: Final = Rule(name="mentorship", limit=20, seconds=HOUR)
DESK_COMMANDS: Final = Rule(name="desk-commands", limit=60, seconds=HOUR)
DESK_NOTICES: Final = Rule(name="desk-notices", limit=20, seconds=DAY)
SEARCH_RESOLVE: Final = Rule(name="search-resolve", limit=30, seconds=5 * MINUTE)
INBOX_HOST: Final = Rule(name="inbox-host", limit=3_000, seconds=5 * MINUTE)
INBOX_ACTOR: Final = Rule(name="inbox-actor", limit=300, seconds=5 * MINUTE)
CAUSED_FETCHES: Final = Rule(name="caused-fetches", limit=60, seconds=MINUTE, per_network=True)
KEYS_IN_VAIN: Final = Rule(name="keys-in-vain", limit=10, seconds=5 * MINUTE, per_network=True)  # then none for a while
READERS_NOTED: Final = Rule(name="readers-noted", limit=600, seconds=5 * MINUTE, per_network=True)
# Getting in (AUT-3, AUT-4, AUT-7, AUT-12, OAU-11)
SIGN_IN_NETWORK: Final = Rule(name="sign-in-network", limit=25, seconds=5 * MINUTE, per_network=True)
SIGN_IN_ACCOUNT: Final = Rule(name="sign-in-account", limit=10, seconds=15 * MINUTE)
SIGN_IN_ACCOUNT_HOUR: Final = Rule(name="sign-in-account-hour", limit=25, seconds=HOUR)
SECOND_FACTOR: Final = Rule(name="second-factor", limit=5, seconds=5 * MINUTE)
MAIL_ADDRESS: Final = Rule(name="mail-address", limit=5, seconds=30 * MINUTE)
MAIL_NETWORK: Final = Rule(name="mail-network", limit=25, seconds=5 * MINUTE, per_network=True)
SIGN_UP: Final = Rule(name="sign-up", limit=5, seconds=30 * MINUTE, per_network=True)
APPS: Final = Rule(name="apps", limit=10, seconds=HOUR, per_network=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is left of a bucket, for the `X-RateLimit-*` headers."""

    limit: int
    remaining: int
    end: float  # of the window, seconds since 1970

    @property
    def reset(self) -> datetime:
        """When the bucket is full again."""
        return datetime.fromtimestamp(self.end, tz=UTC)


class Buckets:
    """All buckets of a process.

    Args:
        now: seconds since 1970.
        factor: multiplies every limit (setting `limits.rate_factor`); 0 switches all off.
    """

    def __init__(self, *, now: Callable[[], float], factor: float = 1.0, max_keys: int = MAX_KEYS) -> None:
        self._now, self._factor = now, factor
        self._forms: dict[str, tuple[int, str, str]] = {}
        self._memory = BoundedMemory(now=now, max_keys=max_keys)

    def take(self, rule: Rule, key: str | int, *, cost: int = 1) -> Standing:
        """Count a hit.

        Args:
            key: who is counted: an id, a host, or a network (`network_of`).
            cost: how many hits this one is worth; at least 1.

        Raises:
            TooMany: the bucket is used up; `retry_after` says until when.
        """
        if not self._factor:
            return self.look(rule, key)
        amount, before, after = self._form(rule)
        count, end = self._memory.add(f"{before}{key}{after}", rule.seconds, cost)
        if count > amount:
            raise TooMany(retry_after=max(1, ceil(end - self._now())))
        return Standing(limit=amount, remaining=amount - count, end=end)

    def look(self, rule: Rule, key: str | int) -> Standing:
        """What is left, without counting."""
        amount, before, after = self._form(rule)
        count, end = self._memory.window(f"{before}{key}{after}")
        return Standing(limit=amount, remaining=max(0, amount - count), end=end)

    def forget(self, rule: Rule, key: str | int) -> None:
        """Begin anew, for instance after the right password."""
        _, before, after = self._form(rule)
        self._memory.clear(f"{before}{key}{after}")

    def reset(self) -> None:
        """Begin everything anew."""
        self._memory.reset()

    def _form(self, rule: Rule) -> tuple[int, str, str]:
        """How many hits a rule allows, and what stands before and after a key in the memory."""
        form = self._forms.get(rule.name)
        if form is None:
            amount = max(1, round(rule.limit * (self._factor or 1)))
            before, _, after = RateLimitItemPerSecond(amount, rule.seconds, rule.name).key_for(ANY).partition(ANY)
            self._forms[rule.name] = form = amount, before, after
        return form


@lru_cache(maxsize=8_192)
def network_of(address: str) -> str:
    """The network that is counted for a client address: an IPv4 address itself, the /64 of IPv6.

    What is no address (a socket file's peer) counts as one network.
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return "local"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)


class BoundedMemory(Storage):
    """Windows in memory with a cap; the storage of `limits` itself has none and starts a thread for each clean-up.

    When there is no room, newcomers share one window a rule: they may be refused too early, never too late (ARC-4).
    """

    STORAGE_SCHEME = None

    def __init__(self, *, now: Callable[[], float], max_keys: int) -> None:
        super().__init__()
        self._now, self._max_keys, self._swept = now, max_keys, 0.0
        self._windows: dict[str, tuple[int, float]] = {}  # hits so far, end of the window

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        return self.add(key, expiry, amount)[0]

    def add(self, key: str, expiry: int, amount: int) -> tuple[int, float]:
        """Count hits; gives how many there are now, and the end of the window."""
        place = self._place(key)
        count, end = self._windows.get(place, (0, 0.0))
        now = self._now()
        count, end = (count + amount, end) if end > now else (amount, now + expiry)
        self._windows[place] = (count, end)
        return count, end

    def get(self, key: str) -> int:
        return self.window(key)[0]

    def get_expiry(self, key: str) -> float:
        return self.window(key)[1]

    def window(self, key: str) -> tuple[int, float]:
        """Hits so far and the end of the window; one that is over has none and ends now."""
        count, end = self._windows.get(self._place(key), (0, 0.0))
        now = self._now()
        return (count, end) if end > now else (0, now)

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        count = len(self._windows)
        self._windows.clear()
        return count

    def clear(self, key: str) -> None:
        self._windows.pop(key, None)

    def _place(self, key: str) -> str:
        if key in self._windows or len(self._windows) < self._max_keys:
            return key
        now = self._now()
        if now - self._swept >= SWEEP_EVERY:
            self._swept = now
            self._windows = {old: window for old, window in self._windows.items() if window[1] > now}
            if len(self._windows) < self._max_keys:
                return key
        return f"{key.partition('/')[0]}/{FULL}"
