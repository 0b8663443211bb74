"""What other software insists on when something of ours arrives: each check says what it has against a request, or "".

What is asked of everybody is true of all of them: a signature that holds over what is covered, made with the key that our
actor shows; an inbox that exists; JSON of the right type. The others are what appendix A of the federation reference tells.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.support.peers import AS, PUBLIC, Document

AJ = "application/activity+json"
LD = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
MEMBER = re.compile(r'(\w+)=(?:"([^"]*)"|(\d+))')
ACTIVITIES = frozenset({"Create", "Update", "Delete", "Announce", "Like", "Follow", "Accept", "Reject", "Undo", "Add", "Remove"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One request of ours as a peer has it; `document` is None where there is no body."""

    host: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    document: Document | None = None

    @property
    def signature(self) -> dict[str, str]:
        """The members of the cavage signature; empty when there is none."""
        found = MEMBER.findall(self.headers.get("Signature", ""))
        return {name: text or number for name, text, number in found}

    @property
    def covered(self) -> list[str]:
        """Names of what is signed."""
        return self.signature.get("headers", "date").split()


Insist = Callable[[Arrived], str]


def broken_signature(arrived: Arrived, pem: str) -> str:
    """What is wrong with a draft-cavage signature, computed here anew (RFC 9421 is not read by these peers)."""
    given = arrived.signature
    if "Signature-Input" in arrived.headers or not {"keyId", "signature", "headers"} <= given.keys():
        return "not a draft-cavage signature"
    wanted = {"(request-target)", "host", "date"} | ({"digest"} if arrived.method == "POST" else set())
    if not wanted <= set(arrived.covered):
        return f"does not cover {sorted(wanted - set(arrived.covered))}"
    if arrived.method == "POST" and arrived.headers.get("Digest") != f"SHA-256={_hash(arrived.body)}":
        return "the digest is of another body"
    lines = [_line(arrived, name) for name in arrived.covered]
    key = load_pem_public_key(pem.encode())
    assert isinstance(key, RSAPublicKey)
    try:
        key.verify(base64.b64decode(given["signature"]), "\n".join(lines).encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        return "the signature does not hold"
    return ""


def _line(arrived: Arrived, name: str) -> str:
    value = f"{arrived.method.lower()} {arrived.target}" if name == "(request-target)" else arrived.headers[name]
    return f"{name}: {value}"


def _hash(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def activity(arrived: Arrived) -> str:
    """Everybody: an activity with context, its own id, one actor of the id's host, and something it is about."""
    document = arrived.document
    if document is None:
        return ""
    if not arrived.headers.get("Content-Type", "").startswith((AJ, "application/ld+json")):
        return "not the type of an activity"
    if AS not in _many(document.get("@context")):
        return "no context of ActivityStreams"
    if document.get("type") not in ACTIVITIES:
        return f"not an activity: {document.get('type')}"
    missing = [name for name in ("id", "actor", "object") if not document.get(name)]
    if missing:
        return f"without {missing}"
    return _odd_addresses(document) or _odd_addresses(document["object"])


def _odd_addresses(thing: Any) -> str:
    """Only the full name of Public, nothing secret, nothing twice."""
    if not isinstance(thing, dict):
        return ""
    named = [*_many(thing.get("to")), *_many(thing.get("cc"))]
    if {"as:Public", "Public"} & set(named) or {"bto", "bcc"} & thing.keys():
        return "addressed as nobody should be"
    return "somebody is addressed twice" if len(set(named)) < len(named) else ""


def actor_is_text(arrived: Arrived) -> str:
    """Threads fails on an embedded actor, of the activity and of what stands inside."""
    document = arrived.document or {}
    inside = document.get("object")
    actors = [document.get("actor", ""), *([inside.get("actor", "")] if isinstance(inside, dict) else [])]
    return "" if all(isinstance(item, str) for item in actors) else "the actor is not a text"


def whole_inside(arrived: Arrived) -> str:
    """Mastodon: what is accepted, rejected or undone stands inside, with its actor and object."""
    document = arrived.document or {}
    if document.get("type") not in ("Accept", "Reject", "Undo"):
        return ""
    inside = document["object"]
    whole = isinstance(inside, dict) and {"id", "type", "actor", "object"} <= inside.keys()
    return "" if whole else "what it is about is only named"


def addresses_are_lists(arrived: Arrived) -> str:
    """Lemmy: `to` and `cc` are arrays wherever they stand; a post and what creates, changes or deletes it have a `to`."""
    document = arrived.document or {}
    things = [thing for thing in (document, document.get("object")) if isinstance(thing, dict)]
    if any(not isinstance(thing[name], list) for thing in things for name in ("to", "cc") if name in thing):
        return "an address is not a list"
    if document.get("type") in ("Create", "Update") and not all("to" in thing and "cc" in thing for thing in things):
        return "to and cc are missing"
    return "to is missing" if document.get("type") == "Delete" and "to" not in document else ""


def lemmy_objects(arrived: Arrived) -> str:
    """Lemmy: a note's attachments are links, images or documents in an array; times are RFC 3339; a vote names an id."""
    document = arrived.document or {}
    thing = document.get("object")
    if document.get("type") in ("Like", "Announce", "Follow") and not isinstance(thing, str):
        return "it is not about an id"
    if not isinstance(thing, dict) or thing.get("type") not in ("Note", "Page", "Question"):
        return ""
    if not isinstance(thing.get("attributedTo"), str) or not isinstance(thing.get("content", ""), str):
        return "author or text is not one text"
    attached = thing.get("attachment", [])
    if not isinstance(attached, list) or {item["type"] for item in attached} - {"Link", "Image", "Document"}:
        return "an attachment that it cannot read"
    if not isinstance(thing.get("tag", []), list):
        return "tags are not a list"
    times = [thing[name] for name in ("published", "updated") if name in thing]
    rfc3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
    return "" if all(rfc3339.fullmatch(time) for time in times) else "a time that it cannot read"


def misskey_limits(arrived: Arrived) -> str:
    """Misskey: 64 KiB; the host that it is known by; the activity and its actor are of one host; a digest is signed."""
    if len(arrived.body) > 64 * 1024:
        return "too long"
    if arrived.headers.get("Host") != arrived.host:
        return "meant for another host"
    document = arrived.document or {}
    if document and _host(document["id"]) != _host(document["actor"]):
        return "an activity of another host than its actor"
    return "" if arrived.method == "GET" or "digest" in arrived.covered else "the digest is not signed"


def known_accept(arrived: Arrived) -> str:
    """GoToSocial answers 406 to who asks for something else than ActivityPub; Threads likewise."""
    if arrived.method != "GET":
        return ""
    return "" if AJ in arrived.headers.get("Accept", "") or LD in arrived.headers.get("Accept", "") else "asks for another type"


def public_is_in_to_or_cc(arrived: Arrived) -> str:
    """Friendica, PeerTube and Mobilizon take only public boosts and posts: Public stands in `to` or `cc`, in an array."""
    document = arrived.document or {}
    if document.get("type") not in ("Announce", "Create"):
        return ""
    named = [*_many(document.get("to")), *_many(document.get("cc"))]
    is_vote = isinstance(document["object"], dict) and "content" not in document["object"]
    return "" if PUBLIC in named or is_vote else "not public"


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _host(uri: str) -> str:
    return uri.split("/")[2]
