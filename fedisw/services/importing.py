"""Lists from other servers: reading the CSV forms of Mastodon, and how far a file is."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from fedisw.jobs.own import RunImport
from fedisw.model.errors import Conflict, Invalid
from fedisw.storage.db import Tx
from fedisw.storage.queries import imports
from fedisw.storage.queries.imports import Import

MAX_LINES: Final = 20_000
MAX_CELL: Final = 2_000  # characters
HEADS: Final = frozenset({"account address", "list name", "#domain", "domain", "uri"})
A_TIME: Final = 30  # lines that ask other servers in one minute (professional, section 10.2)
PACE = timedelta(minutes=1)

Lines = tuple[tuple[str, ...], ...]


class Kind(StrEnum):
    """What is in a file."""

    FOLLOWING = "following_accounts"
    LISTS = "lists"
    MUTED = "muted_accounts"
    BLOCKED = "blocked_accounts"
    HOSTS = "blocked_domains"
    BOOKMARKS = "bookmarks"


def lines_of(text: str) -> Lines:
    """The lines of a file without its head, blanks and the mark that keeps spreadsheets from counting.

    Raises:
        Invalid: none that can be read, or more than 20,000.
    """
    found: list[tuple[str, ...]] = []
    try:
        for row in csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=False):
            cells = tuple(cell.strip().removeprefix("'")[:MAX_CELL] for cell in row)
            if cells and cells[0] and not (not found and cells[0].lower() in HEADS):
                found.append(cells)
            if len(found) > MAX_LINES:
                raise Invalid("file", f"has more than {MAX_LINES} lines", code="ERR_TOO_LONG")
    except csv.Error as error:
        raise Invalid("file", "is no list", code="ERR_BLANK") from error
    if not found:
        raise Invalid("file", "has no lines", code="ERR_BLANK")
    return tuple(found)


def begin(tx: Tx, *, account_id: int, kind: Kind, lines: Lines, replaces: bool, import_id: int, now: datetime) -> Import:
    """Work through a file in the background.

    Args:
        replaces: what is here and not in the file goes at the end.

    Raises:
        Conflict: another file of the person is under way.
    """
    if any(item.finished_at is None for item in imports.latest(tx, account_id, limit=1)):
        raise Conflict("another file is being read")
    made = Import(
        id=import_id,
        account_id=account_id,
        kind=kind.value,
        replaces=replaces,
        lines=lines,
        total=len(lines),
        created_at=now,
    )
    imports.add(tx, made)
    tx.enqueue(RunImport(import_id=import_id))
    return made


def note_step(tx: Tx, *, item: Import, done: int, failed: int, now: datetime) -> None:
    """Lines up to `done` are worked through; the next ones follow in a minute."""
    if imports.step(tx, item.id, before=item.done, done=done, failed=failed):
        tx.enqueue(RunImport(import_id=item.id, done=done), run_at=now + PACE if done < item.total else None)
