"""What a value says, in few words: the rows of tests/data/recorded.toml."""

from __future__ import annotations

from collections.abc import Mapping

from fedisw.vocab import activities as act
from fedisw.vocab.actors import Actor
from fedisw.vocab.collections import Collection, Page
from fedisw.vocab.documents import Thing
from fedisw.vocab.objects import Note, Tombstone

Row = Mapping[str, str | int | list[str]]
TEXT = 60  # characters of a text that are compared


def described(thing: Thing) -> Row:
    """The key members of a document, without those that are empty."""
    match thing:
        case Note():
            row = {"kind": thing.type.value, "id": thing.id, **_note(thing)}
        case Actor():
            row = {"kind": thing.type.value, "id": thing.id, **_actor(thing)}
        case Tombstone():
            row = {"kind": "Tombstone", "id": thing.id}
        case Collection():
            row = {"kind": "Collection", "id": thing.id, "total": thing.total_items, "items": len(thing.items)}
            row |= {"ids": list(thing.ids), "first": thing.first.next if isinstance(thing.first, Page) else thing.first}
        case Page():
            row = {"kind": "Page", "id": thing.id, "items": len(thing.items), "ids": list(thing.ids)}
            row |= {"part_of": thing.part_of, "next": thing.next}
        case _:
            row = {"kind": _kind(thing), "id": thing.id, "actor": thing.actor, **_activity(thing)}
    return {name: value for name, value in row.items() if value or (value == 0 and value is not False)}


def _note(note: Note) -> dict[str, object]:
    poll, event, quote = note.poll, note.event, note.quote
    return {
        "author": note.attributed_to,
        "channel": note.channel,
        "to": list(note.to),
        "cc": list(note.cc),
        "audience": list(note.audience),
        "url": note.url,
        "name": note.name[:TEXT],
        "summary": note.summary[:TEXT].strip(),
        "content": note.content[:TEXT].strip(),
        "language": note.language,
        "source": note.source.content[:TEXT] if note.source else "",
        "published": note.published.isoformat() if note.published else "",
        "updated": note.updated.isoformat() if note.updated else "",
        "parent": note.in_reply_to,
        "thread": note.context or note.conversation,
        "sensitive": "yes" if note.sensitive else "",
        "mentions": [tag.href or tag.name for tag in note.tags.mentions],
        "hashtags": [tag.name for tag in note.tags.hashtags],
        "emojis": [tag.shortcode for tag in note.tags.emojis],
        "attachments": [f"{media.kind} {media.url} {media.description}".strip() for media in note.attachments],
        "previews": [link.href for link in note.link_attachments],
        "image": note.image.url if note.image else "",
        "icon": note.icon.url if note.icon else "",
        "quote": f"{quote.uri}{' legacy' if quote.is_legacy else ''}" if quote else "",
        "replies": note.replies.id if note.replies else "",
        "seconds": int(note.duration) if note.duration else "",
        "poll": [option.name for option in poll.options] if poll else [],
        "start": event.start.isoformat() if event else "",
        "place": f"{event.place.name}, {event.place.locality}" if event and event.place else "",
    }


def _actor(actor: Actor) -> dict[str, object]:
    return {
        "username": actor.preferred_username,
        "webfinger": actor.webfinger,
        "name": actor.name,
        "url": actor.url,
        "summary": actor.summary[:TEXT].strip(),
        "inbox": actor.inbox,
        "shared_inbox": actor.shared_inbox,
        "outbox": actor.outbox,
        "followers": actor.followers,
        "featured": actor.featured,
        "flags": [
            name
            for name in ("approves_followers", "discoverable", "indexable", "memorial", "suspended", "posting_restricted_to_mods")
            if getattr(actor, name)
        ],
        "fields": [field.name for field in actor.fields],
        "icon": actor.icon.url if actor.icon else "",
        "image": actor.image.url if actor.image else "",
        "emojis": [tag.shortcode for tag in actor.tags.emojis],
        "hashtags": [tag.name for tag in actor.tags.hashtags],
        "keys": [f"{key.id}{'' if key.owner == actor.id else ' of nobody'}" for key in actor.keys],
        "moderators": actor.moderators,
        "owners": list(actor.owners),
        "aliases": list(actor.also_known_as),
        "implements": list(actor.implements),
        "published": actor.published.isoformat() if actor.published else "",
    }


def _kind(thing: act.Activity) -> str:
    inside = getattr(thing, "object", None)
    if isinstance(thing, act.Create):
        inside = thing.objects[0]
    if isinstance(inside, str) or inside is None:
        return type(thing).__name__
    inner = inside.type.value if isinstance(inside, Note | Actor) else _kind(inside)
    return f"{type(thing).__name__}({inner})"


def _activity(thing: act.Activity) -> dict[str, object]:
    inside = getattr(thing, "object", None)
    if isinstance(thing, act.Create):
        inside = thing.objects[0]
    row: dict[str, object] = {}
    if isinstance(inside, str):
        row["object"] = inside
    elif inside is not None:
        row |= {f"inner_{name}": value for name, value in described(inside).items() if name != "kind"}
    if isinstance(thing, act.Flag):
        row["objects"] = list(thing.objects)
    for name in ("target", "content", "summary", "object_type", "message"):
        row[name] = getattr(thing, name, "")
    for name in ("to", "cc", "audience"):
        row[name] = list(getattr(thing, name, ()))
    published = getattr(thing, "published", None)
    row["published"] = published.isoformat() if published else ""
    return row
