"""RsaSignature2017: signatures over the meaning of a document, as Mastodon makes and forwards them.

Normalising JSON-LD is slow and can be made to take for ever, so PyLD runs in one child process (this file as a
program), which is killed when a document takes longer than a second (SIG-10, dependencies.md section 5). The child has
no network and no contexts but the bundled ones.

What is returned by `verify` is what was hashed: the child expands the document, drops every part that a signature does
not cover (relative and unknown names), hashes the rest, and compacts that same rest.

Source: federation.md, section 3.8; SIG-10.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import re
import resource
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from fedisw.crypto import contexts, keys, ldshape
from fedisw.model.errors import FediswError, Malformed, Unauthenticated, Unreachable
from fedisw.model.urls import authority_of, same_origin

TYPE = "RsaSignature2017"
LIFETIME = timedelta(days=2)  # of ours; and the oldest that is accepted
FUTURE = timedelta(minutes=5)
ACTIVITIES = frozenset({"Create", "Update", "Delete", "Undo", "Announce"})
OPTIONS = frozenset({"@context", "type", "id", "creator", "created", "expires", "nonce", "domain", "signatureValue"})
NOT_SIGNED = frozenset({"type", "id", "signatureValue"})

CHECK_SECONDS = 1.0  # a check that takes longer is stopped and fails
OWN_SECONDS = 10.0  # the same for documents of ours, which nobody made to be slow
OURS = ""  # stands for the host of our own documents
START_SECONDS = 30.0  # importing PyLD takes 0.55 s on an idle machine
MAX_UNDER_WAY = 32  # documents waiting or in work
MAX_PER_HOST = 2  # of them for one host
MAX_ANSWER = 8 * 2**20  # bytes
MEMORY = 2**30  # bytes of address space of the child

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S*")
_LITERAL = ("@value", "@type", "@language")


async def sign(
    document: Mapping[str, object],
    *,
    key: RSAPrivateKey,
    key_id: str,
    now: datetime,
    normaliser: Normaliser,
    lifetime: timedelta | None = LIFETIME,
) -> dict[str, object]:
    """The document with a signature; a proof must be in it before, not after.

    Args:
        lifetime: None leaves `expires` out.

    Raises:
        Malformed: it is signed already.
        Unauthenticated: it is of a shape that nobody should accept signed, or names a context that is not bundled.
        Unreachable: the child process did not answer.
    """
    if "signature" in document:
        raise Malformed("the document has a signature already")
    ldshape.check(document)
    options = {"@context": contexts.IDENTITY, "creator": key_id, "created": _text(now)}
    if lifetime is not None:
        options["expires"] = _text(now + lifetime)
    try:
        hashes, _ = await normaliser.normalise(options, document, host=OURS)
    except TimeoutError as error:
        raise Unreachable("normalising took too long") from error
    signature = await asyncio.to_thread(keys.sign, key, hashes.encode("ascii"))
    value = base64.b64encode(signature).decode("ascii")
    return {**document, "signature": {**options, "type": TYPE, "signatureValue": value}}


async def verify(
    document: Mapping[str, object], *, key: keys.PublicKey, key_id: str, now: datetime, normaliser: Normaliser
) -> dict[str, object]:
    """Check the signature of a document, and give back what was signed.

    Args:
        key_id: id of `key`, a URL, whose owner the caller has found to be the document's actor.

    Returns:
        The compacted form: the only one to act on.

    Raises:
        Malformed: the signature cannot be read.
        Unauthenticated: wrong, too old, expired, of another key, of another origin than the actor, or in a document
            that SIG-10 excludes.
        Unreachable: the child process is busy; try again.
    """
    options, value = _options(document.get("signature"))
    if options.get("creator") != key_id or not isinstance(key, RSAPublicKey):
        raise Unauthenticated("signed with another key")
    _check_times(options, now)
    bare = {name: member for name, member in document.items() if name != "signature"}
    ldshape.check(bare)
    signed = {**options, "@context": contexts.IDENTITY}
    try:
        hashes, compacted = await normaliser.normalise(signed, bare, host=authority_of(key_id))
    except TimeoutError as error:
        raise Unauthenticated("normalising took too long") from error
    if not keys.is_signed(key, signature=value, data=hashes.encode("ascii")):
        raise Unauthenticated("wrong signature")
    _check_claims(compacted, bare, key_id)
    return compacted


def _options(signature: object) -> tuple[dict[str, str], bytes]:
    if not isinstance(signature, dict) or signature.get("type") != TYPE:
        raise Unauthenticated("no signature of a kind that we check")
    if not OPTIONS.issuperset(signature):
        raise Unauthenticated("the signature has parts that are not understood")
    texts = {name: text for name, text in signature.items() if name != "@context" and isinstance(text, str)}
    if len(texts) != len(signature.keys() - {"@context"}):
        raise Malformed("a part of the signature is not text")
    try:
        value = base64.b64decode(texts.get("signatureValue", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("the signature is not base64") from error
    return {name: text for name, text in texts.items() if name not in NOT_SIGNED}, value


def _check_times(options: Mapping[str, str], now: datetime) -> None:
    created = _moment(options.get("created", ""))
    if not now - LIFETIME <= created <= now + FUTURE:
        raise Unauthenticated("the signature is too old or too new")
    if "expires" in options and _moment(options["expires"]) <= now:
        raise Unauthenticated("the signature has expired")


def _check_claims(compacted: Mapping[str, object], document: Mapping[str, object], key_id: str) -> None:
    actor, activity_id = compacted.get("actor"), compacted.get("id")
    if compacted.get("type") not in ACTIVITIES:
        raise Unauthenticated("an LD signature does not count for this type")
    if not isinstance(activity_id, str) or activity_id != document.get("id"):
        raise Unauthenticated("the id is not covered")
    if not isinstance(actor, str) or not same_origin(actor, key_id, activity_id):
        raise Unauthenticated("actor, id and key are not of one origin")


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Malformed("a time of the signature cannot be read") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Normaliser:
    """The child process: started when first needed, one document at a time, killed when it takes too long.

    Close it when the server stops. Belongs to one event loop.

    Attributes:
        seconds: how long one document may take.
    """

    def __init__(self, *, seconds: float = CHECK_SECONDS) -> None:
        self.seconds = seconds
        self._one = asyncio.Lock()
        self._child: asyncio.subprocess.Process | None = None
        self._hosts: Counter[str] = Counter()

    async def normalise(
        self, options: Mapping[str, object], document: Mapping[str, object], *, host: str
    ) -> tuple[str, dict[str, object]]:
        """The 128 characters that are signed, and the part of the document that they cover, compacted.

        Args:
            host: for whom this is done; few at a time for one host, ours wait in line.

        Raises:
            TimeoutError: it took longer than the limit; the child was killed.
            Unauthenticated: not valid JSON-LD, or a context that is not bundled.
            Unreachable: too much under way, or the child broke.
        """
        request = orjson.dumps({"options": options, "document": document})
        if host == OURS:
            async with self._one:
                return _read_answer(await self._ask(request, seconds=max(self.seconds, OWN_SECONDS)))
        if self._hosts[host] >= MAX_PER_HOST or self._hosts.total() >= MAX_UNDER_WAY:
            raise Unreachable("too many LD signatures at once")
        self._hosts[host] += 1
        try:
            async with self._one:
                answer = await self._ask(request, seconds=self.seconds)
        finally:
            self._hosts[host] -= 1
            self._hosts += Counter()  # forget hosts that wait for nothing
        return _read_answer(answer)

    async def warm(self) -> None:
        """Start the child process, which takes half a second; what goes wrong is found by who needs it."""
        with suppress(OSError, Unreachable, Unauthenticated):
            await self.normalise({}, {"type": "Note"}, host=OURS)

    async def close(self) -> None:
        """End the child process."""
        child, self._child = self._child, None
        if child is not None:
            if child.returncode is None:
                child.kill()
            await child.wait()

    async def _ask(self, request: bytes, *, seconds: float) -> bytes:
        try:
            child = self._child
            if child is None or child.returncode is not None:
                child = await self._start()
            if child.stdin is None or child.stdout is None:
                raise Unreachable("the child process has no pipes")
            async with asyncio.timeout(seconds):
                child.stdin.write(request + b"\n")
                await child.stdin.drain()
                answer = await child.stdout.readline()
        except BaseException as error:
            await self.close()  # half an answer may be in the pipe
            if isinstance(error, OSError) and not isinstance(error, TimeoutError):
                raise Unreachable("the child process broke") from error
            raise
        if not answer.endswith(b"\n"):
            await self.close()
            raise Unreachable("the child process ended")
        return answer

    async def _start(self) -> asyncio.subprocess.Process:
        pipe, null = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        self._child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-E", "-s", "-m", "fedisw.crypto.ldsig"),
            stdin=pipe,
            stdout=pipe,
            stderr=null,
            cwd=Path(__file__).parents[2],
            env={},
            limit=MAX_ANSWER,
        )
        if self._child.stdout is None:
            raise Unreachable("the child process has no pipes")
        try:
            async with asyncio.timeout(START_SECONDS):
                greeting = await self._child.stdout.readline()
        except TimeoutError as error:
            raise Unreachable("the child process did not start") from error
        if greeting != b"ready\n":
            raise Unreachable("the child process did not start")
        return self._child


def _read_answer(answer: bytes) -> tuple[str, dict[str, object]]:
    read = orjson.loads(answer)
    if "refused" in read:
        raise Unauthenticated(str(read["refused"]))
    return read["hashes"], read["document"]


# From here on: the child process.


class _JsonLd(Protocol):
    def expand(self, input_: object, options: Mapping[str, object]) -> object: ...
    def compact(self, input_: object, ctx: object, options: Mapping[str, object]) -> object: ...
    def normalize(self, input_: object, options: Mapping[str, object]) -> object: ...


def _load(url: str, _options: Mapping[str, object]) -> Mapping[str, object]:
    document = contexts.bundled(url)
    return {"contextUrl": None, "documentUrl": url, "document": document, "contentType": "application/ld+json"}


def _serve(jsonld: _JsonLd, failure: type[Exception]) -> None:
    """Answer one line for each line, until the other side closes."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    _answer(jsonld, failure, {"options": {"@context": contexts.IDENTITY}, "document": {"@context": contexts.ACTIVITY_STREAMS}})
    sys.stdout.buffer.write(b"ready\n")
    sys.stdout.buffer.flush()
    for line in sys.stdin.buffer:
        answer = _answer(jsonld, failure, orjson.loads(line))
        sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
        sys.stdout.buffer.flush()


