"""Reading activities: one parse_* each and `parse_activity` for all (federation, section 4).

All raise Invalid for a document that lacks what its type cannot do without. What is embedded counts as
its id where it cannot be read, or where only the id is to be believed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypedDict

from fedisw.model.errors import Invalid
from fedisw.vocab import activities as act
from fedisw.vocab import limits, names, read
from fedisw.vocab.actors import Actor, parse_actor
from fedisw.vocab.objects import Note, Tombstone, parse_note, parse_other, parse_tombstone
from fedisw.vocab.read import Document, Json
from fedisw.vocab.tags import Emoji, Hashtag, as_hashtag, parse_tags


class _Common(TypedDict):
    id: str | None
    actor: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    audience: tuple[str, ...]
    published: datetime | None


class _Reaction(TypedDict):
    content: str
    emoji: Emoji | None


class _Target(TypedDict):
    object: str | None
    target: str
    hashtag: Hashtag | None


def parse_activity(document: Document, *, depth: int = 1) -> act.Activity:
    """Read any activity; Ignored for types that we do not know (security ING-9).

    Args:
        depth: 1 for a document of its own, 2 for one inside another; over 3 it counts as its id.

    Raises:
        Invalid: the type is known, and the document lacks what it needs.
    """
    kind = read.kind(document)
    reader = READERS.get(kind) if kind is not None else None
    if reader is None:
        return _ignored(document)
    return reader(document, depth)


def parse_create(document: Document, depth: int = 1) -> act.Create | act.Ignored:
    """Ignored when nothing inside is of a type that we know."""
    objects: list[Note | Tombstone | str] = []
    problem: Invalid | None = None
    for value in read.as_list(document.get("object"), limits.OBJECTS):
        try:
            thing = _thing(value)
        except Invalid as error:  # one unreadable vote must not take the others with it (LIM-2)
            problem = error
            continue
        if thing is not None and not isinstance(thing, Actor):
            objects.append(_addressed(thing, document))
    if objects:
        return act.Create(**_common(document), objects=tuple(objects))
    if problem is not None:
        raise problem
    return _ignored(document)


def parse_update(document: Document, depth: int = 1) -> act.Update | act.Ignored:
    """Ignored when the object is of a type that we do not know."""
    value = next(iter(read.as_list(document.get("object"))), None)
    thing = _thing(value)
    if thing is not None:
        return act.Update(**_common(document), object=thing if isinstance(thing, Actor) else _addressed(thing, document))
    return _ignored(document)


def _addressed(thing: Note | Tombstone | str, document: Document) -> Note | Tombstone | str:
    """A post that says nowhere whom it is for is for those to whom its activity is addressed (Discourse), as Mastodon has it."""
    if not isinstance(thing, Note) or thing.to or thing.cc:
        return thing
    return replace(thing, to=read.as_recipients(document.get("to")), cc=read.as_recipients(document.get("cc")))


def parse_delete(document: Document, depth: int = 1) -> act.Delete:
    """An id, a Tombstone, or the whole object."""
    value = document.get("object")
    return act.Delete(
        **_common(document),
        object=read.require_ref(document, "object"),
        object_type=read.kind(read.as_object(value)) or "",
        summary=read.as_natural(document, "summary", limits.REASON),
        removes_data=read.as_bool(document.get("removeData")) or False,
    )


def parse_follow(document: Document, depth: int = 1) -> act.Follow:
    """Every recorded Follow has a plain id as `object`; a relay's has Public."""
    target = next((uri for item in read.as_list(document.get("object")) if (uri := read.as_recipient(item))), None)
    if target is None:
        raise Invalid("object", "must name an id")
    return act.Follow(**_common(document), object=target)


def parse_accept(document: Document, depth: int = 1) -> act.Accept:
    """Of a Follow by id, embedded, or with nothing but `actor` and `object` inside (section 4.6)."""
    result = read.as_id(document.get("result"))
    return act.Accept(**_common(document), object=_answered(document, depth), result=result)


def parse_reject(document: Document, depth: int = 1) -> act.Reject:
    """As Accept."""
    return act.Reject(**_common(document), object=_answered(document, depth))


def parse_undo(document: Document, depth: int = 1) -> act.Undo:
    """The original embedded, or its id."""
    summary = read.as_natural(document, "summary", limits.REASON)
    return act.Undo(**_common(document), object=_inner(document, depth), summary=summary)


def parse_like(document: Document, depth: int = 1) -> act.Like:
    """With `content`, or `_misskey_reaction`, it is a reaction."""
    return act.Like(**_common(document), object=read.require_ref(document, "object"), **_reaction(document))


