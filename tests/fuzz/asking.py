"""Requests that nobody thought of: any route, method, parameter, body, token and header."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

from fedisw.web.routes import Route
from tests.arch.routes import declared
from tests.fuzz.forms import nonsense, pairs_of, texts, tree_for
from tests.fuzz.wire import Asked
from tests.support.house import NAMES

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")
ODD_PARTS = (
    "0", "-1", "1", "9" * 19, "9" * 30, "%00", "%ff", "%C3%28", "%ED%A0%80", "..", "%2e%2e", "%2F", "%25", "a", "٣", "%D9%A3",
    "1.0", "+1",
    "%20", "1;2", "@amy", "amy@alpha", "null", "undefined", "%0d%0a", "x" * 300, "ungrouped-1", "ungrouped-x", "favourite-1-",
    "[]", "{id}", "1?", "%",
)  # fmt: skip
ODD_HEADERS = (
    (b"Accept", b"application/activity+json"), (b"Accept", b"*/*;q=nan"), (b"Accept", b"text/html"), (b"Accept", b","),
    (b"Accept-Language", b"es-MX,es;q=0.9"), (b"Accept-Language", b"*;q=x,\xff"), (b"Range", b"bytes=9999999999-"), (b"Range",
    b"bytes=0-0,1-1"),
    (b"Range", b"x"), (b"If-None-Match", b"*"), (b"If-None-Match", b"W/\"a"), (b"If-Modified-Since", b"Fri, 32 Foo 99999"),
    (b"Idempotency-Key", b"k"), (b"Idempotency-Key", b"\xff\xfe"), (b"Idempotency-Key", b"k" * 4_000), (b"Cookie",
    b"fedisw_session=x; =; a"),
    (b"Cookie", b"\xff=\xfe"), (b"X-Forwarded-For", b"::1, not an address"), (b"X-Forwarded-Proto", b"gopher"), (b"Origin",
    b"null"),
    (b"Origin", b"https://evil.example"), (b"Access-Control-Request-Method", b"DELETE"), (b"Access-Control-Request-Headers",
    b"a,\tb"),
    (b"Upgrade", b"websocket"), (b"Sec-WebSocket-Protocol", b"x, y"), (b"Sec-WebSocket-Version", b"13"), (b"Sec-WebSocket-Key",
    b"x"),
    (b"Signature", b'keyId="x",headers="",signature="=="'), (b"Signature",
    b'keyId="https://127.0.0.1:1/k#m",headers="date",signature="AA=="'),
    (b"Signature-Input", b'sig1=();created=x'), (b"Digest", b"SHA-256=x"), (b"Content-Digest", b"sha-256=:x:"), (b"Date",
    b"yesterday"),
    (b"Content-Encoding", b"gzip"), (b"Content-Encoding", b"br"), (b"Expect", b"the-unexpected"),
    (b"Mastodon-Async-Refresh-Id", b"\x00"[:0] + b"x"),
    (b"X-Request-Id", b"mine"), (b"Transfer-Encoding", b"identity"), (b"User-Agent", b"\xf0\x9f\x91\x8d"), (b"Last-Event-ID",
    b"9" * 40),
)  # fmt: skip
KINDS = (
    b"application/json", b"application/json; charset=utf-16", b"application/json; charset=nonsense",
    b"application/x-www-form-urlencoded",
    b"application/x-www-form-urlencoded; charset=latin-1", b"multipart/form-data", b"multipart/form-data; boundary=",
    b"multipart/form-data; boundary=x",
    b"text/plain", b"application/activity+json", b"application/ld+json", b"", b"a/b/c", b"\xff",
    b'multipart/form-data; boundary="x', b"multipart/mixed; boundary=x",
)  # fmt: skip
RAW = (
    b"", b"{", b"[]", b"null", b"1", b'"a"', b"[" * 20_000, b'{"a":' * 5_000, b"\xff\xfe", b"\x00", b"a=%ff&b=%",
    b"a[b][c][d][e][f][g][h][i][j]=1",
    b"a[]=1&a[b]=2", b"&=&=", b"--x\r\n\r\n--x--",
    b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n\x89PNG\r\n--x--\r\n",
    b'--x\r\nContent-Disposition: a; name="a[b"\r\nContent-Type: x\r\nContent-Transfer-Encoding: base64\r\n\r\n!!\r\n--x--\r\n',
    b"--x", b"--x--",
    b'{"status":"\\ud800"}', b'{"status":"\\u0000"}', b'{"a":1,"a":2}', b'{"limit":1e999}',
    b"&".join(b"a=1" for _ in range(1_500)),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a request can name: ids that are there, ways to say who one is, addresses by pattern."""

    ids: tuple[str, ...]
    proofs: tuple[tuple[bytes, bytes], ...]
    addresses: dict[str, str]


