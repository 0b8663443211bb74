"""Addresses of this server that stand in its documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from fedisw.config import Settings
from fedisw.model.accounts import Account
from fedisw.model.urls import Origin
from fedisw.services.instance import RELAY_PATH


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """This server, as documents name it; `files` is where the media store is read."""

    origin: Origin
    account_domain: str
    files: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """From the settings."""
        return cls(origin=settings.origin, account_domain=settings.account_domain, files=settings.media.public_url.rstrip("/"))

    @property
    def instance_actor(self) -> str:
        """Id of the server's own actor."""
        return f"{self.origin}/actor"

    @property
    def relay_actor(self) -> str:
        """Id of the actor that LitePub relays know us by."""
        return f"{self.origin}{RELAY_PATH}"

    @property
    def shared_inbox(self) -> str:
        """One inbox for everybody here."""
        return f"{self.origin}/inbox"

    def file(self, key: str) -> str:
        """Public address of a file of ours."""
        return f"{self.files}/{key}"

    def tag(self, name: str) -> str:
        """Page of a hashtag."""
        return f"{self.origin}/tags/{name}"

    def activity(self, name: str) -> str:
        """Id of an activity that is made from what it is about, so that a second run makes the same one (P-4)."""
        return f"{self.origin}/ap/activities/{name}"

    def handle(self, account: Account) -> str:
        """`@name@host` in full."""
        return f"@{account.username}@{account.host or self.account_domain}"
