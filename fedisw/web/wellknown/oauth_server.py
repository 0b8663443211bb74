"""What this server can do as an authorization server (RFC 8414; mastodon-api.md, section 3.2)."""

from __future__ import annotations

from typing import Final

from aiohttp import hdrs, web

from fedisw.model.scopes import KNOWN
from fedisw.web import answers
from fedisw.web.keys import SETTINGS
from fedisw.web.routes import Auth, Route

CACHE: Final = "public, max-age=259200"  # seconds: three days


async def metadata(request: web.Request) -> web.Response:
    """GET /.well-known/oauth-authorization-server"""
    origin = str(request.app[SETTINGS].origin)
    return answers.json(
        {
            "issuer": f"{origin}/",
            "service_documentation": "https://docs.joinmastodon.org/",
            "authorization_endpoint": f"{origin}/oauth/authorize",
            "token_endpoint": f"{origin}/oauth/token",
            "app_registration_endpoint": f"{origin}/api/v1/apps",
            "revocation_endpoint": f"{origin}/oauth/revoke",
            "userinfo_endpoint": f"{origin}/oauth/userinfo",
            "scopes_supported": sorted(KNOWN),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        },
        headers={hdrs.CACHE_CONTROL: CACHE},
    )


ROUTES: Final = (Route("GET", "/.well-known/oauth-authorization-server", metadata, Auth.public()),)
