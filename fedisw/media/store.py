"""Where finished files are kept: the port that the rest of the program knows. A folder is local.py, a bucket s3.py."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

from fedisw.media.keys import Area
from fedisw.media.probe import Family

LEAST_FREE: Final[Mapping[Area, float]] = MappingProxyType(
    {  # share of the disk (security MED-10, reliability section 3.6)
        Area.REMOTE: 0.10,
        Area.LOCAL: 0.03,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A file that is there. `size` is bytes; `path` only where the store is a folder (for sendfile)."""

    key: str
    size: int
    media_type: str
    used_at: datetime
    path: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """How much; `size` is bytes."""

    files: int = 0
    size: int = 0


class MediaStore(Protocol):
    """A store of files under keys of keys.py; the media type of a file follows from its key."""

    async def put(self, key: str, source: bytes | Path) -> None:
        """Keep a file; when this returns it survives a power cut. Putting the same key again replaces the file.

        Args:
            key: its name, from keys.new_key or keys.remote_key.
            source: the bytes, or a file on the same disk that is taken away (see receive.py).

        Raises:
            Unreachable: the disk is too full for this area, or does not answer.
        """

    async def get(self, key: str) -> Stored:
        """One file.

        Raises:
            NotFound: there is none, or the key is not one of ours.
        """

    async def find(self, keys: Sequence[str]) -> Stored | None:
        """The first of these files that is there."""

    def read(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, not including, `end`, in chunks. The first step raises NotFound as `get` does."""

    async def touch(self, key: str, *, now: datetime) -> None:
        """Note that a file was used; counted in half days or more, so that reading does not write each time."""

    async def move(self, old: str, new: str) -> None:
        """Give a file another name; one that is not there (any more) is no error."""

    async def delete(self, key: str) -> None:
        """Remove a file; one that is not there is no error."""

    async def prune(self, *, now: datetime, unused_for: timedelta, dry_run: bool = False) -> Amount:
        """Remove copies of remote files that were not used for so long, and what interrupted uploads left a day ago."""

    async def usage(self) -> dict[tuple[Area, Family], Amount]:
        """What is kept; looks at every file."""

    def url(self, key: str) -> str:
        """The public address of a file."""
