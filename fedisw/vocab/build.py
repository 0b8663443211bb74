"""Building activities, collections and tombstones (federation, sections 1.5, 4 and 8.4).

Builders are pure, take plain values and leave `@context` to `context.with_context`, which is called
once on the finished, outermost document. What is None or empty is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from fedisw.vocab.read import Document, Json

ADDRESSING = ("to", "cc", "audience")


def iso(time: datetime) -> str:
    """RFC 3339 in UTC with whole seconds and `Z`; `time` must be aware."""
    if time.tzinfo is None:
        raise ValueError("a time without zone")
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def without_empty(members: Document) -> Document:
    """The members that say something; False and 0 do, None, "" and [] do not."""
    return {name: value for name, value in members.items() if value is not None and value != "" and value != []}


def create(*, actor: str, object: Document, id: str | None = None) -> Document:
    """Create with the addressing and time of its object; its id is `{object}/activity` unless given."""
    return {
        "id": id or f"{object['id']}/activity",
        "type": "Create",
        "actor": actor,
        **_taken(object, "published", *ADDRESSING),
        "object": object,
    }


def update(*, id: str, actor: str, object: Document, to: Sequence[str] = (), cc: Sequence[str] = ()) -> Document:
    """Update of a post or a profile; without `to` and `cc` it is addressed as the object is."""
    addressing = _addressing(to, cc) if to or cc else _taken(object, *ADDRESSING)
    return {"id": id, "type": "Update", "actor": actor, **_taken(object, "updated"), **addressing, "object": object}


def delete(*, id: str, actor: str, object: str, to: Sequence[str], cc: Sequence[str] = ()) -> Document:
    """Delete of a post: a Tombstone stands inside."""
    inside: Document = {"id": object, "type": "Tombstone"}
    return {"id": id, "type": "Delete", "actor": actor, **_addressing(to, cc), "object": inside}


def delete_actor(*, id: str, actor: str, to: Sequence[str]) -> Document:
    """Delete of the actor by itself."""
    return {"id": id, "type": "Delete", "actor": actor, **_addressing(to), "object": actor}


def follow(*, id: str, actor: str, object: str) -> Document:
    """Asks `object` to be followed."""
    return {"id": id, "type": "Follow", "actor": actor, "object": object}


def accept(*, id: str, actor: str, object: Document | str, to: Sequence[str] = (), result: str | None = None) -> Document:
    """Yes to an embedded activity; by its id to an answer, like or boost, whatever form it had."""
    return {
        "id": id,
        "type": "Accept",
        "actor": actor,
        **_addressing(to),
        **without_empty({"result": result}),
        "object": object,
    }


def reject(*, id: str, actor: str, object: Document | str, to: Sequence[str] = ()) -> Document:
    """No to what `accept` says yes to, also after a yes."""
    return {"id": id, "type": "Reject", "actor": actor, **_addressing(to), "object": object}


def undo(*, id: str, actor: str, object: Document, to: Sequence[str] = (), cc: Sequence[str] = ()) -> Document:
    """Takes an embedded activity back (Mastodon cannot undo one given by its id)."""
    return {"id": id, "type": "Undo", "actor": actor, **_addressing(to, cc), "object": object}


def like(*, id: str, actor: str, object: str, to: Sequence[str]) -> Document:
    """Likes a post, addressed to its author."""
    return {"id": id, "type": "Like", "actor": actor, **_addressing(to), "object": object}


def announce(
    *,
    id: str,
    actor: str,
    object: str | Document,
    to: Sequence[str],
    cc: Sequence[str] = (),
    published: datetime | None = None,
    audience: str | None = None,
    approved_by: str = "",
) -> Document:
    """Boost of a post by its id, or a group passing on a whole activity, unchanged and with its own `@context`."""
    return {
        "id": id,
        "type": "Announce",
        "actor": actor,
        **without_empty({"published": iso(published) if published else None}),
        **_addressing(to, cc),
        **without_empty({"audience": audience, "approvedBy": approved_by}),
        "object": object,
    }


def block(*, id: str, actor: str, object: str, to: Sequence[str] = ()) -> Document:
    """Tells a server that one of its people is blocked; only where the member asked for that."""
    return {"id": id, "type": "Block", "actor": actor, **_addressing(to), "object": object}


def flag(*, id: str, actor: str, objects: Sequence[str], content: str, to: Sequence[str]) -> Document:
    """A report by the instance actor about an account and posts."""
    return {"id": id, "type": "Flag", "actor": actor, "content": content, "object": [*objects], **_addressing(to)}


def move(*, id: str, actor: str, target: str, to: Sequence[str]) -> Document:
    """The actor has moved to `target`."""
    return {"id": id, "type": "Move", "actor": actor, "object": actor, "target": target, **_addressing(to)}


def add(*, id: str, actor: str, object: str, target: str, to: Sequence[str] = (), cc: Sequence[str] = ()) -> Document:
    """Puts a post or an actor into a collection of ours."""
    return {"id": id, "type": "Add", "actor": actor, **_addressing(to, cc), "object": object, "target": target}


def remove(*, id: str, actor: str, object: str, target: str, to: Sequence[str] = (), cc: Sequence[str] = ()) -> Document:
    """Takes a post or an actor out of a collection of ours."""
    return {"id": id, "type": "Remove", "actor": actor, **_addressing(to, cc), "object": object, "target": target}


def quote_request(*, id: str, actor: str, object: str, instrument: Document, to: Sequence[str] = ()) -> Document:
    """Asks to quote `object` in the post `instrument`, which is embedded."""
    members: Document = {"object": object, "instrument": instrument}
    return {"id": id, "type": "QuoteRequest", "actor": actor, **_addressing(to), **members}


def tombstone(*, id: str, former_type: str, published: datetime | None = None, deleted: datetime | None = None) -> Document:
    """What a deleted object answers with, status 410."""
    times: Document = {
        "published": iso(published) if published else None,
        "deleted": iso(deleted) if deleted else None,
    }
    return {"id": id, "type": "Tombstone", "formerType": former_type, **without_empty(times)}


def collection(
    *,
    id: str,
    total_items: int | None = None,
    first: str | Document | None = None,
    items: Sequence[str | Document] | None = None,
    ordered: bool = True,
    attributed_to: str | None = None,
) -> Document:
    """A list: with `first` in pages, with `items` whole, with neither only counted."""
    members: Document = {"attributedTo": attributed_to, "totalItems": total_items, "first": first}
    kind = "OrderedCollection" if ordered else "Collection"
    return {"id": id, "type": kind, **without_empty(members), **_items(items, ordered)}


def page(
    *,
    id: str | None,
    part_of: str,
    items: Sequence[str | Document],
    next: str | None = None,
    prev: str | None = None,
    total_items: int | None = None,
    ordered: bool = True,
) -> Document:
    """A part of a list; without `id` it is embedded as `first`."""
    kind = "OrderedCollectionPage" if ordered else "CollectionPage"
    members: Document = {"partOf": part_of, "totalItems": total_items, "next": next, "prev": prev}
    return {**without_empty({"id": id}), "type": kind, **without_empty(members), **_items(items, ordered)}


def _items(items: Sequence[str | Document] | None, ordered: bool) -> Document:
    return {} if items is None else {"orderedItems" if ordered else "items": [*items]}


def _addressing(to: Sequence[str], cc: Sequence[str] = ()) -> Document:
    """Always lists: relays want `to` as one."""
    return without_empty({"to": [*to], "cc": [*cc]})


def _taken(document: Document, *names: str) -> dict[str, Json]:
    return {name: document[name] for name in names if name in document}
