"""WebFinger: from a handle, or an address of ours, to the actor (RFC 7033; federation, section 1.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from fedisw.federation.represent.here import Here
from fedisw.media.keys import check_key
from fedisw.model.accounts import Account, ActorType, Reach
from fedisw.model.errors import FediswError, Gone, Malformed, NotFound
from fedisw.model.ids import id_of
from fedisw.model.urls import Origin
from fedisw.services import instance
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, names, users
from fedisw.vocab.names import ACTIVITY_JSON, JRD_JSON, LD_ACTIVITY, SERVICE_REL
from fedisw.vocab.read import Document
from fedisw.vocab.webfinger import JrdLink, build_jrd
from fedisw.web import answers, errors
from fedisw.web.keys import DB, SETTINGS
from fedisw.web.routes import Auth, Route

FOUND, MISSED = 259_200, 180  # seconds that answers may be kept
MAX_RESOURCE: Final = 2_048  # characters
PROFILE_REL: Final = "http://webfinger.net/rel/profile-page"
AVATAR_REL: Final = "http://webfinger.net/rel/avatar"
SUBSCRIBE_REL: Final = "http://ostatus.org/schema/1.0/subscribe"
SCHEME: Final = re.compile("^acct:", re.IGNORECASE)
INTENT_REL: Final = "https://w3id.org/fep/3b86/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom a resource names: an account by name or number, or with neither the server itself."""

    username: str = ""
    account_id: int | None = None

    @property
    def is_server(self) -> bool:
        """Whether the server itself is meant."""
        return not self.username and self.account_id is None


async def find(request: web.Request) -> web.Response:
    """GET /.well-known/webfinger?resource=…&rel=…"""
    here = Here.of(request.app[SETTINGS])
    try:
        account = await request.app[DB].read(_account, wanted(request.query.get("resource", ""), here), here.origin)
    except (Malformed, NotFound, Gone) as error:
        return _missed(request, error)
    rels = request.query.getall("rel", [])
    document = server_jrd(account, here, rels) if account.actor_type is ActorType.APPLICATION else jrd(account, here, rels)
    response = answers.json(document, headers={hdrs.CACHE_CONTROL: f"public, max-age={FOUND}"})
    response.content_type = JRD_JSON
    return response


def _missed(request: web.Request, error: FediswError) -> web.Response:
    response = errors.answer(request, errors.told(error))
    response.headers[hdrs.CACHE_CONTROL] = f"public, max-age={MISSED}"
    return response


def wanted(resource: str, here: Here) -> Wanted:
    """Whom a resource names: `acct:name@host`, `name@host`, an actor's id, a profile's address, or the server's.

    Raises:
        Malformed: there is none, or it cannot be read.
        NotFound: it is of another server.
    """
    if not resource or len(resource) > MAX_RESOURCE or not resource.isprintable():
        raise Malformed("a resource is needed")
    if resource.lower().startswith(("https://", "http://")):
        return _by_url(resource, here)
    name, at, host = SCHEME.sub("", resource, count=1).removeprefix("@").rpartition("@")
    if not at or not name or not host or "/" in host:
        raise Malformed("not a resource that is known here")
    ours = {here.account_domain.lower(), here.origin.authority}
    if host.lower() not in ours:
        raise NotFound("account", resource)
    return Wanted() if name.lower() in ours else Wanted(username=name)


def _by_url(resource: str, here: Here) -> Wanted:
    parts = urlsplit(resource)
    if f"{parts.scheme}://{parts.netloc}".lower() != str(here.origin) or parts.query:
        raise NotFound("account", resource)
    path = parts.path.rstrip("/")
    if path in ("", "/actor"):
        return Wanted()
    if path.startswith("/@") and "/" not in path[2:]:
        return Wanted(username=path[2:])
    account_id = id_of(path.removeprefix("/ap/actors/"))
    if account_id is not None:
        return Wanted(account_id=account_id)
    raise NotFound("account", resource)


def _account(tx: Tx, found: Wanted, origin: Origin) -> Account:
    """The local account; NotFound, or Gone for one that was deleted."""
    if found.is_server:
        account = instance.find_actor(tx, origin)
    elif found.account_id is not None:
        account = accounts.find(tx, found.account_id)
    else:
        account = accounts.find_local(tx, found.username)
    if account is None and names.is_taken(tx, found.username):
        raise Gone("the account was deleted")
    if account is None or not account.local or (account.actor_type is ActorType.APPLICATION) is not found.is_server:
        raise NotFound("account", found.username)
    if account.deleted_at is not None:
        raise Gone("the account was deleted")
    user = users.find(tx, account.id)
    if user is not None and (user.confirmed_at is None or user.approved_at is None):
        raise NotFound("account", found.username)
    return account


def jrd(account: Account, here: Here, rels: list[str]) -> Document:
    """The answer for somebody; the subject is the handle on the account domain, whichever host was asked."""
    links = [
        JrdLink(rel=PROFILE_REL, type="text/html", href=account.url),
        JrdLink(rel="self", type=ACTIVITY_JSON, href=account.uri),
        JrdLink(rel="self", type=LD_ACTIVITY, href=account.uri),
        JrdLink(rel=SUBSCRIBE_REL, template=f"{here.origin}/authorize_interaction?uri={{uri}}"),
        JrdLink(rel=f"{INTENT_REL}Create", template=f"{here.origin}/share?text={{content}}"),
        JrdLink(rel=f"{INTENT_REL}Object", template=f"{here.origin}/authorize_interaction?uri={{object}}"),
    ]
    if account.avatar.key and account.suspended_at is None and account.reach is not Reach.MEMBERS:
        _, kind = check_key(account.avatar.key)
        links.append(JrdLink(rel=AVATAR_REL, type=kind.media_type, href=here.file(account.avatar.key)))
    subject = f"acct:{account.username}@{here.account_domain}"
    return build_jrd(subject=subject, aliases=(account.url, account.uri), links=links, rels=rels)


def server_jrd(account: Account, here: Here, rels: list[str]) -> Document:
    """The answer for the server itself (FEP-d556)."""
    links = [JrdLink(rel=rel, type=ACTIVITY_JSON, href=account.uri) for rel in ("self", SERVICE_REL)]
    subject = f"acct:{here.account_domain}@{here.account_domain}"
    return build_jrd(subject=subject, aliases=(account.uri,), links=links, rels=rels)


ROUTES: Final = (Route("GET", "/.well-known/webfinger", find, Auth.public()),)
