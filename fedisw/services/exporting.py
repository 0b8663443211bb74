"""Copies of a person's own data: lists in the CSV forms of Mastodon, and when a whole archive may be made (PRI-1)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

from fedisw.jobs.own import MakeArchive
from fedisw.model.errors import Conflict, NotFound
from fedisw.storage.db import Tx
from fedisw.storage.queries import audience, portability
from fedisw.storage.queries.portability import Archive

KEPT = timedelta(days=7)  # an archive, and the least time between two of them
STUCK = timedelta(days=1)  # one that is not ready by then failed
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
Row = Sequence[str]


def following(tx: Tx, account_id: int, domain: str) -> list[Row]:
    """Whom a person follows."""
    head = ("Account address", "Show boosts", "Notify on new posts", "Languages")
    return [
        head,
        *(
            (_acct(row.username, row.host, domain), _truth(row.shows_reblogs), _truth(row.notifies), ", ".join(row.languages))
            for row in portability.followed(tx, account_id)
        ),
    ]


def muted(tx: Tx, account_id: int, domain: str) -> list[Row]:
    """Whom a person mutes."""
    rows = portability.muted(tx, account_id)
    return [
        ("Account address", "Hide notifications"),
        *((_acct(row.username, row.host, domain), _truth(row.hides_notifications)) for row in rows),
    ]


def blocked(tx: Tx, account_id: int, domain: str) -> list[Row]:
    """Whom a person blocks; without a head."""
    return [(_acct(row.username, row.host, domain),) for row in portability.blocked(tx, account_id)]


def hosts(tx: Tx, account_id: int, _domain: str) -> list[Row]:
    """Servers that a person blocks; without a head."""
    return [(host,) for host in portability.hosts(tx, account_id)]


def lists(tx: Tx, account_id: int, domain: str) -> list[Row]:
    """Who is on which list; without a head."""
    return [(row.title, _acct(row.username, row.host, domain)) for row in portability.listed(tx, account_id)]


def bookmarks(tx: Tx, account_id: int, _domain: str) -> list[Row]:
    """Saved posts that the person may still read; without a head."""
    return [(uri,) for uri in readable(tx, portability.saved(tx, account_id), account_id)]


def readable(tx: Tx, found: Sequence[tuple[int, str]], account_id: int) -> list[str]:
    """Ids on the wire of those of some posts that a person may read."""
    allowed = audience.readable(tx, [status_id for status_id, _ in found], account_id)
    return [uri for status_id, uri in found if status_id in allowed]


FILES: Final = MappingProxyType[str, Callable[[Tx, int, str], list[Row]]](
    {
        "following_accounts": following,
        "lists": lists,
        "muted_accounts": muted,
        "blocked_accounts": blocked,
        "blocked_domains": hosts,
        "bookmarks": bookmarks,
    }
)


def as_csv(rows: Iterable[Row]) -> str:
    """The rows as a file; cells that a spreadsheet would take for a formula get a `'` in front (professional, section 6.5)."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[_harmless(cell) for cell in row] for row in rows])
    return text.getvalue()


def ask_for_archive(tx: Tx, *, account_id: int, archive_id: int, now: datetime) -> Archive:
    """Have a copy of everything made in the background.

    Raises:
        Conflict: the last one is not a week old yet.
    """
    if next_archive_at(tx, account_id=account_id, now=now) is not None:
        raise Conflict("an archive was made in the last seven days")
    archive = Archive(id=archive_id, account_id=account_id, size=0, created_at=now)
    portability.add(tx, archive)
    tx.enqueue(MakeArchive(archive_id=archive_id))
    return archive


def next_archive_at(tx: Tx, *, account_id: int, now: datetime) -> datetime | None:
    """When a person may ask for another copy; None for now."""
    last = portability.latest(tx, account_id)
    if last is None or (last.ready_at is None and now - last.created_at > STUCK):
        return None
    return last.created_at + KEPT if last.created_at + KEPT > now else None


def own_archive(tx: Tx, *, account_id: int, archive_id: int, now: datetime) -> Archive:
    """A person's own copy that is ready and not a week old yet; NotFound for every other one."""
    found = portability.find(tx, archive_id)
    if found is None or found.account_id != account_id or found.ready_at is None or now - found.created_at > KEPT:
        raise NotFound("archive", archive_id)
    return found


def file_of(folder: Path, archive_id: int) -> Path:
    """Where the file of a copy lies: never in the media store, which everybody may read."""
    return folder / "archives" / f"{archive_id}.zip"


def _acct(username: str, host: str | None, domain: str) -> str:
    return f"{username}@{host or domain}"


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
