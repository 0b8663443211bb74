"""An actor's document to an account with its keys: cleaned, cut to size, nothing else believed than its own server says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from fedisw.crypto import keys
from fedisw.crypto.keys import PublicKey
from fedisw.model.accounts import Account, ActorKey, ActorType, Emoji, Field, KeyKind, Picture, Reach
from fedisw.model.errors import FediswError
from fedisw.model.handles import shown_username
from fedisw.model.urls import same_origin
from fedisw.text.allowed import POST
from fedisw.text.names import clean_name
from fedisw.text.sanitise import clean
from fedisw.vocab.actors import Actor
from fedisw.vocab.keys import Key
from fedisw.vocab.media import Media
from fedisw.vocab.tags import Emoji as EmojiTag

MAX_DESCRIPTION: Final = 1_500  # characters of an avatar's alternative text
MAX_FIELD_NAME: Final = 255  # characters
SHORTCODE: Final = re.compile(r"[\w+.~-]{1,100}")  # of a custom emoji, with letters of all scripts (Misskey)


def account_of(actor: Actor, *, account_id: int, handle: tuple[str, str], now: datetime) -> Account:
    """The account that an actor is, as if it were new: counters and what only we decide (limits) are at rest.

    Args:
        account_id: used if the actor is not stored yet.
        handle: name and host as webfinger.handle_of confirmed them.
    """
    username, host = handle
    return Account(
        id=account_id,
        username=shown_username(username),
        host=host,
        uri=actor.id,
        url=actor.url or actor.id,
        actor_type=ActorType(actor.type.value),
        display_name=clean_name(actor.name),
        note=clean(actor.summary, POST),
        fields=tuple(Field(name=clean_name(row.name, most=MAX_FIELD_NAME), value=clean(row.value, POST)) for row in actor.fields),
        emojis=emojis_of(actor.tags.emojis),
        avatar=_picture(actor.icon),
        header=_picture(actor.image),
        inbox_uri=actor.inbox,
        shared_inbox_uri=actor.shared_inbox or "",
        outbox_uri=actor.outbox or "",
        followers_uri=actor.followers or "",
        following_uri=actor.following or "",
        featured_uri=actor.featured or "",
        approves_followers=actor.approves_followers,
        discoverable=actor.discoverable or False,
        indexable=actor.indexable,
        memorial=actor.memorial,
        reach=Reach.FEDIVERSE if actor.hides_public else Reach.PUBLIC,
        hides_unlisted=actor.hides_unlisted,
        suspended_there=actor.suspended,
        also_known_as=actor.also_known_as,
        attribution_domains=actor.attribution_domains,
        moved_to_uri=actor.moved_to or "",
        created_at=min(actor.published or now, now),
        updated_at=min(actor.updated or now, now),
        fetched_at=now,
    )


def keys_of(actor: Actor, *, account_id: int, now: datetime) -> tuple[ActorKey, ...]:
    """The keys that an actor's own document holds; those of another owner or origin and unusable ones are left out (SIG-9)."""
    found: dict[str, ActorKey] = {}
    for key in actor.keys:
        if (key.owner or actor.id) != actor.id or not same_origin(key.id, actor.id):
            continue
        public = public_key(key)
        if public is not None:
            found.setdefault(key.id, _stored(key.id, public, account_id=account_id, now=now))
    return tuple(found.values())


def public_key(key: Key) -> PublicKey | None:
    """The key itself; None when it is none that is used here (SIG-4)."""
    try:
        return keys.parse_pem(key.pem) if key.pem else keys.parse_multikey(key.multibase)
    except FediswError:
        return None


def key_of(key: Key, *, account_id: int, now: datetime) -> ActorKey | None:
    """A key of a document of its own; whose it is was checked by the caller."""
    public = public_key(key)
    return _stored(key.id, public, account_id=account_id, now=now) if public is not None else None


def emojis_of(tags: Iterable[EmojiTag]) -> tuple[Emoji, ...]:
    """Custom emoji, the first of each name; a name that no software writes is none: clients put it into their pages."""
    named = {tag.shortcode: address_of(tag) for tag in reversed(tuple(tags)) if SHORTCODE.fullmatch(tag.shortcode)}
    return tuple(Emoji(shortcode=name, url=url, static_url=url) for name, url in reversed(named.items()))


def address_of(emoji: EmojiTag) -> str:
    """Where the picture is; the time of its last change stands behind it, so that no copy of an older one is shown."""
    url = emoji.url.partition("#")[0]
    return url if emoji.updated is None else f"{url}#{int(emoji.updated.timestamp())}"


def _stored(key_id: str, public: PublicKey, *, account_id: int, now: datetime) -> ActorKey:
    kind = KeyKind.ED25519 if keys.algorithm_of(public) is keys.Algorithm.ED25519 else KeyKind.RSA
    pem = keys.public_pem(public)
    return ActorKey(key_id=key_id, account_id=account_id, kind=kind, public=pem, created_at=now, fetched_at=now)


def _picture(media: Media | None) -> Picture:
    if media is None:
        return Picture()
    return Picture(remote_url=media.url, description=media.description[:MAX_DESCRIPTION])
