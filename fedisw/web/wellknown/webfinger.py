"""From a handle to an actor (RFC 7033; federation, section 1.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

import msgspec
from aiohttp import hdrs, web

from fedisw.model.accounts import Account, ActorType
from fedisw.model.errors import Gone, Malformed, NotFound
from fedisw.model.urls import MAX_URL, Origin
from fedisw.services import instance
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, names
from fedisw.vocab import webfinger
from fedisw.vocab.names import ACTIVITY_JSON, LD_ACTIVITY
from fedisw.vocab.webfinger import JrdLink
from fedisw.web.keys import DB, SETTINGS
from fedisw.web.routes import Auth, Route

JRD: Final = "application/jrd+json"
CACHE: Final = "public, max-age=259200"  # seconds: three days
PROFILE_PAGE: Final = "http://webfinger.net/rel/profile-page"
SUBSCRIBE: Final = "http://ostatus.org/schema/1.0/subscribe"
SERVICE: Final = "https://www.w3.org/ns/activitystreams#Service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whom a resource names: a local name, or an id; both empty for what is not ours."""

    username: str = ""
    uri: str = ""


async def lookup(request: web.Request) -> web.Response:
    """GET /.well-known/webfinger"""
    settings = request.app[SETTINGS]
    resource = request.query.get("resource", "")
    if not resource or len(resource) > MAX_URL:
        raise Malformed("resource is missing")
    hosts = frozenset({settings.origin.authority, settings.account_domain.lower()})
    asked = read_resource(resource, origin=settings.origin, hosts=hosts)
    account = await request.app[DB].read(_find, asked, origin=settings.origin, account_domain=settings.account_domain)
    document = webfinger.build_jrd(
        subject=f"acct:{account.username}@{settings.account_domain}",
        aliases=[account.uri] if account.actor_type is ActorType.APPLICATION else [account.url, account.uri],
        links=_links(account, settings.origin),
        rels=request.query.getall("rel", []),
    )
    return web.Response(body=msgspec.json.encode(document), headers={hdrs.CONTENT_TYPE: JRD, hdrs.CACHE_CONTROL: CACHE})


def read_resource(resource: str, *, origin: Origin, hosts: frozenset[str]) -> Asked:
    """Whom a resource names, in all forms that are asked for in the wild; letter case of names does not matter.

    Raises:
        Malformed: neither a URL nor a handle.
    """
    text = unquote(resource) if "@" not in resource and "/" not in resource else resource
    if text.startswith(("https://", "http://")):
        return _of_url(text, origin)
    handle = text.removeprefix("acct:").removeprefix("@")
    username, at, host = handle.rpartition("@")
    if not at or not username or not host:
        raise Malformed("resource is neither a URL nor a handle")
    return Asked(username=username) if host.lower() in hosts else Asked()


def _of_url(url: str, origin: Origin) -> Asked:
    base = str(origin)
    if not (url == base or url.startswith(f"{base}/")):
        return Asked()
    path = url[len(base) :].strip("/")
    if path in ("", "actor"):
        return Asked(uri=f"{base}/actor")
    if path.startswith("@") and "/" not in path:
        return Asked(username=path[1:])
    return Asked(uri=url.rstrip("/"))


def _find(tx: Tx, asked: Asked, *, origin: Origin, account_domain: str) -> Account:
    if asked.username.lower() == account_domain.lower():
        account = instance.find_actor(tx, origin)
    elif asked.username:
        account = accounts.find_local(tx, asked.username)
    else:
        account = accounts.find_by_uri(tx, asked.uri) if asked.uri else None
    if account is None and asked.username and names.is_taken(tx, asked.username):
        raise Gone("this account was deleted")
    if account is None or not account.local:
        raise NotFound("account")
    if account.deleted_at is not None:
        raise Gone("this account was deleted")
    return account


def _links(account: Account, origin: Origin) -> list[JrdLink]:
    own = JrdLink(rel=webfinger.SELF, type=ACTIVITY_JSON, href=account.uri)
    if account.actor_type is ActorType.APPLICATION:
        return [own, JrdLink(rel=SERVICE, type=ACTIVITY_JSON, href=account.uri)]
    return [
        JrdLink(rel=PROFILE_PAGE, type="text/html", href=account.url),
        own,
        JrdLink(rel=webfinger.SELF, type=LD_ACTIVITY, href=account.uri),
        JrdLink(rel=SUBSCRIBE, template=f"{origin}/authorize_interaction?uri={{uri}}"),
    ]


ROUTES: Final = (Route("GET", "/.well-known/webfinger", lookup, Auth.public()),)