def parse_emoji_react(document: Document, depth: int = 1) -> act.EmojiReact:
    """Invalid without `content`."""
    reaction = _reaction(document)
    if not reaction["content"]:
        raise Invalid("content", "must not be empty")
    return act.EmojiReact(**_common(document), object=read.require_ref(document, "object"), **reaction)


def parse_dislike(document: Document, depth: int = 1) -> act.Dislike:
    """Of a post by id."""
    return act.Dislike(**_common(document), object=read.require_ref(document, "object"))


def parse_announce(document: Document, depth: int = 1) -> act.Announce:
    """Of an id, an embedded post (its id), or an activity (group traffic)."""
    approved_by = read.as_id(document.get("approvedBy"))
    return act.Announce(**_common(document), object=_inner(document, depth), approved_by=approved_by)


def parse_block(document: Document, depth: int = 1) -> act.Block:
    """`endTime` was `expires` in older Lemmy."""
    return act.Block(
        **_common(document),
        object=read.require_ref(document, "object"),
        target=read.as_id(document.get("target")),
        summary=read.as_natural(document, "summary", limits.REASON),
        end=read.as_time(document.get("endTime")) or read.as_time(document.get("expires")),
        removes_data=read.as_bool(document.get("removeData")) or False,
    )


def parse_flag(document: Document, depth: int = 1) -> act.Flag:
    """The reason is `content`, or `summary` (Lemmy, Mbin); Invalid when it says nothing at all."""
    objects = read.as_ids(document.get("object"), limits.OBJECTS)
    content = read.as_natural(document, "content", limits.FLAG_COMMENT)
    content = content or read.as_natural(document, "summary", limits.FLAG_COMMENT)
    if not objects and not content:
        raise Invalid("object", "must name what is reported")
    return act.Flag(**_common(document), objects=objects, content=content)


def parse_move(document: Document, depth: int = 1) -> act.Move:
    """Old id and new id."""
    return act.Move(**_common(document), object=read.require_ref(document, "object"), target=read.require_ref(document, "target"))


def parse_add(document: Document, depth: int = 1) -> act.Add:
    """An id or a Hashtag into a collection."""
    return act.Add(**_common(document), **_target(document))


def parse_remove(document: Document, depth: int = 1) -> act.Remove:
    """An id or a Hashtag out of a collection."""
    return act.Remove(**_common(document), **_target(document))


def parse_join(document: Document, depth: int = 1) -> act.Join:
    """Of an event or a group; Mobilizon sends a `participationMessage`."""
    message = read.as_natural(document, "participationMessage", limits.REASON)
    return act.Join(**_common(document), object=read.require_ref(document, "object"), message=message)


def parse_leave(document: Document, depth: int = 1) -> act.Leave:
    """Of an event or a group."""
    return act.Leave(**_common(document), object=read.require_ref(document, "object"))


def parse_invite(document: Document, depth: int = 1) -> act.Invite:
    """Of `target` to `object`."""
    target = read.as_id(document.get("target"))
    return act.Invite(**_common(document), object=read.require_ref(document, "object"), target=target)


def parse_quote_request(document: Document, depth: int = 1) -> act.QuoteRequest:
    """The quoting post embedded, or its id."""
    return act.QuoteRequest(**_common(document), object=read.require_ref(document, "object"), instrument=_instrument(document))


def parse_feature_request(document: Document, depth: int = 1) -> act.FeatureRequest:
    """The account and the collection by id."""
    instrument = read.require_ref(document, "instrument")
    return act.FeatureRequest(**_common(document), object=read.require_ref(document, "object"), instrument=instrument)


def parse_interaction_request(document: Document, depth: int = 1) -> act.InteractionRequest:
    """The post by id, an answer embedded or, as a like or boost, by its id."""
    return act.InteractionRequest(
        **_common(document),
        type=read.kind(document, names.INTERACTION_REQUESTS) or "",
        object=read.require_ref(document, "object"),
        instrument=_instrument(document),
    )


def parse_lock(document: Document, depth: int = 1) -> act.Lock:
    """Of a post by id."""
    summary = read.as_natural(document, "summary", limits.REASON)
    return act.Lock(**_common(document), object=read.require_ref(document, "object"), summary=summary)


def parse_warn(document: Document, depth: int = 1) -> act.Warn:
    """About a post by id."""
    summary = read.as_natural(document, "summary", limits.REASON)
    return act.Warn(**_common(document), object=read.require_ref(document, "object"), summary=summary)


def parse_resolve(document: Document, depth: int = 1) -> act.Resolve:
    """Of a Flag, embedded or by id."""
    return act.Resolve(**_common(document), object=_inner(document, depth))


