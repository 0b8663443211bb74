"""Images that people sent, made safe by child processes that are started when needed and end when idle."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import msgspec

import fedisw
from fedisw.media import wire
from fedisw.media.probe import HEAD_BYTES, Family, Kind, probe
from fedisw.media.wire import Purpose
from fedisw.model.errors import Invalid, Unreachable
from fedisw.observe.logging import logger

CHILDREN: Final = 2
WALL_SECONDS: Final = 120.0  # for one file (security MED-4)
IDLE_SECONDS: Final = 30.0  # then a child ends; it holds some 40 MiB
START_SECONDS: Final = 30.0
FILES_PER_CHILD: Final = 20
MAX_WAITING: Final = 32  # files; more are refused, each may be 16 MiB
MAX_BLURHASH: Final = 100  # characters
_PIPE_BYTES: Final = 1024 * 1024
_ROOT: Final = Path(fedisw.__file__).resolve().parent.parent

log: Final = logger("media")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """One encoded image, ready for the store; sizes are pixels."""

    data: bytes
    kind: Kind
    width: int
    height: int

    @property
    def media_type(self) -> str:
        """What it is served as."""
        return self.kind.media_type

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Processed:
    """What became of a file. `preview` is the very same object as `original` where one file serves as both."""

    original: Rendition
    preview: Rendition
    blurhash: str
    frames: int

    @property
    def moves(self) -> bool:
        """Whether the original is an animation; the preview never is."""
        return self.frames > 1


class ChildFailed(Exception):
    """The child died or talked nonsense; what it worked on may be the reason."""


class _Child:
    """One running child with a folder of its own."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self._process, self._folder = process, folder
        self.pid, self.done = process.pid, 0
        self.timer: asyncio.TimerHandle | None = None

    @classmethod
    async def start(cls, temp: Path, files: int) -> Self:
        """Start the program and wait until it has put up its walls.

        Raises:
            ChildFailed: it ended at once.
        """
        folder = Path(tempfile.mkdtemp(prefix="image-", dir=temp))  # in a thread it could be left over by a cancellation
        try:
            child = cls(await _spawn(folder, files), folder)
        except BaseException:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
            raise
        try:
            async with asyncio.timeout(START_SECONDS):
                ready = await child._receive()
        except BaseException:
            await child.end()
            raise
        if not isinstance(ready, wire.Ready) or not ready.walls:
            log.warning("media.child.open_network", pid=child.pid)
        return child

    @property
    def alive(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process.returncode is None

    async def ask(self, job: wire.Job) -> wire.Done | wire.Refused:
        """Have one file worked on.

        Raises:
            ChildFailed: no proper answer came.
        """
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 - asked for when it was started
        try:
            stdin.write(wire.pack(job))
            await stdin.drain()
        except OSError as error:
            raise ChildFailed from error
        reply = await self._receive()
        if isinstance(reply, wire.Ready):
            raise ChildFailed
        self.done += 1
        return reply

    async def _receive(self) -> wire.Reply:
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101 - asked for when it was started
        try:
            length = wire.parse_length(await stdout.readexactly(wire.LENGTH.size))
            return wire.parse_reply(await stdout.readexactly(length))
        except (OSError, EOFError, ValueError, msgspec.MsgspecError) as error:
            raise ChildFailed from error

    def kill(self) -> None:
        """End it at once, with all it may have started; whoever waits for its answer gets ChildFailed."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    async def end(self) -> None:
        """Kill it, wait for its end and remove its folder. Nobody may be waiting for its answer."""
        self.kill()
        await self._process.communicate()
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)


async def _spawn(folder: Path, files: int) -> asyncio.subprocess.Process:
    """The program with two pipes, nothing of our environment and a session of its own (Ctrl-C must not reach it)."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-B", "-P", "-s", "-m", "fedisw.media.child", str(files)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=folder,
        env={"PYTHONPATH": str(_ROOT), "TMPDIR": str(folder), "MALLOC_ARENA_MAX": "1", "LANG": "C.UTF-8"},
        start_new_session=True,
        limit=_PIPE_BYTES,
    )