def _answer(jsonld: _JsonLd, failure: type[Exception], request: Mapping[str, object]) -> Mapping[str, object]:
    try:
        options, document = (_covered(jsonld.expand(request[name], _call())) for name in ("options", "document"))
        hashes = _hash(jsonld, options) + _hash(jsonld, document)
        return {"hashes": hashes, "document": _full_public(jsonld.compact(document, contexts.reading(), _call()))}
    except (failure, FediswError) as error:
        return {"refused": f"not valid JSON-LD: {type(error).__name__}"}
    except (RecursionError, MemoryError):
        return {"refused": "too much for one document"}


def _call() -> Mapping[str, object]:
    return {"documentLoader": _load, "base": None}


def _hash(jsonld: _JsonLd, expanded: object) -> str:
    options = {**_call(), "algorithm": "URDNA2015", "format": "application/n-quads"}
    return hashlib.sha256(str(jsonld.normalize(expanded, options)).encode("utf-8")).hexdigest()


def _covered(value: object) -> object:
    """The part of an expanded document that becomes RDF; all else is not covered by a signature."""
    if isinstance(value, list):
        return [kept for item in value if (kept := _covered(item)) is not None]
    if not isinstance(value, dict):
        return value
    if "@value" in value:
        return {name: value[name] for name in _LITERAL if name in value}
    if "@list" in value:
        return {"@list": _covered(value["@list"])}
    return _covered_node(value)


def _covered_node(node: Mapping[str, object]) -> dict[str, object] | None:
    if "@id" in node and not _is_absolute(node["@id"]):
        return None
    if not {"@reverse", "@included", "@nest"}.isdisjoint(node):
        raise Unauthenticated("rearranged")
    kept: dict[str, object] = {}
    for name, value in node.items():
        if name == "@id":
            kept[name] = value
        elif name == "@type" and isinstance(value, list):
            kept[name] = [kind for kind in value if _is_absolute(kind)]
        elif name == "@graph" or _is_absolute(name):
            kept[name] = _covered(value)
    return kept


def _is_absolute(name: object) -> bool:
    return isinstance(name, str) and _ABSOLUTE.fullmatch(name) is not None


def _full_public(value: object) -> object:
    """`as:Public`, as compacting writes it, in its full form."""
    if isinstance(value, dict):
        return {name: _full_public(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_full_public(item) for item in value]
    return f"{contexts.ACTIVITY_STREAMS}#Public" if value == "as:Public" else value


if __name__ == "__main__":  # PyLD stays out of the server's own process
    from pyld import jsonld as pyld_jsonld

    _serve(pyld_jsonld, pyld_jsonld.JsonLdError)
