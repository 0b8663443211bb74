"""Whether a value is an entity of the client API, for tests that look at one that no answer of the fixture `api` has shown."""

from __future__ import annotations

from typing import Any, Final

from tests.support.entities import check

OTHER_NAMES: Final = {
    "OldFilter": "V1::Filter",
    "Groups": "GroupedNotificationsResults",
    "OldInstance": "V1::Instance",
    "OldNotificationPolicy": "V1::NotificationPolicy",
}


def faults(value: Any, kind: str) -> list[str]:
    """What is wrong with a value that should be of this kind; `Anonymous` before a name: as nobody sees it."""
    base, _, null = kind.partition("|")
    name = base.strip("[]")
    entity = OTHER_NAMES.get(name, name).removeprefix("Anonymous")
    whole = f"[{entity}]" if base.startswith("[") else entity
    return check.faults(value, whole, signed_in=not name.startswith("Anonymous"), null=bool(null))
