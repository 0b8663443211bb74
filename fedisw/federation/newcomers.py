"""How many unknown servers of one domain are asked in an hour: a wildcard in the DNS makes as many as somebody wants.

Source: federation.md, section 8.3; what happened to Mastodon is CVE-2022-46405 (security, section 20).
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from fedisw.model.errors import Unreachable

MOST: Final = 10  # names of one domain in an hour
WINDOW: Final = timedelta(hours=1)
MAX_DOMAINS: Final = 4_096  # remembered; the one longest unused goes first (LIM-3)
SECOND_LEVEL: Final = frozenset({"ac", "co", "com", "edu", "go", "gob", "gov", "ne", "net", "nom", "or", "org"})


class Newcomers:
    """The unknown hosts that one process asked, by the domain that somebody can register. In memory only."""

    def __init__(self) -> None:
        self._asked: OrderedDict[str, dict[str, datetime]] = OrderedDict()

    def check(self, host: str, *, now: datetime) -> None:
        """Ask before a host that we do not know is called.

        Args:
            host: authority of a peer.

        Raises:
            Unreachable: ten others of its domain were asked in the last hour.
        """
        name = host.rpartition(":")[0] if ":" in host and "]" not in host.rpartition(":")[2] else host
        domain = registrable(name)
        asked = {other: at for other, at in self._asked.pop(domain, {}).items() if now - at < WINDOW}
        self._asked[domain] = asked
        if len(self._asked) > MAX_DOMAINS:
            self._asked.popitem(last=False)
        if name not in asked and len(asked) >= MOST:
            raise Unreachable("too many new servers of one domain", retry_after=int(WINDOW.total_seconds()))
        asked.setdefault(name, now)


def registrable(name: str) -> str:
    """The part of a host name that somebody registered, as far as it can be told without the list of all suffixes."""
    labels = name.split(".")
    is_of_a_country = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SECOND_LEVEL
    return ".".join(labels[-3:] if is_of_a_country else labels[-2:])
