"""What apps learn before they ask for a token (RFC 8414)."""

from __future__ import annotations

from tests.support.reading import Reader


async def test_apps_find_every_endpoint_and_what_it_takes(here: Reader) -> None:
    response = await here.ask("/.well-known/oauth-authorization-server")
    found = await response.json()
    assert response.headers["Cache-Control"] == "public, max-age=259200"
    assert found["issuer"] == "https://home.test/"
    assert found["code_challenge_methods_supported"] == ["S256"], "plain is refused (OAU-1)"
    assert found["grant_types_supported"] == ["authorization_code", "client_credentials"]
    assert {"read", "write:statuses", "follow", "push", "admin:read"} <= set(found["scopes_supported"])
    endpoints = {name: url for name, url in found.items() if name.endswith("_endpoint")}
    assert endpoints == {
        "authorization_endpoint": "https://home.test/oauth/authorize",
        "token_endpoint": "https://home.test/oauth/token",
        "app_registration_endpoint": "https://home.test/api/v1/apps",
        "revocation_endpoint": "https://home.test/oauth/revoke",
        "userinfo_endpoint": "https://home.test/oauth/userinfo",
    }
