"""`fedisw tokens create`: an access token for scripts (contract, section 2; security AUT-14)."""

from __future__ import annotations

import asyncio
import secrets
from typing import Final

import click

from fedisw.cli.call import ACTOR, Call, Leaf, Shell, opened
from fedisw.crypto.tokens import new_token, stored_hash
from fedisw.model import scopes
from fedisw.model.accounts import Role
from fedisw.model.oauth import App, Token
from fedisw.services import oauth, people
from fedisw.services.audit import Act
from fedisw.storage.db import Tx
from fedisw.web.asking import OUT_OF_BAND

STAFF: Final = frozenset({Role.OWNER, Role.ADMIN, Role.MODERATOR})


@click.group()
def tokens() -> None:
    """Access tokens."""


@tokens.command("create", cls=Leaf)
@click.argument("name")
@click.option("--scopes", "wanted", required=True, help='Such as "read write follow push".')
@click.option("--app", "app_name", default="Command line", help="Name of the application that the person sees.")
@click.pass_obj
def create(call: Call, name: str, wanted: str, app_name: str) -> None:
    """Print a token that acts as NAME, and nothing else."""
    asked = scopes.parse(wanted)
    unknown = [scope for scope in asked if scope not in scopes.KNOWN]
    if unknown or not asked:
        raise click.UsageError(f"unknown scopes: {' '.join(unknown) or 'none given'}")
    text, token = asyncio.run(_create(call, name, asked, app_name))
    value = {"access_token": text, "scope": token.scopes, "created_at": int(token.created_at.timestamp())}
    call.result(value, text)


async def _create(call: Call, name: str, asked: tuple[str, ...], app_name: str) -> tuple[str, Token]:
    settings = call.settings()
    key = settings.secrets.session_key.key()
    async with opened(settings) as shell:
        person = await shell.runtime.db.read(people.person, name)
        if any(scope.startswith("admin:") for scope in asked) and person.user.role not in STAFF:
            raise click.ClickException(f"{name} has no rank: no admin scopes")
        text, now = new_token(), shell.runtime.now()
        app = App(
            id=shell.runtime.new_id(),
            client_id=secrets.token_urlsafe(32),
            secret_hash=stored_hash(new_token(), key=key),
            name=app_name,
            redirect_uris=(OUT_OF_BAND,),
            scopes=" ".join(asked),
            created_at=now,
            last_used_at=now,
        )
        token = await _change(shell, name, app, person.account.id, stored_hash(text, key=key))
        return text, token


async def _change(shell: Shell, name: str, app: App, account_id: int, token_hash: bytes) -> Token:
    act = Act(actor=ACTOR, action="tokens.create", target=name, details={"scopes": app.scopes, "app": app.name})
    token_id, now = shell.runtime.new_id(), shell.runtime.now()

    def unit(tx: Tx) -> Token:
        oauth.register_app(tx, app=app)
        return oauth.issue_token(
            tx, app=app, account_id=account_id, wanted=app.scopes, token_id=token_id, token_hash=token_hash, now=now
        )

    return await shell.change(act, unit)
