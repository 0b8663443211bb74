"""What a server asks of our signatures: `Accept-Signature` (RFC 9421, section 5).

Source: federation.md, section 3.5.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fedisw.crypto import structured
from fedisw.crypto.keys import Algorithm
from fedisw.crypto.structured import Bare, InnerList, Item, Token
from fedisw.model.errors import Malformed

MAX_ASKED: Final = 16  # components of one wish; a longer one is not fulfilled
MAX_TEXT: Final = 512  # characters of a nonce or a tag
BODILESS: Final = frozenset({"@method", "@target-uri", "@authority", "@scheme", "@path", "@request-target", "host", "date"})
WITH_BODY: Final = BODILESS | {"content-digest", "content-type"}
PARAMETERS: Final = frozenset({"created", "expires", "keyid", "alg", "nonce", "tag"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """One signature that is wanted, as we can make it.

    Attributes:
        label: under which it must come back.
        components: names to be covered, in order.
        key_id: the key that must sign; empty for any.
        names_algorithm: `alg` must be said.
        expires: the signature must say when it ends.
        nonce, tag: to be repeated; empty for none.
    """

    label: str
    components: tuple[str, ...]
    key_id: str = ""
    names_algorithm: bool = False
    expires: bool = False
    nonce: str = ""
    tag: str = ""


def parse(value: str, *, has_body: bool) -> Challenge | None:
    """The first wish that an RSA key over what we send can fulfil; None when there is none, or it cannot be read.

    Args:
        value: of the field `Accept-Signature`.
        has_body: whether the request has one: only then there is a digest to cover.
    """
    try:
        wishes = structured.parse_lists_dictionary(value)
    except Malformed:
        return None
    return next((found for label, wish in wishes.items() if (found := _fit(label, wish, has_body=has_body)) is not None), None)


def _fit(label: str, wish: InnerList, *, has_body: bool) -> Challenge | None:
    known = WITH_BODY if has_body else BODILESS
    components = tuple(_names(wish.items))
    named = wish.parameters
    if len(components) != len(wish.items) or len(set(components)) != len(components) or not known.issuperset(components):
        return None
    if not PARAMETERS.issuperset(named) or named.get("alg", Algorithm.RSA.value) != Algorithm.RSA.value:
        return None
    texts = {name: _text(named.get(name)) for name in ("keyid", "nonce", "tag")}
    if len(components) > MAX_ASKED or any(text is None for text in texts.values()):
        return None
    return Challenge(
        label=label,
        components=components,
        key_id=texts["keyid"] or "",
        names_algorithm="alg" in named,
        expires="expires" in named,
        nonce=texts["nonce"] or "",
        tag=texts["tag"] or "",
    )


def _names(items: tuple[Item, ...]) -> Iterator[str]:
    for item in items:
        if isinstance(item.value, str) and not isinstance(item.value, Token) and not item.parameters:
            yield item.value


def _text(value: Bare | None) -> str | None:
    """A string, "" where there is none; None for anything else."""
    if value is None:
        return ""
    fits = isinstance(value, str) and not isinstance(value, Token) and 0 < len(value) <= MAX_TEXT
    return str(value) if fits else None
