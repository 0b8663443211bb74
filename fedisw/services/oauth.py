"""Applications, codes and tokens: the rules of security section 4. Secrets arrive as keyed hashes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fedisw.live import topics
from fedisw.model import scopes
from fedisw.model.accounts import Account, User
from fedisw.model.errors import Forbidden, Invalid
from fedisw.model.oauth import App, Code, Token
from fedisw.storage.db import Tx
from fedisw.storage.queries import oauth

CODE_FOR = timedelta(minutes=10)
TOUCH_EVERY = timedelta(hours=1)
UNUSED_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Whom a token stands for: a person, or its application alone."""

    token: Token
    app: App
    user: User | None
    account: Account | None


def register_app(tx: Tx, *, app: App) -> App:
    """Store a new application, checked by the edge (OAU-2, OAU-11)."""
    oauth.add_app(tx, app)
    return app


def issue_code(tx: Tx, *, code: Code) -> None:
    """A person said yes: a code for the application, 10 minutes (OAU-4)."""
    app = oauth.app_by_id(tx, code.app_id)
    if app is None or not scopes.all_within(scopes.parse(code.scopes), scopes.parse(app.scopes)):
        raise Invalid("scope", "is wider than what the application registered")
    oauth.add_code(tx, code)


def redeem_code(
    tx: Tx, *, code_hash: bytes, app: App, redirect_uri: str, challenge: str, token_id: int, token_hash: bytes, now: datetime
) -> Token | None:
    """Turn a code into a token, once.

    Args:
        challenge: S256 of the verifier that came with the request, empty without one.

    Returns:
        None when the code is unknown, old, another application's, for another redirect or challenge, or was used:
        then the token of its first use ends (OAU-4).
    """
    code = oauth.redeem(tx, code_hash, token_id=token_id)
    if code is None:
        _end_first_use(tx, code_hash, app)
        return None
    fits = (code.app_id, code.redirect_uri, code.challenge) == (app.id, redirect_uri, challenge)
    if not fits or now - code.created_at > CODE_FOR:
        return None
    token = Token(
        id=token_id,
        token_hash=token_hash,
        app_id=app.id,
        account_id=code.account_id,
        scopes=code.scopes,
        created_at=now,
    )
    oauth.add_token(tx, token)
    return token


def _end_first_use(tx: Tx, code_hash: bytes, app: App) -> None:
    code = oauth.find_code(tx, code_hash)
    if code is not None and code.app_id == app.id and code.token_id is not None:
        end_token(tx, code.token_id)


def issue_token(
    tx: Tx, *, app: App, account_id: int | None, wanted: str, token_id: int, token_hash: bytes, now: datetime
) -> Token:
    """A token without a code: for an application alone, or made by an admin at the shell. Invalid for wider scopes."""
    if not scopes.all_within(scopes.parse(wanted), scopes.parse(app.scopes)):
        raise Invalid("scope", "The requested scope is invalid, unknown, or malformed.")
    token = Token(id=token_id, token_hash=token_hash, app_id=app.id, account_id=account_id, scopes=wanted, created_at=now)
    oauth.add_token(tx, token)
    return token


def bearer(tx: Tx, *, token_hash: bytes) -> Bearer | None:
    """Whom a token stands for, in one statement; None for an unknown one."""
    found = oauth.holder(tx, token_hash)
    if found is None:
        return None
    token, app, user, account = found
    return Bearer(token=token, app=app, user=user, account=account)


def touch(tx: Tx, *, token: Token, now: datetime) -> None:
    """Remember that token and application are in use, once an hour."""
    if token.last_used_at is None or now - token.last_used_at > TOUCH_EVERY:
        oauth.touch(tx, token, at=now)


def revoke(tx: Tx, *, token_hash: bytes, app: App) -> None:
    """End a token of this application; silent for an unknown one, Forbidden for another application's (OAU-9)."""
    token = oauth.find_token(tx, token_hash)
    if token is None:
        return
    if token.app_id != app.id:
        raise Forbidden("You are not authorized to revoke this token")
    end_token(tx, token.id)


def end_app(tx: Tx, *, account_id: int, app_id: int) -> None:
    """A person takes back all that they allowed an application; codes that wait for it end too. Silent for an unknown one."""
    oauth.remove_codes(tx, account_id, app_id=app_id)
    for token_id in oauth.remove_app_tokens(tx, account_id, app_id=app_id):
        tx.publish(topics.token(token_id), topics.encode(topics.Ended()))


def end_token(tx: Tx, token_id: int) -> None:
    """End a token and its streams."""
    if oauth.remove_token(tx, token_id):
        tx.publish(topics.token(token_id), topics.encode(topics.Ended()))


def prune(tx: Tx, *, now: datetime) -> int:
    """Forget used and old codes, and applications nobody used within a week (OAU-11); how many."""
    return oauth.prune_codes(tx, before=now - UNUSED_FOR) + oauth.prune_apps(tx, before=now - UNUSED_FOR)
