"""Local accounts as actors (federation, sections 2.2 to 2.6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fedisw.crypto import keys as crypto_keys
from fedisw.federation.represent.here import Here
from fedisw.federation.represent.tags import emoji
from fedisw.media.keys import check_key
from fedisw.model.accounts import Account, ActorKey, ActorType, KeyKind, Picture
from fedisw.model.collections import may_feature
from fedisw.text import hashtags
from fedisw.vocab.actors import Actor, Field
from fedisw.vocab.build_actors import build_actor
from fedisw.vocab.context import with_context
from fedisw.vocab.keys import Key
from fedisw.vocab.media import Media
from fedisw.vocab.names import PUBLIC, NoteType
from fedisw.vocab.names import ActorType as WireType
from fedisw.vocab.policies import InteractionPolicy, Rule
from fedisw.vocab.read import Document
from fedisw.vocab.tags import Hashtag, Tags

STUB = ("id", "type", "preferredUsername", "inbox", "publicKey")  # what verifying our signatures needs (section 3.7)


def actor_document(account: Account, keys: Sequence[ActorKey], here: Here) -> Document:
    """The actor with its context; of a suspended account what is left of it (section 1.5)."""
    return with_context(actor(account, keys, here))


def stub_document(account: Account, keys: Sequence[ActorKey], here: Here) -> Document:
    """The part that strict servers need to verify us while they do not sign yet."""
    whole = actor(account, keys, here)
    return with_context({name: whole[name] for name in STUB})


def actor(account: Account, keys: Sequence[ActorKey], here: Here) -> Document:
    """The same without context, to stand inside an Update."""
    if account.actor_type is ActorType.APPLICATION:
        return _instance_actor(account, keys, here)
    shown = account.suspended_at is None
    found = Actor(
        id=account.uri,
        type=WireType(account.actor_type.value),
        inbox=f"{account.uri}/inbox",
        preferred_username=account.username,
        webfinger=f"{account.username}@{here.account_domain}",
        name=account.display_name if shown else "",
        summary=account.note if shown else "",
        url=account.url,
        outbox=f"{account.uri}/outbox",
        shared_inbox=here.shared_inbox,
        followers=f"{account.uri}/followers",
        following=f"{account.uri}/following",
        featured=f"{account.uri}/featured",
        featured_tags=f"{account.uri}/tags",
        approves_followers=account.approves_followers,
        discoverable=account.discoverable and shown,
        indexable=account.indexable and shown,
        memorial=account.memorial,
        suspended=not shown,
        moved_to=account.moved_to_uri or None,
        also_known_as=account.also_known_as if shown else (),
        attribution_domains=account.attribution_domains if shown else (),
        fields=tuple(Field(name=row.name, value=row.value) for row in account.fields) if shown else (),
        icon=_picture(account.avatar, here) if shown else None,
        image=_picture(account.header, here) if shown else None,
        tags=_tags(account, here) if shown else Tags(),
        published=_day(account.created_at),
        updated=account.updated_at,
        policy=InteractionPolicy(can_feature=Rule(automatic=(PUBLIC if may_feature(account) else account.uri,))),
        keys=_keys(account, keys),
    )
    return build_actor(
        found,
        generator=here.instance_actor,
        show_featured=account.shows_featured,
        show_media=account.shows_media,
        show_replies_in_media=account.shows_media_replies,
    )


def _instance_actor(account: Account, keys: Sequence[ActorKey], here: Here) -> Document:
    """The server itself, or the actor that relays know it by, whose Announces carry proofs."""
    return build_actor(
        Actor(
            id=account.uri,
            type=WireType.APPLICATION,
            inbox=f"{account.uri}/inbox",
            preferred_username=account.username,
            name=account.display_name,
            url=account.url,
            outbox=f"{account.uri}/outbox",
            shared_inbox=here.shared_inbox,
            approves_followers=True,
            keys=_keys(account, [key for key in keys if key.kind is KeyKind.RSA or account.uri == here.relay_actor]),
        )
    )


def _keys(account: Account, keys: Sequence[ActorKey]) -> tuple[Key, ...]:
    return tuple(
        Key(id=key.key_id, owner=account.uri, pem=key.public)
        if key.kind is KeyKind.RSA
        else Key(id=key.key_id, owner=account.uri, multibase=crypto_keys.public_multibase(crypto_keys.parse_pem(key.public)))
        for key in keys
    )


def _tags(account: Account, here: Here) -> Tags:
    """Hashtags of the bio, and custom emoji."""
    found = {tag.name: Hashtag(name=tag.shown, href=here.tag(tag.name)) for tag in hashtags.find(account.note_source)}
    return Tags(hashtags=tuple(found.values()), emojis=tuple(emoji(item) for item in account.emojis))


def _picture(picture: Picture, here: Here) -> Media | None:
    if not picture.key:
        return None
    _, kind = check_key(picture.key)
    return Media(kind=NoteType.IMAGE, url=here.file(picture.key), media_type=kind.media_type, description=picture.description)


def _day(moment: datetime) -> datetime:
    """Midnight, as Mastodon sends it: the minute somebody joined is nobody's business."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
