"""`fedisw accounts …`: people and what staff does about them (contract, section 2)."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

import click

from fedisw.cli.call import ACTOR, Call, Leaf, Shell, opened, password_from_stdin
from fedisw.crypto import passwords
from fedisw.model.accounts import Account, Role, User
from fedisw.model.emails import normal_email
from fedisw.model.handles import check_username
from fedisw.services import newcomers, people, signup
from fedisw.services.audit import Act
from fedisw.services.people import Person, State

T = TypeVar("T")
ONE_TIME_BYTES: Final = 12  # 96 bits, 16 characters
RANKS: Final = [role.value for role in (Role.OWNER, Role.ADMIN, Role.MODERATOR)]


@click.group()
def accounts() -> None:
    """People of this server."""


@accounts.command("create", cls=Leaf)
@click.argument("name")
@click.option("--email", required=True, help="Mail address.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")
@click.option("--role", type=click.Choice(RANKS), help="Rank; without one an ordinary person.")
@click.option("--confirmed", is_flag=True, help="The mail address is known to be right.")
@click.option("--approved", is_flag=True, help="No approval is needed.")
@click.pass_obj
def create(call: Call, name: str, email: str, password_stdin: bool, role: str | None, confirmed: bool, approved: bool) -> None:
    """Make a local account; prints its id."""
    password = _password(password_stdin)
    passwords.check_new(password)

    async def work(shell: Shell) -> Account:
        return await make_person(
            shell, name=check_username(name), email=email, password=password, role=Role(role) if role else Role.NONE,
            confirmed=confirmed, approved=approved,
        )  # fmt: skip

    account = _with_shell(call, work)
    call.result({"id": str(account.id), "username": account.username}, str(account.id))


@accounts.command("list", cls=Leaf)
@click.option("--role", type=click.Choice([role.value for role in Role]), help="Only people of this rank.")
@click.option("--state", type=click.Choice([state.value for state in State]), help="Only people in this state.")
@click.pass_obj
def list_(call: Call, role: str | None, state: str | None) -> None:
    """All people, or those of a rank or in a state."""

    async def work(shell: Shell) -> list[Person]:
        found: list[Person] = []
        after = 0
        while batch := await shell.runtime.db.read(people.everybody, after=after):
            after = batch[-1].account.id
            found += [one for one in batch if role in (None, one.user.role) and state in (None, one.state)]
        return found

    found = _with_shell(call, work)
    width = max((len(one.account.username) for one in found), default=0)
    call.result(
        [_as_json(one) for one in found],
        *(f"{one.account.username:<{width}}  {one.user.role:<9}  {one.state:<11}  {one.user.email}" for one in found),
    )


@accounts.command("approve", cls=Leaf)
@click.argument("name")
@click.pass_obj
def approve(call: Call, name: str) -> None:
    """Let somebody in who waits."""

    async def work(shell: Shell) -> None:
        account = (await shell.runtime.db.read(people.person, name)).account
        await shell.change(_act("approve", name), signup.approve, account_id=account.id, now=shell.runtime.now())

    _with_shell(call, work)
    call.result({"username": name, "state": "approved"}, f"{name} is approved.")


@accounts.command("reject", cls=Leaf)
@click.argument("name")
@click.pass_obj
def reject(call: Call, name: str) -> None:
    """Do not let somebody in who waits; the request is forgotten."""

    async def work(shell: Shell) -> None:
        account = (await shell.runtime.db.read(people.person, name)).account
        await shell.change(_act("reject", name), signup.reject, account_id=account.id)

    _with_shell(call, work)
    call.result({"username": name, "state": "rejected"}, f"{name} is rejected.")


@accounts.command("suspend", cls=Leaf)
@click.argument("name")
@click.option("--reason", default="", help="For the audit log.")
@click.pass_obj
def suspend(call: Call, name: str, reason: str) -> None:
    """Suspend an account, also one of another server (`a@b.example`)."""

    async def work(shell: Shell) -> None:
        hosts = shell.runtime.peer.own_hosts
        act = _act("suspend", name, reason=reason)
        await shell.change(act, people.suspend, name=name, own_hosts=hosts, now=shell.runtime.now())

    _with_shell(call, work)
    call.result({"username": name, "state": "suspended"}, f"{name} is suspended.")


@accounts.command("unsuspend", cls=Leaf)
@click.argument("name")
@click.pass_obj
def unsuspend(call: Call, name: str) -> None:
    """Take a suspension back."""

    async def work(shell: Shell) -> None:
        await shell.change(_act("unsuspend", name), people.unsuspend, name=name, own_hosts=shell.runtime.peer.own_hosts)

    _with_shell(call, work)
    call.result({"username": name, "state": "active"}, f"{name} is no longer suspended.")


@accounts.command("reset-password", cls=Leaf)
@click.argument("name")
@click.pass_obj
def reset_password(call: Call, name: str) -> None:
    """Print a one-time password; all devices and apps of the person are signed out."""
    password = one_time_password()

    async def work(shell: Shell) -> None:
        hashed = await shell.runtime.passwords.hash(password)
        await shell.change(_act("reset_password", name), people.reset_password, name=name, password_hash=hashed)

    _with_shell(call, work)
    call.result({"username": name, "password": password}, password)


@accounts.command("delete", cls=Leaf)
@click.argument("name")
@click.option("--yes", is_flag=True, help="Really.")
@click.pass_obj
def delete(call: Call, name: str, yes: bool) -> None:
    """Delete a person's account for good; the name is never given out again."""
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("say --yes to delete an account")
        click.confirm(f"Delete the account {name} for good?", abort=True, err=True)

    async def work(shell: Shell) -> None:
        await shell.change(_act("delete", name), people.delete, name=name, now=shell.runtime.now())

    _with_shell(call, work)
    call.result({"username": name, "state": "deleted"}, f"{name} is deleted.")


