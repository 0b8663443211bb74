"""Local people for tests: account, user, tokens, sessions; and settings of a server named alpha.test."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path
from secrets import token_bytes, token_urlsafe

from fedisw.config import Settings, load, make_secrets
from fedisw.crypto.tokens import stored_hash
from fedisw.model.accounts import Account, ActorType, User
from fedisw.model.oauth import App, Session, Token
from fedisw.model.urls import actor_uri
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import accounts, oauth, sessions, users
from tests.support.clock import Clock

ALL = "read write follow push"  # what every client asks for


def make_settings(data_dir: Path, **env: str) -> Settings:
    """Settings of https://alpha.test; more as environment variables.

    Without linked-data signatures, whose process takes half a second to start; `FEDISW_FEDERATION_LD_SIGNATURES=auto`
    where they matter.
    """
    make_secrets(data_dir / "secrets.toml")
    usual = {
        "FEDISW_ORIGIN": "https://alpha.test",
        "FEDISW_DATA_DIR": str(data_dir),
        "FEDISW_FEDERATION_LD_SIGNATURES": "off",
    }
    return load(None, usual | env)


class People:
    """Makes rows that belong together; every call makes new ones."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._settings, self._clock, self._ids = db, settings, clock, count(1_000)

    async def person(self, name: str = "amy", **changes: object) -> Account:
        """A confirmed and approved person; changes are fields of the user (`confirmed_at=None`)."""
        now, number = self._clock(), next(self._ids)
        uri = actor_uri(self._settings.origin, number)
        account = Account(
            id=number,
            username=name,
            host=None,
            uri=uri,
            url=f"{self._settings.origin}/@{name}",
            actor_type=ActorType.PERSON,
            created_at=now,
            updated_at=now,
        )
        user = User(id=number, email=f"{name}@mail.test", password_hash="", created_at=now, confirmed_at=now, approved_at=now)
        await self._db.write(_add_person, account, replace(user, **changes))  # type: ignore[arg-type]  # names of fields
        return account

    async def app(self, scopes: str = ALL, *, redirects: tuple[str, ...] = ("https://app.test/back",)) -> App:
        """A registered application; its secret is "secret"."""
        number = next(self._ids)
        app = App(
            id=number,
            client_id=f"client-{number}",
            secret_hash=self.hashed("secret"),
            name="Test app",
            redirect_uris=redirects,
            scopes=scopes,
            created_at=self._clock(),
        )
        await self._db.write(oauth.add_app, app)
        return app

    async def token(self, account: Account | None, scopes: str = ALL, *, app: App | None = None) -> str:
        """An access token; without an account, of an application alone."""
        app, text = app or await self.app(), token_urlsafe()
        token = Token(
            id=next(self._ids),
            token_hash=self.hashed(text),
            app_id=app.id,
            account_id=account.id if account else None,
            scopes=scopes,
            created_at=self._clock(),
            last_used_at=self._clock(),
        )
        await self._db.write(oauth.add_token, token)
        return text

    async def bearer(self, account: Account | None, scopes: str = ALL) -> dict[str, str]:
        """The same as a header."""
        return {"Authorization": f"Bearer {await self.token(account, scopes)}"}

    async def session(self, account: Account) -> tuple[Session, str]:
        """A signed-in browser: the row, and the text of its cookie."""
        now, text = self._clock(), token_urlsafe()
        session = Session(
            token_hash=self.hashed(text),
            id=next(self._ids),
            account_id=account.id,
            csrf=token_bytes(32),
            user_agent="",
            address="127.0.0.1",
            created_at=now,
            seen_at=now,
            login_at=now,
        )
        await self._db.write(sessions.add, session)
        return session, text

    def hashed(self, text: str) -> bytes:
        """What is stored of a token."""
        return stored_hash(text, key=self._settings.secrets.session_key.key())


def _add_person(tx: Tx, account: Account, user: User) -> None:
    accounts.add(tx, account)
    users.add(tx, user)
