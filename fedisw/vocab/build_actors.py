"""Building actors: members, groups, the server itself (federation, sections 2.2, 2.5 and 2.6)."""

from __future__ import annotations

from fedisw.vocab.actors import Actor
from fedisw.vocab.build import iso, without_empty
from fedisw.vocab.build_notes import attachment, emoji, hashtag, policy_document, source_document
from fedisw.vocab.media import Media
from fedisw.vocab.names import ActorType
from fedisw.vocab.objects import Source
from fedisw.vocab.read import Document, Json

RFC9421_HREF = "https://datatracker.ietf.org/doc/html/rfc9421"
RFC9421_NAME = "RFC-9421: HTTP Message Signatures"


def build_actor(
    actor: Actor,
    *,
    source: Source | None = None,
    generator: str | None = None,
    show_featured: bool | None = None,
    show_media: bool | None = None,
    show_replies_in_media: bool | None = None,
) -> Document:
    """One actor as a document, without `@context`.

    Args:
        actor: with one RSA key (PEM) among its keys and at most one Ed25519 key (multibase). `suspended` is
            sent where true.
        source: what a summary was typed as.
        generator: id of the instance actor; says that we read RFC 9421 (FEP-844e).
    """
    members: Document = {
        "id": actor.id,
        "type": actor.type.value,
        "webfinger": actor.webfinger,
        "preferredUsername": actor.preferred_username,
        "name": actor.name,
        "summary": actor.summary,
        "source": source_document(source),
        "url": actor.url,
        "published": iso(actor.published) if actor.published else None,
        "updated": iso(actor.updated) if actor.updated else None,
        "inbox": actor.inbox,
        "outbox": actor.outbox,
        "followers": actor.followers,
        "following": actor.following,
        "featured": actor.featured,
        "featuredTags": actor.featured_tags,
        "endpoints": {"sharedInbox": actor.shared_inbox} if actor.shared_inbox else None,
        "manuallyApprovesFollowers": actor.approves_followers,
        **_flags(actor),
        "showFeatured": show_featured,
        "showMedia": show_media,
        "showRepliesInMedia": show_replies_in_media,
        "attributionDomains": [*actor.attribution_domains],
        "movedTo": actor.moved_to,
        "alsoKnownAs": [*actor.also_known_as],
        "icon": _picture(actor.icon),
        "image": _picture(actor.image),
        "attachment": [{"type": "PropertyValue", "name": row.name, "value": row.value} for row in actor.fields],
        "tag": [*map(hashtag, actor.tags.hashtags), *map(emoji, actor.tags.emojis)],
        "generator": _generator(generator),
        "interactionPolicy": policy_document(actor.policy),
        **_group(actor),
        **_keys(actor),
    }
    return without_empty(members)


def _flags(actor: Actor) -> Document:
    """Nothing about the server itself: nobody follows or searches it (section 2.6)."""
    if actor.type is ActorType.APPLICATION:
        return {}
    return {
        "discoverable": actor.discoverable,
        "indexable": actor.indexable,
        "memorial": actor.memorial if actor.type is ActorType.PERSON else None,
        "suspended": actor.suspended or None,
    }


def _group(actor: Actor) -> Document:
    """The collection of moderators goes under both names that are read for it (section 2.5)."""
    if actor.type is not ActorType.GROUP:
        return {}
    return {
        "attributedTo": actor.moderators,
        "moderators": actor.moderators,
        "postingRestrictedToMods": actor.posting_restricted_to_mods,
        "sensitive": actor.sensitive,
    }


def _keys(actor: Actor) -> Document:
    """Exactly one `publicKey`: Mastodon before 4.6 reads no list of them (section 3.1)."""
    public = next((key for key in actor.keys if key.pem), None)
    if public is None:
        raise ValueError("an actor without an RSA key")
    assertions: list[Json] = [
        {"id": key.id, "type": "Multikey", "controller": actor.id, "publicKeyMultibase": key.multibase}
        for key in actor.keys
        if key.multibase
    ]
    public_key: Document = {"id": public.id, "owner": actor.id, "publicKeyPem": public.pem}
    return {"publicKey": public_key, "assertionMethod": assertions}


def _picture(media: Media | None) -> Document | None:
    """The description only in `summary`: a profile's picture has no name."""
    if media is None:
        return None
    return {name: value for name, value in attachment(media).items() if name != "name"}


def _generator(actor_id: str | None) -> Document | None:
    if actor_id is None:
        return None
    return {"type": "Application", "id": actor_id, "implements": [{"href": RFC9421_HREF, "name": RFC9421_NAME}]}