def parse_offer(document: Document, depth: int = 1) -> act.Offer:
    """Of a Follow, embedded or by id."""
    return act.Offer(**_common(document), object=_inner(document, depth))


READERS: Mapping[str, Callable[[Document, int], act.Activity]] = {
    "Create": parse_create,
    "Update": parse_update,
    "Delete": parse_delete,
    "Follow": parse_follow,
    "Accept": parse_accept,
    "Reject": parse_reject,
    "Undo": parse_undo,
    "Like": parse_like,
    "EmojiReact": parse_emoji_react,
    "Dislike": parse_dislike,
    "Announce": parse_announce,
    "Block": parse_block,
    "Flag": parse_flag,
    "Move": parse_move,
    "Add": parse_add,
    "Remove": parse_remove,
    "Join": parse_join,
    "Leave": parse_leave,
    "Invite": parse_invite,
    "QuoteRequest": parse_quote_request,
    "FeatureRequest": parse_feature_request,
    "ReplyRequest": parse_interaction_request,
    "LikeRequest": parse_interaction_request,
    "AnnounceRequest": parse_interaction_request,
    "Lock": parse_lock,
    "Warn": parse_warn,
    "Resolve": parse_resolve,
    "Offer": parse_offer,
}


def _common(document: Document) -> _Common:
    return {
        "id": read.own_id(document),
        "actor": _actor(document),
        "to": read.as_recipients(document.get("to")),
        "cc": read.as_recipients(document.get("cc")),
        "audience": read.as_recipients(document.get("audience")),
        "published": read.as_time(document.get("published")),
    }


def _actor(document: Document) -> str:
    """Exactly one: with several it would be open who has to have signed."""
    actors = read.as_list(document.get("actor"))
    if len(actors) != 1:
        raise Invalid("actor", "must name one actor")
    return read.require_ref(document, "actor")


def _ignored(document: Document) -> act.Ignored:
    kinds = ",".join(read.as_texts(document.get("type"), limits.LINKS, limits.SHORT_TEXT))
    return act.Ignored(id=read.own_id(document), actor=read.as_id(document.get("actor")), type=kinds[: limits.SHORT_TEXT])


def _thing(value: Json) -> Note | Actor | Tombstone | str | None:
    """An embedded post, profile or tombstone, else the id of what is a bare id; None for other types."""
    if not isinstance(value, dict):
        return read.as_id(value)
    match read.kind(value):
        case kind if kind in names.NOTES:
            return parse_note(value)
        case kind if kind in names.ACTORS:
            return parse_actor(value)
        case names.TOMBSTONE:
            return parse_tombstone(value)
        case _ if read.is_other(value):
            return parse_other(value)
        case _:
            return read.own_id(value) if value.get("type") is None else None


def _instrument(document: Document) -> Note | str:
    value = read.as_object(document.get("instrument"))
    note = parse_note(value) if value is not None and read.kind(value) in names.NOTES else None
    return note or read.require_ref(document, "instrument")


def _inner(document: Document, depth: int) -> act.Activity | str:
    """The embedded activity, else the id; an unreadable one with an id counts as that."""
    value = read.as_object(document.get("object"))
    if value is None or depth >= limits.NESTED_ACTIVITIES or read.kind(value) not in READERS:
        return read.require_ref(document, "object")
    try:
        return parse_activity(value, depth=depth + 1)
    except Invalid:
        return read.require_ref(value, "id")


def _answered(document: Document, depth: int) -> act.Activity | str:
    """As `_inner`; without a type, `actor` and `object` make it a Follow."""
    value = read.as_object(document.get("object"))
    if value is not None and value.get("type") is None and {"actor", "object"} <= value.keys():
        return parse_follow({**value, "type": "Follow"})
    return _inner(document, depth)


def _reaction(document: Document) -> _Reaction:
    """What is shown for it: the first that is there of `content` and `_misskey_reaction`, and its picture."""
    text = read.as_natural(document, "content", limits.REACTION) or read.as_text(
        document.get("_misskey_reaction"), limits.REACTION
    )
    emojis = parse_tags(document.get("tag")).emojis
    emoji = next((emoji for emoji in emojis if emoji.shortcode == text.strip(":")), None)
    return {"content": text, "emoji": emoji}


def _target(document: Document) -> _Target:
    value = read.as_object(document.get("object"))
    hashtag = as_hashtag(value) if value is not None and read.kind(value, names.TAGS) == "Hashtag" else None
    named = read.as_id(document.get("object")) if hashtag is None else None
    if named is None and hashtag is None:
        raise Invalid("object", "must name an id or a hashtag")
    return {"object": named, "target": read.require_ref(document, "target"), "hashtag": hashtag}
