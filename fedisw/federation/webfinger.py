"""Handles of other servers: who bears them, checked both ways (federation, section 1.2; ING-14)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final
from urllib.parse import quote

from fedisw.federation import ingest, policy
from fedisw.federation.context import Peer
from fedisw.federation.fetch import PASSING
from fedisw.model.errors import FediswError, Gone, Invalid, NotFound, Unreachable
from fedisw.model.urls import Origin, authority_of
from fedisw.net.answer import Answer
from fedisw.net.limits import JRD_KINDS, XRD_KINDS
from fedisw.vocab.actors import Actor
from fedisw.vocab.webfinger import Jrd, parse_jrd

ACCEPT_JRD: Final = "application/jrd+json, application/json"
MAX_XRD: Final = 65_536  # bytes that are looked at
ACCEPT_XRD: Final = "application/xrd+xml, application/xml, text/xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A handle, as its own host confirms it, and the actor that bears it there."""

    username: str
    host: str
    actor_uri: str


async def look_up(peer: Peer, username: str, host: str) -> Binding:
    """Who bears `username@host`; if the answer names another handle, that one's host is asked and must say the same.

    Raises:
        NotFound: nobody, or nobody on ActivityPub.
        Gone: the account was deleted.
        Invalid: the answer is not to be believed: other subject, our own host, no URL.
        Forbidden, Unreachable, Spent: as fetch.document.
    """
    host = authority_of(f"https://{host}")
    jrd = await _ask(peer, username, host)
    confirmed, told = (username, host), _subject(jrd)
    if not _same(told, confirmed):
        confirmed = told
        jrd = await _ask(peer, *confirmed)
        if not _same(_subject(jrd), confirmed):
            raise Invalid("subject", "is confirmed by nobody")
    uri = jrd.actor
    if uri is None:
        raise NotFound("account")
    if Origin.of(uri).scheme != "https" and not peer.settings.allow_http:
        raise Invalid("links", "lead away from https")
    return Binding(username=confirmed[0], host=confirmed[1], actor_uri=uri)


async def handle_of(peer: Peer, actor: Actor) -> tuple[str, str]:
    """Name and host to show for an actor: the handle it claims if that handle's host agrees, else name@host-of-id."""
    fallback = (actor.preferred_username, authority_of(actor.id))
    claimed = tuple(actor.webfinger.split("@", 1)) if actor.webfinger else fallback
    try:
        bound = await look_up(peer, claimed[0], claimed[1])
    except FediswError:  # whatever is wrong with the handle, the actor itself stands
        return fallback
    return (bound.username, bound.host) if bound.actor_uri == actor.id else fallback


def _subject(jrd: Jrd) -> tuple[str, str]:
    """User and host of the subject, the host as all hosts are written here."""
    if jrd.account is None:
        raise Invalid("subject", "is no account")
    return jrd.account[0], authority_of(f"https://{jrd.account[1]}")


def _same(account: tuple[str, str], other: tuple[str, str]) -> bool:
    return (account[0].lower(), account[1]) == (other[0].lower(), other[1])


async def _ask(peer: Peer, username: str, host: str) -> Jrd:
    if host in peer.own_hosts:
        raise Invalid("handle", "of our own host is not for others")
    await peer.db.read(policy.check_host, host, mode=peer.settings.federation.mode)
    resource = quote(f"acct:{username}@{host}", safe="")
    problem: Unreachable | None = None
    for scheme in _schemes(peer):
        try:
            answer = await _get(peer, f"{scheme}://{host}/.well-known/webfinger?resource={resource}", ACCEPT_JRD, JRD_KINDS)
            if answer.status == 404:
                answer = await _by_host_meta(peer, f"{scheme}://{host}", resource)
        except Unreachable as error:
            problem = error
            continue
        return parse_jrd(ingest.document(answer.body))
    raise problem or NotFound("account")


def _schemes(peer: Peer) -> tuple[str, ...]:
    """https; in development http as well, our own scheme first (NET-11)."""
    if not peer.settings.allow_http:
        return ("https",)
    return ("http", "https") if peer.origin.scheme == "http" else ("https", "http")


async def _get(peer: Peer, url: str, accept: str, kinds: Collection[str]) -> Answer:
    if peer.budget is not None:
        peer.budget.spend()
    answer = await peer.client.get(url, accept=accept, kinds=kinds)
    match answer.status:
        case 200 | 404:
            return answer
        case 410:
            raise Gone("the account was deleted")
        case status if status >= 500 or status in PASSING:
            raise Unreachable(f"answered {status}")
        case _:
            raise NotFound("account")


async def _by_host_meta(peer: Peer, origin: str, resource: str) -> Answer:
    """The other way to the same answer; anything but 200 there is failure."""
    meta = await _get(peer, f"{origin}/.well-known/host-meta", ACCEPT_XRD, XRD_KINDS)
    template = _template(meta.body[:MAX_XRD].decode("utf-8", "replace"))
    if meta.status != 200 or template is None:
        raise NotFound("account")
    answer = await _get(peer, template.replace("{uri}", resource), ACCEPT_JRD, JRD_KINDS)
    if answer.status != 200:
        raise NotFound("account")
    return answer


class _Links(HTMLParser):
    """`Link` elements of an XRD; this parser knows no entities of its own and opens nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.found: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        template = given.get("template") or ""
        if tag == "link" and given.get("rel") == "lrdd" and "{uri}" in template and self.found is None:
            self.found = template


def _template(xml: str) -> str | None:
    links = _Links()
    links.feed(xml)
    return links.found
