"""The program that opens images: `python -m fedisw.media.child FILES`, started by images.py, spoken to over its two pipes."""

from __future__ import annotations

import codecs
import os
import sys
from typing import BinaryIO, Final

from fedisw.media import raster, render, sandbox, wire
from fedisw.model.errors import Invalid

UNREADABLE: Final = "this image cannot be read; it may be damaged"
TOO_HEAVY: Final = "this image needs too much memory"
_CODECS: Final = ("ascii", "latin-1", "utf-16", "utf-16-be", "utf-16-le", "cp1252")  # of metadata; no file can be opened later


def answer(body: bytes) -> wire.Done | wire.Refused:
    """The images made of one job, or why there are none."""
    try:
        return render.render(wire.parse_job(body))
    except Invalid as error:
        return wire.Refused(problem=error.problem)
    except MemoryError:
        return wire.Refused(problem=TOO_HEAVY)
    except Exception:  # noqa: BLE001 - a decoder fed with hostile bytes may raise anything; the file is refused
        return wire.Refused(problem=UNREADABLE)


def serve(source: BinaryIO, sink: BinaryIO, *, files: int) -> None:
    """Answer jobs until the pipe ends or so many files are done."""
    for _ in range(files):
        prefix = source.read(wire.LENGTH.size)
        if len(prefix) < wire.LENGTH.size:
            return
        sandbox.allow_cpu(sandbox.CPU_SECONDS)
        _send(sink, answer(source.read(wire.parse_length(prefix))))


def _send(sink: BinaryIO, message: wire.Reply) -> None:
    sink.write(wire.pack(message))
    sink.flush()


def main(arguments: list[str]) -> None:
    """Take the pipes, lock the doors, work."""
    files = int(arguments[0])
    with os.fdopen(os.dup(1), "wb") as sink:
        os.dup2(2, 1)  # whatever a library prints must not reach the pipe
        for name in _CODECS:
            codecs.lookup(name)
        raster.prepare()
        _send(sink, wire.Ready(walls=sandbox.confine(files=files)))
        serve(sys.stdin.buffer, sink, files=files)


if __name__ == "__main__":
    main(sys.argv[1:])
