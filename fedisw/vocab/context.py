"""The `@context` of what we send (federation, section 2.7).

ActivityStreams, where keys are inside also security/v1, under a proof data-integrity/v2, and one inline object with
the terms used and the prefixes they need. Nothing else: each further address is a fetch for those who read JSON-LD.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fedisw.vocab.names import AS, DATA_INTEGRITY, SECURITY
from fedisw.vocab.read import Document, Json

_ID: Final = "@id"

# Definitions as in federation, sections 2.2, 2.5, 4.3, 4.12, 6.1 and 6.5; `votersCount` as Mastodon has it.
TERMS: Final[Document] = {
    "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
    "movedTo": {"@id": "as:movedTo", "@type": _ID},
    "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": _ID},
    "sensitive": "as:sensitive",
    "Hashtag": "as:Hashtag",
    "ostatus": "http://ostatus.org#",
    "conversation": "ostatus:conversation",
    "toot": "http://joinmastodon.org/ns#",
    "featured": {"@id": "toot:featured", "@type": _ID},
    "featuredTags": {"@id": "toot:featuredTags", "@type": _ID},
    "discoverable": "toot:discoverable",
    "indexable": "toot:indexable",
    "memorial": "toot:memorial",
    "suspended": "toot:suspended",
    "attributionDomains": {"@id": "toot:attributionDomains", "@container": "@set"},
    "showFeatured": "toot:showFeatured",
    "showMedia": "toot:showMedia",
    "showRepliesInMedia": "toot:showRepliesInMedia",
    "Emoji": "toot:Emoji",
    "blurhash": "toot:blurhash",
    "focalPoint": {"@id": "toot:focalPoint", "@container": "@list"},
    "votersCount": "toot:votersCount",
    "schema": "http://schema.org#",
    "PropertyValue": "schema:PropertyValue",
    "value": "schema:value",
    "wf": "https://purl.archive.org/socialweb/webfinger#",
    "webfinger": {"@id": "wf:webfinger", "@type": "http://www.w3.org/2001/XMLSchema#string"},
    "sec": "https://w3id.org/security#",
    "Multikey": "sec:Multikey",
    "assertionMethod": {"@id": "sec:assertionMethod", "@type": _ID, "@container": "@set"},
    "controller": {"@id": "sec:controller", "@type": _ID},
    "publicKeyMultibase": {"@id": "sec:publicKeyMultibase", "@type": "sec:multibase"},
    "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": _ID},
    "quoteUri": "http://fedibird.com/ns#quoteUri",
    "_misskey_quote": "https://misskey-hub.net/ns#_misskey_quote",
    "quoteAuthorization": {"@id": "https://w3id.org/fep/044f#quoteAuthorization", "@type": _ID},
    "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
    "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
    "gts": "https://gotosocial.org/ns#",
    "interactingObject": {"@id": "gts:interactingObject", "@type": _ID},
    "interactionTarget": {"@id": "gts:interactionTarget", "@type": _ID},
    "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": _ID},
    "canQuote": {"@id": "gts:canQuote", "@type": _ID},
    "canReply": {"@id": "gts:canReply", "@type": _ID},
    "canLike": {"@id": "gts:canLike", "@type": _ID},
    "canAnnounce": {"@id": "gts:canAnnounce", "@type": _ID},
    "approvedBy": {"@id": "gts:approvedBy", "@type": _ID},
    "ReplyAuthorization": "gts:ReplyAuthorization",
    "LikeAuthorization": "gts:LikeAuthorization",
    "AnnounceAuthorization": "gts:AnnounceAuthorization",
    "automaticApproval": {"@id": "gts:automaticApproval", "@type": _ID},
    "manualApproval": {"@id": "gts:manualApproval", "@type": _ID},
    "FeatureRequest": "https://w3id.org/fep/7aa9#FeatureRequest",
    "FeatureAuthorization": "https://w3id.org/fep/7aa9#FeatureAuthorization",
    "canFeature": {"@id": "https://w3id.org/fep/7aa9#canFeature", "@type": _ID},
    "implements": {"@id": "https://w3id.org/fep/844e/implements", "@type": _ID, "@container": "@list"},
    "lemmy": "https://join-lemmy.org/ns#",
    "moderators": {"@id": "lemmy:moderators", "@type": _ID},
    "postingRestrictedToMods": "lemmy:postingRestrictedToMods",
    "removeData": "lemmy:removeData",
    "pt": "https://joinpeertube.org/ns#",
    "commentsEnabled": "pt:commentsEnabled",
}
LANGUAGE_MAPS: Final = frozenset({"contentMap", "summaryMap", "nameMap"})  # their members are languages, not terms


def with_context(document: Document, *, proved: bool = False) -> Document:
    """The document with the `@context` that it needs, as its first member; call it last, on the outermost one.

    Args:
        proved: a proof is put on it (federation, section 3.8).
    """
    return {"@context": context_of(document, proved=proved), **document}


def context_of(document: Document, *, proved: bool = False) -> Json:
    """The value of `@context`. A document inside that has its own (a wrapped activity) is not looked into."""
    used = set(_names(document))
    needed = _with_prefixes(used)
    inline = {term: definition for term, definition in TERMS.items() if term in needed}
    parts: list[Json] = [AS]
    if "publicKey" in used:
        parts.append(SECURITY)
    if proved:
        parts.append(DATA_INTEGRITY)
    if inline:
        parts.append(inline)
    return parts if len(parts) > 1 else AS


def _with_prefixes(used: set[str]) -> set[str]:
    prefixes = {prefix for term in used & TERMS.keys() for prefix in _prefixes(TERMS[term])}
    return used | prefixes


def _prefixes(definition: Json) -> Iterator[str]:
    values = definition.values() if isinstance(definition, dict) else [definition]
    return (value.partition(":")[0] for value in values if isinstance(value, str) and ":" in value)


def _names(document: Document) -> Iterator[str]:
    """Names of members and types, in a document of ours: small, and as deep as our builders nest."""
    for name, value in document.items():
        yield name
        if name == "type" and isinstance(value, str):
            yield value
        elif name not in LANGUAGE_MAPS:
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, dict) and "@context" not in item:
                    yield from _names(item)
