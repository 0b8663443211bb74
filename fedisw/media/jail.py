"""Runs one program behind walls: `python -m fedisw.media.jail CPU_SECONDS FILE_BYTES PROGRAM ARGUMENTS…` (security MED-4).

The program takes the place of this one, with ceilings that it cannot raise, without network, and in the folder it was
started in. Sockets fail by a filter of system calls even where no network namespace can be had.
"""

from __future__ import annotations

import os
import sys

from fedisw.media import sandbox


def main(arguments: list[str]) -> None:
    """Put up the walls and become the program."""
    cpu, size, program, *rest = arguments
    sandbox.confine_program(cpu_seconds=int(cpu), file_bytes=int(size))
    os.execv(program, [program, *rest])  # noqa: S606  # no shell, and the program is one of ours


if __name__ == "__main__":
    main(sys.argv[1:])
