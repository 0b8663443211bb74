"""Reading and changing what staff decide about the whole server; each value is kept by itself, as JSON."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta

import msgspec

from fedisw.model.house import House
from fedisw.model.ids import id_at
from fedisw.storage.db import Tx
from fedisw.storage.queries import instance, weeks

PREFIX = "house."
WEEK, DAY = timedelta(days=7), 86_400
FIRST_MONDAY = 4  # days after 1970-01-01, a Thursday


def read(tx: Tx) -> House:
    """The settings as they are; a value that this version does not know is left out."""
    known = {field.name for field in fields(House)}
    stored = {key.removeprefix(PREFIX): value for key, value in instance.all_settings(tx).items() if key.startswith(PREFIX)}
    given = {name: msgspec.json.decode(value) for name, value in stored.items() if name in known}
    return msgspec.convert(given, House)


def change(tx: Tx, house: House, *, now: datetime) -> None:
    """Keep those values that differ from what is stored."""
    before = read(tx)
    for field in fields(House):
        value = getattr(house, field.name)
        if value != getattr(before, field.name):
            instance.put_setting(tx, f"{PREFIX}{field.name}", msgspec.json.encode(value), now=now)


def week_of(moment: datetime) -> int:
    """The Monday of the week, in days since 1970 (UTC)."""
    day = int(moment.timestamp()) // DAY
    return day - (day - FIRST_MONDAY) % 7


def count_week(tx: Tx, *, now: datetime) -> None:
    """Bring the numbers of the present week up to date. Twice: the same numbers."""
    week = week_of(now)
    since = datetime.fromtimestamp(week * DAY, tz=now.tzinfo)
    weeks.count(tx, week=week, since=since, since_id=id_at(week * DAY * 1_000, low=0))
