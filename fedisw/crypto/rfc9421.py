"""HTTP message signatures: RFC 9421, the part that fediverse servers use.

Source: federation.md, section 3.4; SIG-3, SIG-4, SIG-7.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qsl, quote

from fedisw.crypto import digest, keys, structured
from fedisw.crypto.challenge import Challenge
from fedisw.crypto.keys import Algorithm, PrivateKey
from fedisw.crypto.signed import Request, Scheme, Signed, as_bytes
from fedisw.crypto.structured import Bare, InnerList, Item, Token
from fedisw.model.errors import Malformed, Unauthenticated

LABEL = "sig1"
MAX_COVERED = 64  # components of one signature
LIFE = 300  # seconds until a signature of ours ends, where the peer wants it to
NOTHING: Mapping[str, str] = {}


def parse(request: Request) -> Signed:
    """Read the signature of a request and see that it covers what it must; nothing is verified yet.

    Raises:
        Malformed: broken syntax, or a repeated field.
        Unauthenticated: no signature, several, or one that is too weak to prove anything (SIG-3, SIG-4).
    """
    listed = _only(structured.parse_lists_dictionary(_field(request, "signature-input")))
    label, covered = listed
    signatures = structured.parse_bytes_dictionary(_field(request, "signature"))
    if set(signatures) != {label}:
        raise Unauthenticated("Signature and Signature-Input have different labels")
    covers = tuple(_name(item) for item in covered.items)
    _check_coverage(request, covers)
    created = _seconds(covered.parameters, "created")
    if created is None:
        raise Unauthenticated("the signature says no time")
    return Signed(
        scheme=Scheme.RFC9421,
        key_id=_key_id(covered.parameters),
        algorithm=_algorithm(covered.parameters),
        covers=covers,
        times=(created,),
        expires=_seconds(covered.parameters, "expires"),
        signature=signatures[label],
        bases=(_base(request, covered),),
    )


def sign(
    *,
    method: str,
    url: str,
    key_id: str,
    key: PrivateKey,
    now: datetime,
    body_sha256: bytes | None = None,
    headers: Mapping[str, str] = NOTHING,
    challenge: Challenge | None = None,
) -> dict[str, str]:
    """Sign a request that is to be sent now, in the shape that Mastodon wants; call it in a thread.

    Args:
        url: what is asked for; the client must send its path and query unchanged.
        body_sha256: digest of the body; needed for POST.
        headers: more fields to send; covered only where `challenge` names them.
        challenge: what the peer wants covered and said besides.

    Returns:
        All fields to send: `Host`, `headers`, perhaps `Date` and `Content-Digest`, `Signature-Input` and `Signature`.

    Raises:
        Invalid: `url` is no URL of a server.
        Malformed: `key_id` is not printable ASCII.
    """
    fields, needed = dict(headers), ["@method", "@target-uri"]
    if body_sha256 is not None:
        fields["Content-Digest"] = digest.content_digest_value(body_sha256)
        needed.append("content-digest")
    wanted = challenge.components if challenge is not None else ()
    if "date" in wanted:
        fields["Date"] = format_datetime(now.astimezone(UTC), usegmt=True)
    components = tuple(dict.fromkeys((*wanted, *needed)))
    request = Request.to(method=method, url=url, headers=fields.items())
    named = _named(challenge, key_id=key_id, key=key, created=int(now.timestamp()))
    label = challenge.label if challenge is not None else LABEL
    return {"Host": request.authority, **fields, **signature_fields(request, components, named, key=key, label=label)}


def _named(challenge: Challenge | None, *, key_id: str, key: PrivateKey, created: int) -> dict[str, str | int]:
    """The parameters of a signature of ours, in their order."""
    named: dict[str, str | int] = {"created": created, "keyid": key_id}
    if challenge is None:
        return named
    if challenge.expires:
        named["expires"] = created + LIFE
    if challenge.names_algorithm:
        named["alg"] = keys.algorithm_of(key).value
    return named | {name: text for name, text in (("nonce", challenge.nonce), ("tag", challenge.tag)) if text}


def signature_fields(
    request: Request, components: Sequence[str], named: Mapping[str, str | int], *, key: PrivateKey, label: str = LABEL
) -> dict[str, str]:
    """`Signature-Input` and `Signature` over exactly `components`, with the parameters `named` in their order."""
    listed = "(" + " ".join(structured.quote(name) for name in components) + ")"
    for name, value in named.items():
        listed += f";{name}={value if isinstance(value, int) else structured.quote(value)}"
    _, covered = _only(structured.parse_lists_dictionary(f"{label}={listed}"))
    signature = base64.b64encode(keys.sign(key, _base(request, covered))).decode("ascii")
    return {"Signature-Input": f"{label}={listed}", "Signature": f"{label}=:{signature}:"}


def _field(request: Request, name: str) -> str:
    value = request.one(name)
    if value is None:
        raise Unauthenticated("not signed")
    return value


def _only(listed: Mapping[str, InnerList]) -> tuple[str, InnerList]:
    if len(listed) != 1:
        raise Unauthenticated("more than one signature")
    return next(iter(listed.items()))


def _name(item: Item) -> str:
    if not isinstance(item.value, str) or isinstance(item.value, Token) or item.value != item.value.lower():
        raise Malformed("a component is not a name in lower case")
    if item.parameters and (item.value != "@query-param" or set(item.parameters) != {"name"}):
        raise Unauthenticated("a component has parameters that are not understood")
    return item.value


def _check_coverage(request: Request, covers: tuple[str, ...]) -> None:
    parts = {"@authority", "@path"} if request.query is None else {"@authority", "@path", "@query"}
    whole = "@target-uri" in covers or parts.issubset(covers)
    bodiless = request.method in ("GET", "HEAD")
    if "@method" not in covers or not whole or not (bodiless or "content-digest" in covers):
        raise Unauthenticated("the signature covers too little")


def _seconds(named: Mapping[str, Bare], name: str) -> int | None:
    value = named.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise Malformed(f"{name} is not a number of seconds")
    return value


def _key_id(named: Mapping[str, Bare]) -> str:
    value = named.get("keyid")
    if value is None:
        raise Unauthenticated("the signature names no key")
    if not isinstance(value, str) or isinstance(value, Token):
        raise Malformed("keyid is not a string")
    return value


def _algorithm(named: Mapping[str, Bare]) -> Algorithm | None:
    match named.get("alg"):
        case None:
            return None
        case Algorithm.RSA.value:
            return Algorithm.RSA
        case Algorithm.ED25519.value:
            return Algorithm.ED25519
        case _:
            raise Unauthenticated("algorithm is not accepted")


def _base(request: Request, covered: InnerList) -> bytes:
    """The signature base; names and parameters stand in it as they were received."""
    lines = dict[str, str]()
    if len(covered.items) > MAX_COVERED:
        raise Malformed("too many components")
    for item in covered.items:
        if item.raw in lines:
            raise Malformed("a component is repeated")
        lines[item.raw] = _value(request, item)
    lines['"@signature-params"'] = covered.raw
    return as_bytes("\n".join(f"{name}: {value}" for name, value in lines.items()))


def _value(request: Request, item: Item) -> str:
    match item.value:
        case "@method":
            return request.method
        case "@target-uri":
            return f"{request.scheme}://{request.authority}{request.target}"
        case "@authority":
            return request.authority
        case "@scheme":
            return request.scheme
        case "@path":
            return request.path
        case "@query":
            return f"?{request.query or ''}"
        case "@request-target":
            return request.target
        case "@query-param":
            return _query_parameter(request, item)
        case str(name) if not name.startswith("@"):
            return request.joined(name)
        case _:
            raise Unauthenticated("a component is not understood")


def _query_parameter(request: Request, item: Item) -> str:
    """RFC 9421, section 2.2.8: the one value of this name, percent-encoded again."""
    values = list(_query_values(request, item.parameters.get("name")))
    if len(values) != 1:
        raise Unauthenticated("a query parameter is missing or repeated")
    return values[0]


def _query_values(request: Request, name: Bare | None) -> Iterator[str]:
    for found, value in parse_qsl(request.query or "", keep_blank_values=True):
        if quote(found, safe="*-._") == name:
            yield quote(value, safe="*-._")
