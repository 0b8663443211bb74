"""Applications, codes, tokens and browser sessions. Secrets are kept as keyed hashes only (OAU-5, SES-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A registered client application; scopes are space-separated, redirect URIs one a line."""

    id: int
    client_id: str
    secret_hash: bytes
    name: str
    website: str = ""
    redirect_uris: tuple[str, ...]
    scopes: str
    created_at: datetime
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An authorization code: one use, 10 minutes; `token_id` is set once it was redeemed (OAU-4)."""

    code_hash: bytes
    app_id: int
    account_id: int
    redirect_uri: str
    scopes: str
    challenge: str = ""
    created_at: datetime
    token_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token; without `account_id` it stands for the application alone (OAU-8)."""

    id: int
    token_hash: bytes
    app_id: int
    account_id: int | None
    scopes: str
    created_at: datetime
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in browser. `csrf` is the secret the form tokens are made from.

    `factor_at` is set when a second factor was given at the sign-in (AUT-14).
    """

    token_hash: bytes
    id: int
    account_id: int
    csrf: bytes
    user_agent: str
    address: str
    created_at: datetime
    seen_at: datetime
    login_at: datetime
    factor_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who is asking: the account, what it may do, and by which proof."""

    account_id: int
    app_id: int | None = None
    token_id: int | None = None
    session_id: int | None = None
    scopes: frozenset[str] = frozenset()
