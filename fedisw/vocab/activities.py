"""What was done: one value for each activity that we read, and their closed union (federation, section 4).

`parse_activity` in activity_readers.py makes them. `id` is None where the sender gave none; whoever
stores one needs a key of its own then (federation, section 5.4). Nothing here is verified.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from fedisw.vocab.actors import Actor
from fedisw.vocab.objects import Note, Tombstone
from fedisw.vocab.tags import Emoji, Hashtag


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What all activities have in common; `bto` and `bcc` are not read (security ING-12)."""

    id: str | None
    actor: str
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    published: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(Envelope):
    """New posts, at most 50 (GoToSocial sends several votes in one); a Tombstone means deleted (Mobilizon)."""

    objects: tuple[Note | Tombstone | str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(Envelope):
    """Another version of a post or a profile; only its id where nothing is embedded."""

    object: Note | Actor | Tombstone | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(Envelope):
    """`object_type` is that of an embedded object, "" for a bare id; `summary` is a moderator's reason."""

    object: str
    object_type: str = ""
    summary: str = ""
    removes_data: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow(Envelope):
    """`object` is an actor, a post (Friendica), or Public (relays)."""

    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept(Envelope):
    """Yes to `object`; `result` is the id of the proof of it (quotes, interaction policies)."""

    object: Activity | str
    result: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(Envelope):
    """No to `object`, also after a yes."""

    object: Activity | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Envelope):
    """Takes `object` back; match by its id, else by type, actor and object."""

    object: Activity | str
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Like(Envelope):
    """With `content` it is a reaction: one grapheme, or `:name:` with its `emoji`."""

    object: str
    content: str = ""
    emoji: Emoji | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmojiReact(Envelope):
    """A reaction (FEP-c0e0); `content` as in Like, never empty."""

    object: str
    content: str
    emoji: Emoji | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dislike(Envelope):
    """A vote against a post (Lemmy, PieFed, Friendica)."""

    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce(Envelope):
    """A boost of a post by its id, or a group passing an activity on. An embedded post counts as its id.

    `approved_by` is the id of a document by which the post's author agreed.
    """

    object: Activity | str
    approved_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Envelope):
    """Of an actor; with `target` a ban from a group or a site until `end`."""

    object: str
    target: str | None = None
    summary: str = ""
    end: datetime | None = None
    removes_data: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Envelope):
    """A report about actors and posts, at most 50; Misskey names posts in the lines of `content` only."""

    objects: tuple[str, ...]
    content: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Envelope):
    """`object` has moved to `target`."""

    object: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Add(Envelope):
    """`object` or a `hashtag` into the collection `target`."""

    object: str | None
    target: str
    hashtag: Hashtag | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Envelope):
    """`object` or a `hashtag` out of the collection `target`."""

    object: str | None
    target: str
    hashtag: Hashtag | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Envelope):
    """Wants to take part in an event or a group."""

    object: str
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(Envelope):
    """No longer takes part in an event or a group."""

    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite(Envelope):
    """Asks `target` to take part in `object`."""

    object: str
    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRequest(Envelope):
    """Asks to quote `object` in `instrument` (FEP-044f)."""

    object: str
    instrument: Note | str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureRequest(Envelope):
    """Asks to list the account `object` in the collection `instrument` (FEP-7aa9)."""

    object: str
    instrument: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionRequest(Envelope):
    """Asks to reply to, like or announce `object` (GoToSocial); `type` is one of names.INTERACTION_REQUESTS."""

    type: str
    object: str
    instrument: Note | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock(Envelope):
    """No more replies to `object`."""

    object: str
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warn(Envelope):
    """A moderator's warning about `object` (Lemmy 1.0)."""

    object: str
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve(Envelope):
    """A report was handled (Lemmy); `object` is the Flag."""

    object: Activity | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(Envelope):
    """A wish that the other do `object`; of a Follow: a friend request (Smithereen)."""

    object: Activity | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """Nothing for us: a type that we do not know, several, or nothing readable inside; answered with 202 (ING-9)."""

    id: str | None
    actor: str | None
    type: str = ""


Activity: TypeAlias = (
    Create
    | Update
    | Delete
    | Follow
    | Accept
    | Reject
    | Undo
    | Like
    | EmojiReact
    | Dislike
    | Announce
    | Block
    | Flag
    | Move
    | Add
    | Remove
    | Join
    | Leave
    | Invite
    | QuoteRequest
    | FeatureRequest
    | InteractionRequest
    | Lock
    | Warn
    | Resolve
    | Offer
    | Ignored
)
