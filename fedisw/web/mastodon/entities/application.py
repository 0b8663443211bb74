"""Applications as clients see them."""

from __future__ import annotations

import msgspec

from fedisw.model import scopes
from fedisw.model.oauth import App


class Application(msgspec.Struct, kw_only=True):
    """mastodon-entities.md, section 5."""

    id: str
    name: str
    website: str | None
    scopes: list[str]
    redirect_uris: list[str]
    redirect_uri: str
    vapid_key: str


class CredentialApplication(Application, kw_only=True):
    """The same with its secret, which is told once."""

    client_id: str
    client_secret: str
    client_secret_expires_at: int = 0


def application_entity(app: App, *, vapid_key: str) -> Application:
    """An application for somebody with a token of it."""
    return Application(**_members(app, vapid_key))  # type: ignore[arg-type]  # names and types are those of the Struct


def credential_application_entity(app: App, *, secret: str, vapid_key: str) -> CredentialApplication:
    """An application that has just registered."""
    members = _members(app, vapid_key)
    return CredentialApplication(**members, client_id=app.client_id, client_secret=secret)  # type: ignore[arg-type]  # names and types are those of the Struct


def _members(app: App, vapid_key: str) -> dict[str, object]:
    return {
        "id": str(app.id),
        "name": app.name,
        "website": app.website or None,
        "scopes": list(scopes.parse(app.scopes)),
        "redirect_uris": list(app.redirect_uris),
        "redirect_uri": "\n".join(app.redirect_uris),
        "vapid_key": vapid_key,
    }