class Images:
    """A pool of at most `children` image processes; make one for each event loop, close it at the end."""

    def __init__(
        self,
        *,
        temp: Path,
        children: int = CHILDREN,
        wall: float = WALL_SECONDS,
        idle: float = IDLE_SECONDS,
        files_per_child: int = FILES_PER_CHILD,
    ) -> None:
        """Nothing is started yet.

        Args:
            temp: an existing folder for the children's own folders.
            wall: seconds after which work on one file is stopped.
            idle: seconds without work after which a child ends.
            files_per_child: then it is replaced by a new one.
        """
        self._temp, self._wall, self._idle_after, self._files = temp, wall, idle, files_per_child
        self._children, self._slots = children, asyncio.Semaphore(children)
        self._waiting, self._closed = 0, False
        self._idle: list[_Child] = []
        self._busy: set[_Child] = set()
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the children that run now."""
        return tuple(child.pid for child in (*self._busy, *self._idle))

    async def process(self, source: bytes | Path, *, purpose: Purpose) -> Processed:
        """Make an image safe and bring it to size: no metadata, upright, sRGB, bounded.

        Args:
            source: the file as it came, or the path of it.
            purpose: decides sizes and shape.

        Raises:
            Invalid: not an image that we accept, too many pixels or frames, damaged, took too long, or crashed its decoder.
            Unreachable: too many are waiting, or no child process can be started.
        """
        if self._waiting >= MAX_WAITING:
            raise Unreachable("too many images are waiting", retry_after=30)
        self._waiting += 1
        try:
            async with self._slots:
                data = source if isinstance(source, bytes) else await asyncio.to_thread(source.read_bytes)
                kind = probe(data[:HEAD_BYTES])
                if kind.family is not Family.IMAGE:
                    raise Invalid("file", "not a picture")
                reply = await self._work(wire.Job(data=data, kind=kind, purpose=purpose))
        finally:
            self._waiting -= 1
        if isinstance(reply, wire.Refused):
            raise Invalid("file", reply.problem[: wire.MAX_PROBLEM])
        return _processed(reply)

    async def close(self) -> None:
        """End all children; work under way and asked for later is Unreachable."""
        self._closed = True
        for child in self._busy:
            child.kill()
        for _ in range(self._children):
            await self._slots.acquire()
        for _ in range(self._children):
            self._slots.release()
        while self._idle:
            self._retire(self._idle[-1])
        await asyncio.gather(*self._ending)

    async def _work(self, job: wire.Job) -> wire.Done | wire.Refused:
        """Only a child that has seen no other file can blame this one for its death."""
        try:
            async with asyncio.timeout(self._wall):
                while True:
                    child = await self._take()
                    try:
                        return await self._ask(child, job)
                    except ChildFailed as error:
                        if child.done == 0 and not self._closed:
                            log.warning("media.child.died", kind=job.kind, size=len(job.data))
                            raise Invalid("file", "this image cannot be read; it may be damaged") from error
        except TimeoutError as error:
            log.warning("media.child.timeout", kind=job.kind, size=len(job.data))
            raise Invalid("file", "this image takes too long to read") from error

    async def _take(self) -> _Child:
        if self._closed:
            raise Unreachable("shutting down")
        while self._idle:
            child = self._idle.pop()
            if child.timer is not None:
                child.timer.cancel()
            if child.alive:
                return child
            self._end_later(child)
        try:
            return await _Child.start(self._temp, self._files)
        except (ChildFailed, OSError) as error:
            raise Unreachable("the image process does not start") from error

    async def _ask(self, child: _Child, job: wire.Job) -> wire.Done | wire.Refused:
        self._busy.add(child)
        answered = False
        try:
            if self._closed:
                raise Unreachable("shutting down")
            reply = await child.ask(job)
            answered = True
        finally:
            self._busy.discard(child)
            if answered and child.done < self._files:
                self._keep(child)
            else:
                await child.end()
        return reply

    def _keep(self, child: _Child) -> None:
        child.timer = asyncio.get_running_loop().call_later(self._idle_after, self._retire, child)
        self._idle.append(child)

    def _retire(self, child: _Child) -> None:
        if child.timer is not None:
            child.timer.cancel()
        self._idle.remove(child)
        self._end_later(child)

    def _end_later(self, child: _Child) -> None:
        """End it in the background; `close` waits for what is still under way."""
        task = asyncio.get_running_loop().create_task(child.end())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


def _processed(reply: wire.Done) -> Processed:
    """Check the answer too: whoever broke the decoder would speak through it.

    Raises:
        Invalid: an image is not what it is said to be.
    """
    original = _rendition(reply.original)
    preview = original if reply.preview is None else _rendition(reply.preview)
    if len(reply.blurhash) > MAX_BLURHASH or not reply.blurhash.isascii() or reply.frames < 1:
        raise Invalid("file", "this image cannot be read; it may be damaged")
    return Processed(original=original, preview=preview, blurhash=reply.blurhash, frames=reply.frames)


def _rendition(made: wire.Made) -> Rendition:
    if probe(made.data[:HEAD_BYTES]) is not made.kind or made.width < 1 or made.height < 1:
        raise Invalid("file", "this image cannot be read; it may be damaged")
    return Rendition(data=made.data, kind=made.kind, width=made.width, height=made.height)
