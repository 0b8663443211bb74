"""`fedisw quickstart`: from nothing to a server that answers (contract, section 2)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from fedisw.cli.accounts import make_person, one_time_password
from fedisw.cli.call import Call, Leaf, opened, password_of
from fedisw.cli.db import upgrade_schema
from fedisw.cli.run import only_one, serve_until_stopped
from fedisw.config import Settings, load, make_secrets, write_settings
from fedisw.model.accounts import Role
from fedisw.model.errors import Invalid
from fedisw.model.handles import check_username
from fedisw.model.urls import Origin
from fedisw.storage.db import Tx
from fedisw.storage.opening import open_database
from fedisw.storage.queries import users

HERE: Final = "http://localhost:8420"
OWNER: Final = "caretaker"


@click.command("quickstart", cls=Leaf)
@click.option("--data-dir", type=click.Path(path_type=Path), default=Path("data"), help="Where everything is kept (./data).")
@click.option("--origin", help=f"Address of the server; {HERE} if not given. It can never be changed later.")
@click.option("--owner", default=OWNER, help=f"Name of the first account ({OWNER}).")
@click.pass_obj
def quickstart(call: Call, data_dir: Path, origin: str | None, owner: str) -> int:
    """Make a server where there is none yet, then serve."""
    env = {**call.env, "FEDISW_DATA_DIR": str(data_dir)}
    file = call.config or data_dir / "fedisw.toml"
    if not file.is_file():
        _write_files(call, file, data_dir, origin or HERE)
    elif origin is not None and str(Origin.of(origin)) != str(load(file, env).origin):
        raise click.UsageError(f"this server has another origin already ({file}); it can never be changed")
    settings = load(file, env)
    with only_one(settings.data_dir):
        upgrade_schema(call, settings)
        _make_owner(call, settings, _checked(owner))
    return serve_until_stopped(settings, env)


def _write_files(call: Call, file: Path, data_dir: Path, origin: str) -> None:
    try:
        where = Origin.of(origin)
    except Invalid as error:
        raise click.UsageError(f"--origin: {error.problem}") from error
    call.say(f"Writing settings and secrets into {data_dir} …")
    data_dir.mkdir(parents=True, exist_ok=True)
    make_secrets(data_dir / "secrets.toml")
    write_settings(file, origin=where, data_dir=data_dir)


def _checked(owner: str) -> str:
    try:
        return check_username(owner)
    except Invalid as error:
        raise click.UsageError(f"--owner: {error.problem}") from error


def _make_owner(call: Call, settings: Settings, owner: str) -> None:
    """The owner's account, unless there is one; its one-time password is shown this once."""
    password = one_time_password()
    if not asyncio.run(_owner_account(call, settings, owner, password)):
        return
    value: Mapping[str, str] = {"address": str(settings.origin), "owner": owner, "password": password}
    call.result(
        value,
        "",
        f"  Address   {settings.origin}",
        f"  Name      {owner}",
        f"  Password  {password}   (for the first sign-in; you choose your own then)",
        "",
    )


async def _owner_account(call: Call, settings: Settings, owner: str, password: str) -> bool:
    if await _is_owned(settings):
        return False
    call.say("Making the owner's account …")
    async with opened(settings) as shell:
        await make_person(
            shell,
            name=owner,
            email=f"{owner}@{_mail_host(settings)}",
            password=password,
            role=Role.OWNER,
            confirmed=True,
            approved=True,
            must_change=True,
        )
    return True


async def _is_owned(settings: Settings) -> bool:
    db = await open_database(settings.database.url, password=password_of(settings), readers=1, threads=1)
    try:
        return await db.read(_has_owner)
    finally:
        await db.close()


def _mail_host(settings: Settings) -> str:
    host = settings.account_domain.partition(":")[0]
    return host if "." in host and not host.replace(".", "").isdecimal() else "localhost.invalid"


def _has_owner(tx: Tx) -> bool:
    return users.count_with_role(tx, Role.OWNER) > 0