def requests(known: Known) -> st.SearchStrategy[Asked]:
    """A request; most of them are nearly right."""
    made: dict[Route, st.SearchStrategy[Asked]] = {}

    def to(route: Route) -> st.SearchStrategy[Asked]:
        if route not in made:
            made[route] = _to(route, known)
        return made[route]

    return st.sampled_from(declared()).flatmap(to)


def _to(route: Route, known: Known) -> st.SearchStrategy[Asked]:
    ids = st.sampled_from(known.ids)
    return st.builds(
        _build,
        method=st.sampled_from((route.method,) * 20 + METHODS),
        path=_paths(route, known),
        query=st.one_of(st.just({}), tree_for(route, ids)) if route.method != "GET" else tree_for(route, ids),
        sent=st.one_of(st.none(), tree_for(route, ids))
        if route.method == "GET"
        else st.one_of(tree_for(route, ids), st.none(), nonsense),
        raw=st.sampled_from((None,) * 60 + RAW),
        kind=st.sampled_from(("json", "form", "parts") * 12 + KINDS),
        proof=st.sampled_from(known.proofs[:1] * 20 + known.proofs),
        odd=st.lists(st.sampled_from(ODD_HEADERS), max_size=2, unique_by=lambda header: header[0]),
    )


def _paths(route: Route, known: Known) -> st.SearchStrategy[str]:
    if "{" not in route.path:
        return st.sampled_from((route.path, route.path, route.path, route.path + "/"))
    part = st.one_of(st.sampled_from(known.ids), st.sampled_from(ODD_PARTS), texts.map(_quoted))
    filled = st.lists(part, min_size=3, max_size=3).map(lambda parts: _filled(route.path, parts))
    right = st.just(known.addresses.get(route.path) or _filled(route.path, ["1", "1", "1"]))
    return st.integers(0, 3).flatmap(lambda chance: right if chance else filled)


def _filled(pattern: str, parts: list[str]) -> str:
    left = iter(parts)
    return NAMES.sub(lambda _: next(left), pattern)


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def _build(
    *,
    method: str,
    path: str,
    query: dict[str, Any],
    sent: Any,
    raw: bytes | None,
    kind: str | bytes,
    proof: tuple[bytes, bytes],
    odd: list[tuple[bytes, bytes]],
) -> Asked:
    pairs = urlencode([(_bytes(key), _bytes(value)) for key, value in pairs_of(query)])
    target = path.encode("utf-8") + (b"?" + pairs.encode()[:6_000] if pairs else b"")
    body, media = (raw, kind if isinstance(kind, bytes) else b"application/json") if raw is not None else _body(sent, kind)
    headers = [*odd, *([proof] if proof[0] else [])]
    if body is not None and media:
        headers.append((b"Content-Type", media))
    return Asked(method, target, tuple(headers), body)


def _body(sent: Any, kind: str | bytes) -> tuple[bytes | None, bytes]:
    if sent is None:
        return None, b""
    if kind == "form":
        return urlencode(
            [(_bytes(key), _bytes(value)) for key, value in pairs_of(sent)]
        ).encode(), b"application/x-www-form-urlencoded"
    if kind == "parts":
        head = b'--fuzz\r\nContent-Disposition: form-data; name="'
        parts = [head + _bytes(key).translate(None, b'\r\n"') + b'"\r\n\r\n' + _bytes(value) for key, value in pairs_of(sent)]
        return b"\r\n".join([*parts, b"--fuzz--\r\n"]), b"multipart/form-data; boundary=fuzz"
    return json.dumps(sent).encode(), kind if isinstance(kind, bytes) else b"application/json"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
