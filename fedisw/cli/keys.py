"""`fedisw keys rotate …`: new keys for an actor, for what is sealed, for sessions (contract, section 2; security KEY-3)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import click

from fedisw.cli.call import ACTOR, Call, Leaf, opened
from fedisw.config import Settings, change_secrets, new_secret
from fedisw.crypto.seal import Unsealable
from fedisw.live import topics
from fedisw.model.accounts import Account, ActorKey, KeyKind
from fedisw.model.errors import NotFound
from fedisw.services import people, resealing, rotating, signing_in
from fedisw.services.audit import Act
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts
from fedisw.storage.queries import keys as key_rows

RESTART: Final = "Restart the server now: until then it works with the old key."


@click.group()
def keys() -> None:
    """Keys of actors, and secrets of this server."""


@keys.group()
def rotate() -> None:
    """Put a new key in the place of one."""


@rotate.command("actor", cls=Leaf)
@click.argument("name")
@click.pass_obj
def actor(call: Call, name: str) -> None:
    """New signing keys for NAME; the old one tells other servers."""
    asyncio.run(_actor(call.settings(), name))
    call.result({"username": name, "rotated": "actor"}, f"{name} has new keys; other servers are being told.")


async def _actor(settings: Settings, name: str) -> None:
    async with opened(settings) as shell:
        account, old = await shell.runtime.db.read(_signer, name)
        now = shell.runtime.now()
        change = await asyncio.to_thread(
            rotating.prepare, account, old, sealer=shell.runtime.sealer, origin=settings.origin, now=now
        )
        await shell.change(_act(f"actor {name}"), rotating.rotate, change=change, now=now)


def _signer(tx: Tx, name: str) -> tuple[Account, ActorKey]:
    account = accounts.find_local(tx, name)
    if account is None or account.deleted_at is not None:
        raise NotFound("account", name)
    for key in key_rows.of_account(tx, account.id):
        if key.kind is KeyKind.RSA and key.private_sealed is not None:
            return account, key
    raise NotFound("key", name)


@rotate.command("master", cls=Leaf)
@click.pass_obj
def master(call: Call) -> None:
    """A new master key: everything in the database is sealed anew, and the key before it stays in the file as the former one."""
    settings = call.settings()
    file = _file_with(call, settings, "master_key")
    if settings.secrets.former_master_key is not None:  # what an earlier change has left
        asyncio.run(_reseal(settings))
    old = settings.secrets.master_key.reveal()
    change_secrets(file, {"master_key": new_secret(), "former_master_key": old})
    done = asyncio.run(_reseal(call.settings()))
    call.result(
        {"rotated": "master", "resealed": done}, f"{done} values are sealed anew. Keep a copy of {file} apart from the backups."
    )


async def _reseal(settings: Settings) -> int:
    async with opened(settings) as shell:
        await shell.change(_act("master"), _tell_of_master)
        done = 0
        try:
            while some := await shell.runtime.db.write(resealing.reseal_some, sealer=shell.runtime.sealer):
                done += some
        except Unsealable as error:
            raise click.ClickException("there is a value that none of the known keys opens; the rest waits for it") from error
        return done


def _tell_of_master(tx: Tx) -> None:
    tx.publish(topics.KEYS, topics.encode(topics.MasterKeyChanged()))


@rotate.command("session", cls=Leaf)
@click.pass_obj
def session(call: Call) -> None:
    """A new session key: everybody signs in again, and every app is connected anew."""
    settings = call.settings()
    file = _file_with(call, settings, "session_key")
    change_secrets(file, {"session_key": new_secret()})
    ended = asyncio.run(_end_all(settings))
    call.result({"rotated": "session", "signed_out": ended}, f"{ended} people are signed out.", RESTART)


async def _end_all(settings: Settings) -> int:
    async with opened(settings) as shell:
        return await shell.change(_act("session"), _end_sessions)


def _end_sessions(tx: Tx) -> int:
    ended = after = 0
    while batch := people.everybody(tx, after=after):
        after = batch[-1].account.id
        for person in batch:
            signing_in.end_everything(tx, account_id=person.account.id)
        ended += len(batch)
    return ended


def _file_with(call: Call, settings: Settings, name: str) -> Path:
    """The secrets file, if it is where this key comes from."""
    variable = f"FEDISW_SECRET_{name.upper()}"
    if variable in call.env or f"{variable}_FILE" in call.env:
        raise click.ClickException(
            f"{name} comes from the environment ({variable}): it can be changed only where it is in a secrets file"
        )
    return settings.secrets_file


def _act(target: str) -> Act:
    return Act(actor=ACTOR, action="keys.rotate", target=target, details={})
