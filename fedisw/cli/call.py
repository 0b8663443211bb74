"""What every command has in common: settings, results, errors, and how a running server hears of a change."""

from __future__ import annotations

import secrets
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

import click
import orjson

from fedisw.config import Settings, find_file, load
from fedisw.model.errors import Conflict
from fedisw.runtime import Runtime
from fedisw.services import audit
from fedisw.services.audit import Act
from fedisw.storage import migrate, signals
from fedisw.storage.db import Tx

P = ParamSpec("P")
T = TypeVar("T")

SALT_BYTES: Final = 32
ACTOR: Final = "cli"


@dataclass(slots=True)
class Call:
    """One call of the program."""

    env: Mapping[str, str] = field(default_factory=dict)
    config: Path | None = None
    as_json: bool = False

    def settings(self) -> Settings:
        """All settings; WrongSettings with all problems."""
        return load(find_file(self.config, self.env), self.env)

    def result(self, value: object, *lines: str) -> None:
        """The result of the command: `value` as JSON if that was asked for, else the lines; the only thing on stdout."""
        if self.as_json:
            click.echo(orjson.dumps(value).decode())
        else:
            for line in lines:
                click.echo(line)

    def say(self, text: str) -> None:
        """A message for the person at the terminal, on stderr."""
        click.echo(text, err=True)


class Leaf(click.Command):
    """A command; each takes `--config` and `--json`."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # handed on as they came
        self.params += [
            click.Option(
                ["--config"],
                type=click.Path(path_type=Path),
                help="The settings file.",
                expose_value=False,
                callback=_keep_config,
            ),
            click.Option(["--json"], is_flag=True, help="One JSON document on stdout.", expose_value=False, callback=_keep_json),
        ]


def _keep_config(context: click.Context, _option: click.Parameter, value: Path | None) -> None:
    if value is not None:
        context.ensure_object(Call).config = value


def _keep_json(context: click.Context, _option: click.Parameter, value: bool) -> None:
    context.ensure_object(Call).as_json = value


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """The parts of a process, for a command."""

    runtime: Runtime

    async def change(self, act: Act, unit: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a unit that changes something, with its row in the audit log; running servers hear its events."""
        now, audit_id, salt = self.runtime.now(), self.runtime.new_id(), secrets.token_bytes(SALT_BYTES)

        def whole(tx: Tx) -> T:
            result = unit(tx, *args, **kwargs)
            audit.record(tx, act, audit_id=audit_id, salt=salt, now=now)
            for topic, message in tx.events:
                signals.add(tx, topic, message, now=now)
            return result

        return await self.runtime.db.write(whole)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Shell]:
    """The parts of a process beside a running server, or alone.

    Raises:
        Conflict: the database needs `fedisw db upgrade` first.
    """
    check_schema(settings)
    async with await Runtime.open(settings) as runtime:
        yield Shell(runtime=runtime)


def check_schema(settings: Settings) -> None:
    """Conflict unless the database is up to date."""
    waiting = migrate.pending(settings.database.url, password=password_of(settings))
    if waiting:
        raise Conflict(f"the database lacks {len(waiting)} migrations: run `fedisw db upgrade`")


def password_of(settings: Settings) -> str | None:
    """The password of the database's user."""
    password = settings.secrets.database_password
    return None if password is None else password.reveal()


def password_from_stdin() -> str:
    """The first line of stdin; never an argument, which others could see."""
    return sys.stdin.readline().rstrip("\r\n")
