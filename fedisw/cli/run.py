"""`fedisw run`: serve until told to stop (contract, sections 2 and 9; reliability P-10)."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import click
import msgspec
import uvloop

from fedisw.cli.call import Call, Leaf, check_schema
from fedisw.config import Role, Settings, WrongSettings
from fedisw.config.settings import LogFormat
from fedisw.model.errors import Conflict
from fedisw.observe import systemd
from fedisw.observe.logging import configure, logger
from fedisw.runtime import Runtime, memory
from fedisw.web.serving import UnsafeServer, check_installation, serving

DRAIN: Final = 24.0  # seconds until a process that does not come to its end is ended
ONE_PROCESS: Final = "this version runs one process only: leave --web and --worker at 1"

log = logger("run")


@click.command("run", cls=Leaf)
@click.option("--roles", help="What this process does: web, stream, worker, scheduler, with commas; all by default.")
@click.option("--web", type=click.IntRange(min=1), help="Web processes.")
@click.option("--worker", type=click.IntRange(min=1), help="Worker processes.")
@click.pass_obj
def serve(call: Call, roles: str | None, web: int | None, worker: int | None) -> int:
    """Serve until told to stop."""
    if (web or 1) > 1 or (worker or 1) > 1:
        raise click.UsageError(ONE_PROCESS)
    settings = with_roles(call.settings(), roles)
    check_schema(settings)
    return serve_until_stopped(settings, call.env)


def with_roles(settings: Settings, roles: str | None) -> Settings:
    """Settings with the roles of the command line."""
    if roles is None:
        return settings
    try:
        chosen = tuple(Role) if roles == "all" else tuple(dict.fromkeys(Role(name.strip()) for name in roles.split(",")))
    except ValueError as error:
        raise click.UsageError(f"--roles: {', '.join(Role)} are known") from error
    return msgspec.structs.replace(settings, run=msgspec.structs.replace(settings.run, roles=chosen))


def serve_until_stopped(settings: Settings, env: Mapping[str, str]) -> int:
    """Serve in this process; gives the exit code when it was told to stop.

    Raises:
        Conflict: another process serves this data folder.
        WrongSettings: this installation must not serve.
    """
    kind = settings.log.format
    configure(json=kind is LogFormat.JSON or (kind is LogFormat.AUTO and not sys.stderr.isatty()), level=settings.log.level)
    for warning in settings.warnings:
        log.warning("settings.warning", warning=warning)
    try:
        check_installation()
    except UnsafeServer as error:
        raise WrongSettings((str(error),)) from error
    with only_one(settings.data_dir):
        try:
            uvloop.run(_serve(settings, env))
        except ExceptionGroup as group:  # what ended one part ended all
            raise _first(group) from group
    return 0


def _first(group: ExceptionGroup) -> Exception:
    error: Exception = group
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


async def _serve(settings: Settings, env: Mapping[str, str]) -> None:
    stop = asyncio.Event()
    async with _stopped_by_signals(stop), await Runtime.open(settings) as runtime, runtime.working(), AsyncExitStack() as stack:
        addresses: tuple[str, ...] = ()
        if Role.WEB in settings.run.roles or Role.STREAM in settings.run.roles:
            addresses = await stack.enter_async_context(serving(runtime))
        memory.settle()
        log.info("server.ready", addresses=" ".join(addresses))
        systemd.notify(systemd.READY, path=env.get("NOTIFY_SOCKET"))
        await stop.wait()
        _stopping(env)
    log.info("server.stopped")


def _stopping(env: Mapping[str, str]) -> None:
    """From here on the end comes within 25 s, whatever hangs (P-10)."""
    log.info("server.stopping")
    systemd.notify(systemd.STOPPING, path=env.get("NOTIFY_SOCKET"))
    asyncio.get_running_loop().call_later(DRAIN, os._exit, 0)


@asynccontextmanager
async def _stopped_by_signals(stop: asyncio.Event) -> AsyncIterator[None]:
    """The first SIGTERM or Ctrl-C sets `stop`, the second ends the process at once; SIGHUP has nothing to do here."""

    def asked() -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, asked)
    loop.add_signal_handler(signal.SIGHUP, lambda: None)
    try:
        yield
    finally:
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.remove_signal_handler(name)


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Hold `run/lock` of the data folder; the system lets it go when the process ends, however that happens.

    Raises:
        Conflict: another process holds it.
    """
    folder = data_dir / "run"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            raise Conflict(f"another fedisw serves {data_dir} (process {lock.read().strip() or 'unknown'})") from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