async def make_person(
    shell: Shell, *, name: str, email: str, password: str, role: Role, confirmed: bool, approved: bool, must_change: bool = False
) -> Account:
    """A local account with its keys, made at the shell; Invalid when name or address are taken or wrong."""
    runtime, now = shell.runtime, shell.runtime.now()
    account = newcomers.new_person(runtime.settings.origin, account_id=runtime.new_id(), username=name, now=now)
    user = User(
        id=account.id,
        email=normal_email(email),
        password_hash=await runtime.passwords.hash(password),
        role=role,
        locale=runtime.settings.instance.languages[0],
        created_at=now,
        confirmed_at=now if confirmed else None,
        approved_at=now if approved else None,
        must_change_password=must_change,
    )
    actor_keys = await asyncio.to_thread(newcomers.new_keys, account, sealer=runtime.sealer, now=now)
    made = await shell.change(
        _act("create", name, role=role), signup.sign_up, account=account, user=user, actor_keys=actor_keys, now=now
    )
    if not made:
        raise click.ClickException(f"the address {user.email} belongs to somebody")
    return account


def one_time_password() -> str:
    """A password for the first sign-in only."""
    return secrets.token_urlsafe(ONE_TIME_BYTES)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return password_from_stdin()
    if not sys.stdin.isatty():
        raise click.UsageError("give the password with --password-stdin")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def _with_shell(call: Call, work: Callable[[Shell], Awaitable[T]]) -> T:
    async def whole() -> T:
        async with opened(call.settings()) as shell:
            return await work(shell)

    coroutine: Coroutine[Any, Any, T] = whole()
    return asyncio.run(coroutine)


def _act(action: str, target: str, **details: str) -> Act:
    return Act(actor=ACTOR, action=f"accounts.{action}", target=target, details=dict(details))


def _as_json(one: Person) -> dict[str, object]:
    return {
        "id": str(one.account.id),
        "username": one.account.username,
        "email": one.user.email,
        "role": one.user.role,
        "state": one.state,
        "created_at": one.user.created_at.isoformat(),
    }
