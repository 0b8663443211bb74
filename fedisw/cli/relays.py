"""`fedisw relays …`: servers that pass public posts on (federation, section 5.6)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import click

from fedisw.cli.call import ACTOR, Call, Leaf, Shell, opened
from fedisw.model.relays import Relay, RelayKind
from fedisw.services import instance, newcomers
from fedisw.services import relays as service
from fedisw.services.audit import Act
from fedisw.storage.queries import relays as rows

T = TypeVar("T")


@click.group()
def relays() -> None:
    """Relays that this server takes part in."""


@relays.command("add", cls=Leaf)
@click.argument("url")
@click.pass_obj
def add(call: Call, url: str) -> None:
    """Ask a relay to take us in: its inbox, or, of a LitePub relay, its actor (`https://…/relay`)."""

    async def work(shell: Shell) -> Relay:
        runtime = shell.runtime
        if service.kind_of(url) is RelayKind.LITEPUB:
            await _ensure_actor(shell)
        return await shell.change(
            _act("add", url),
            service.add,
            url=url,
            origin=runtime.settings.origin,
            relay_id=runtime.new_id(),
            now=runtime.now(),
        )

    relay = _with_shell(call, work)
    call.result(_as_json(relay), f"{relay.uri} was asked; `fedisw relays list` shows its answer.")


@relays.command("remove", cls=Leaf)
@click.argument("url")
@click.pass_obj
def remove(call: Call, url: str) -> None:
    """Leave a relay."""

    async def work(shell: Shell) -> Relay:
        return await shell.change(_act("remove", url), service.remove, url=url)

    relay = _with_shell(call, work)
    call.result({"url": relay.uri, "state": "removed"}, f"{relay.uri} is removed.")


@relays.command("list", cls=Leaf)
@click.pass_obj
def list_(call: Call) -> None:
    """All relays and what they answered: pending, accepted or refused."""

    async def work(shell: Shell) -> list[Relay]:
        return await shell.runtime.db.read(rows.everyone)

    found = _with_shell(call, work)
    call.result([_as_json(relay) for relay in found], *(f"{relay.state:<8}  {relay.kind:<8}  {relay.uri}" for relay in found))


async def _ensure_actor(shell: Shell) -> None:
    """The actor that LitePub relays know us by, made with the first of them."""
    runtime, now = shell.runtime, shell.runtime.now()
    origin, domain = runtime.settings.origin, runtime.settings.account_domain
    if await runtime.db.read(instance.find_relay_actor, origin) is not None:
        return
    actor = instance.relay_actor_of(origin, account_id=runtime.new_id(), account_domain=domain, now=now)
    actor_keys = await asyncio.to_thread(newcomers.new_keys, actor, sealer=runtime.sealer, now=now)
    await runtime.db.write(instance.ensure_actor, account=actor, actor_keys=actor_keys)


def _with_shell(call: Call, work: Callable[[Shell], Awaitable[T]]) -> T:
    async def whole() -> T:
        async with opened(call.settings()) as shell:
            return await work(shell)

    coroutine: Coroutine[Any, Any, T] = whole()
    return asyncio.run(coroutine)


def _act(action: str, url: str) -> Act:
    return Act(actor=ACTOR, action=f"relays.{action}", target=url, details={})


def _as_json(relay: Relay) -> dict[str, object]:
    return {"url": relay.uri, "kind": relay.kind, "state": relay.state, "created_at": relay.created_at.isoformat()}
