"""What interrupted uploads left in the folder for files on their way in."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from fedisw.media.store import Amount

LEFTOVER_AFTER: Final = timedelta(days=1)  # of a temporary file


def remove_leftovers(folder: Path, before: datetime, *, dry_run: bool) -> Amount:
    """Remove files that were last written before then; how much that is, or would be."""
    files = size = 0
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            status = path.stat()
            if not path.is_file() or status.st_mtime >= before.timestamp():
                continue
            if not dry_run:
                path.unlink()
            files, size = files + 1, size + status.st_size
    return Amount(files=files, size=size)
