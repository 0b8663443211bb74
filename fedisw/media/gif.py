"""Counting the frames of a GIF without decoding one, so that a bomb is refused before it costs anything (MED-3)."""

from __future__ import annotations

from typing import Final

_FIRST_BLOCK: Final = 13  # after signature and logical screen descriptor
_HAS_TABLE: Final = 0x80


def count_frames(data: bytes, *, stop: int) -> int:
    """Image blocks in the file, counted no further than `stop`; a truncated or odd file counts as far as it can be read.

    Source: GIF89a specification, sections 18 to 26 and appendix B.
    """
    if len(data) < _FIRST_BLOCK:
        return 0
    at, frames = _FIRST_BLOCK + _table_bytes(data[10]), 0
    while at + 10 <= len(data) and frames < stop:
        match data[at]:
            case 0x2C:  # image descriptor
                frames += 1
                at = _after_blocks(data, at + 11 + _table_bytes(data[at + 9]))
            case 0x21:  # extension
                at = _after_blocks(data, at + 2)
            case _:
                break
    return frames


def _table_bytes(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & _HAS_TABLE else 0


def _after_blocks(data: bytes, at: int) -> int:
    """The place after a chain of data sub-blocks, each with its length before it."""
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return at + 1
