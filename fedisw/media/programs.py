"""ffmpeg and ffprobe: found where they are installed, run one at a time behind walls (security MED-2, MED-4)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import fedisw
from fedisw.media.sandbox import CPU_SECONDS
from fedisw.model.errors import Invalid, Unreachable
from fedisw.observe.logging import logger

WALL_SECONDS: Final = 120.0  # of one program (MED-4)
CONVERT_CPU: Final = 240  # seconds: two threads for the whole wall time; all else has the 30 of MED-4
FILE_BYTES: Final = 256 * 1024 * 1024  # of the largest file that a program may write
TEXT_BYTES: Final = 256 * 1024  # of what ffprobe says
UNREADABLE: Final = "this file cannot be read; it may be damaged"
TOO_SLOW: Final = "this file takes too long to read"
QUIET: Final = ("-v", "error", "-nostdin", "-hide_banner")
_ROOT: Final = Path(fedisw.__file__).resolve().parent.parent

log: Final = logger("media")


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """Where the two programs are."""

    ffmpeg: str
    ffprobe: str

    @classmethod
    def find(cls) -> Self | None:
        """The installed ones; None unless both are there."""
        ffmpeg, ffprobe = shutil.which("ffmpeg"), shutil.which("ffprobe")
        return cls(ffmpeg=ffmpeg, ffprobe=ffprobe) if ffmpeg and ffprobe else None

    async def convert(self, arguments: Sequence[str], *, folder: Path, wall: float = WALL_SECONDS) -> None:
        """Run ffmpeg; Invalid when it fails."""
        await _run((self.ffmpeg, *QUIET, "-y", *arguments), folder, cpu=CONVERT_CPU, wall=wall)

    async def ask(self, arguments: Sequence[str], *, folder: Path, wall: float = WALL_SECONDS) -> bytes:
        """What ffprobe says; Invalid when it fails."""
        return await _run((self.ffprobe, "-v", "error", "-hide_banner", *arguments), folder, cpu=CPU_SECONDS, wall=wall)


async def _run(command: Sequence[str], folder: Path, *, cpu: int, wall: float) -> bytes:
    """Run a program in a folder of its own, with nothing of our environment.

    Raises:
        Invalid: it failed, was stopped by a ceiling, or took too long.
        Unreachable: it cannot be started.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-B", "-P", "-s", "-m", "fedisw.media.jail", str(cpu), str(FILE_BYTES), *command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=folder,
            env={"PYTHONPATH": str(_ROOT), "TMPDIR": str(folder), "MALLOC_ARENA_MAX": "1", "LANG": "C.UTF-8"},
            start_new_session=True,
        )
    except OSError as error:
        raise Unreachable("the program for films and sounds does not start") from error
    try:
        async with asyncio.timeout(wall):
            assert process.stdout is not None  # noqa: S101 - asked for above
            told = await process.stdout.read(TEXT_BYTES)
            while len(told) < TEXT_BYTES and (more := await process.stdout.read(TEXT_BYTES - len(told))):
                told += more
            code = await process.wait() if len(told) < TEXT_BYTES else -1
    except TimeoutError as error:
        log.warning("media.program.timeout", program=Path(command[0]).name)
        raise Invalid("file", TOO_SLOW) from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        await process.communicate()
    if code != 0:
        log.info("media.program.failed", program=Path(command[0]).name, code=code)
        raise Invalid("file", UNREADABLE)
    return told
