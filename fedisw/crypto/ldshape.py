"""What a document with an LD signature must look like before anything is normalised (SIG-10).

Two dangers: a document that says one thing to JSON-LD and another to a plain reader, and one that is made to keep the
normalisation busy (its work grows as n! with nodes that cannot be told apart).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import orjson

from fedisw.crypto import contexts
from fedisw.model.errors import Unauthenticated

MAX_BLANK_NODES = 64  # objects without id
BODY_KEYWORDS = frozenset({"@context", "@id", "@type", "@value", "@language", "@list", "@set"})
CONTEXT_KEYWORDS = frozenset({"@version", "@protected"})
DEFINITION_KEYWORDS = frozenset({"@id", "@type", "@container"})
CONTAINERS = frozenset({"@list", "@set", "@language"})
COERCIONS = frozenset({"@id", "@vocab"})
ALIASES: Mapping[str, object] = {"id": "@id", "type": "@type"}  # the only names that may stand for a keyword
NOT_NODES = frozenset({"@value", "@list", "@set"})


def check(document: Mapping[str, object]) -> None:
    """Unauthenticated unless the document (without its signature) is of a shape that may be normalised."""
    blank = 0
    for node in _objects(document):
        for name, value in node.items():
            _check_member(name, value)
        if _is_blank(node):
            blank += 1
            _check_siblings(node)
        if "@context" in node:
            _check_context(node["@context"], inline=True)
    if blank > MAX_BLANK_NODES:
        raise Unauthenticated("too many objects without id")


def _objects(value: object) -> Iterator[Mapping[str, object]]:
    """All objects inside `value`, contexts left out. The ingest gate has bounded depth and number (ING-8)."""
    if isinstance(value, dict):
        yield value
        for name, member in value.items():
            if name != "@context":
                yield from _objects(member)
    elif isinstance(value, list):
        for item in value:
            yield from _objects(item)


def _check_member(name: str, value: object) -> None:
    if name.startswith("@") and name not in BODY_KEYWORDS:
        raise Unauthenticated("a keyword that rearranges the document")
    if any(isinstance(text, str) and text.startswith("_:") for text in (name, *_listed(value))):
        raise Unauthenticated("names its nodes itself")


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _is_blank(value: object) -> bool:
    return isinstance(value, dict) and not value.get("id") and not value.get("@id") and NOT_NODES.isdisjoint(value)


def _check_siblings(node: Mapping[str, object]) -> None:
    for value in node.values():
        children = [_plain(child) for child in _listed(value) if _is_blank(child)]
        if len(set(children)) != len(children):
            raise Unauthenticated("equal objects side by side")


def _plain(value: object) -> bytes:
    """One text for objects that mean the same: order of members and lists of one do not count."""
    return orjson.dumps(_unlisted(value), option=orjson.OPT_SORT_KEYS)


def _unlisted(value: object) -> object:
    if isinstance(value, dict):
        return {name: _unlisted(member) for name, member in value.items()}
    if isinstance(value, list):
        return _unlisted(value[0]) if len(value) == 1 else [_unlisted(item) for item in value]
    return value


def _check_context(context: object, *, inline: bool, overruled: bool = False) -> None:
    """What bundled contexts say before ActivityStreams is overruled by it (Fedify begins with that of identities)."""
    parts = _listed(context)
    before = parts[: parts.index(contexts.ACTIVITY_STREAMS)] if contexts.ACTIVITY_STREAMS in parts else []
    for number, part in enumerate(parts):
        if isinstance(part, str):
            _check_context(contexts.bundled(part)["@context"], inline=False, overruled=number < len(before))
        elif isinstance(part, dict):
            for term, definition in part.items():
                _check_term(term, definition, part, inline=inline, overruled=overruled)
        else:
            raise Unauthenticated("a context that is no context")


def _check_term(term: str, definition: object, context: Mapping[str, object], *, inline: bool, overruled: bool) -> None:
    if term.startswith("@"):
        if inline and term not in CONTEXT_KEYWORDS:
            raise Unauthenticated("a context that changes more than terms")
        return
    if inline:
        _check_definition(term, definition)
    known = None if overruled else _known_terms().get(term)
    if known is not None and _meaning(definition, context) != known:
        raise Unauthenticated("a context gives a known term another meaning")


def _check_definition(term: str, definition: object) -> None:
    if definition is None or isinstance(definition, str):
        target, coercion, containers = definition, None, []
    elif isinstance(definition, dict) and DEFINITION_KEYWORDS.issuperset(definition):
        target, coercion = definition.get("@id"), definition.get("@type")
        containers = _listed(definition.get("@container") or [])
    else:
        raise Unauthenticated("a term is defined in a way that is not accepted")
    if _is_keyword(target) and ALIASES.get(term) != target:
        raise Unauthenticated("a term stands for a keyword")
    if _is_keyword(coercion) and coercion not in COERCIONS:
        raise Unauthenticated("a term has a type that is not accepted")
    if any(container not in CONTAINERS for container in containers):
        raise Unauthenticated("a term has a container that is not accepted")


def _is_keyword(value: object) -> bool:
    return value is not None and (not isinstance(value, str) or value.startswith("@"))


def _meaning(definition: object, context: Mapping[str, object]) -> tuple[object, object, object]:
    if isinstance(definition, dict):
        return (
            _expanded(definition.get("@id"), context),
            _expanded(definition.get("@type"), context),
            definition.get("@container"),
        )
    return _expanded(definition, context), None, None


def _expanded(name: object, context: Mapping[str, object]) -> object:
    """`as:Note` to its full form, by the prefixes of `context`, else by those of ActivityStreams."""
    if not isinstance(name, str) or name.startswith("@"):
        return name
    prefix, found, rest = name.partition(":")
    if not found or rest.startswith("//"):
        return name
    full = context.get(prefix, _activity_streams().get(prefix))
    full = full.get("@id") if isinstance(full, dict) else full
    return full + rest if isinstance(full, str) else name


def _activity_streams() -> Mapping[str, object]:
    context = contexts.bundled(contexts.ACTIVITY_STREAMS)["@context"]
    return context if isinstance(context, dict) else {}


@cache
def _known_terms() -> Mapping[str, tuple[object, object, object]]:
    """What each term of ActivityStreams means: IRI, type, container."""
    context = _activity_streams()
    return {term: _meaning(definition, context) for term, definition in context.items() if not term.startswith("@")}
