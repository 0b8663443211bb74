"""What apps learn before they ask for a token (RFC 8414)."""

from __future__ import annotations

from fedisw.web.wellknown import oauth_server
from tests.web.conftest import Start


async def test_apps_find_every_endpoint_and_what_it_takes(start: Start) -> None:
    client = await start(oauth_server.ROUTES)
    response = await client.get("/.well-known/oauth-authorization-server")
    found = await response.json()
    assert response.headers["Cache-Control"] == "public, max-age=259200"
    assert found["issuer"] == "https://alpha.test/"
    assert found["code_challenge_methods_supported"] == ["S256"], "plain is refused (OAU-1)"
    assert found["grant_types_supported"] == ["authorization_code", "client_credentials"]
    assert {"read", "write:statuses", "follow", "push", "admin:read"} <= set(found["scopes_supported"])
    endpoints = {name: url for name, url in found.items() if name.endswith("_endpoint")}
    assert endpoints == {
        "authorization_endpoint": "https://alpha.test/oauth/authorize",
        "token_endpoint": "https://alpha.test/oauth/token",
        "app_registration_endpoint": "https://alpha.test/api/v1/apps",
        "revocation_endpoint": "https://alpha.test/oauth/revoke",
        "userinfo_endpoint": "https://alpha.test/oauth/userinfo",
    }
