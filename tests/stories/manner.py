"""How a software that nobody recorded writes activities: ids by pattern, one value or a list, what stands inside what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.stories import shapes
from tests.stories.software import Target
from tests.support.peers import AS, PUBLIC, Actor, Document

IDS: Mapping[str, str] = {
    "Note": "{base}/notes/{n}",
    "Create": "{thing}/activity",
    "Update": "{thing}#updates/{n}",
    "Delete": "{thing}#delete",
    "Follow": "{base}/follows/{n}",
    "Accept": "{me}#accepts/follows/{n}",
    "Like": "{me}#likes/{n}",
    "Dislike": "{me}#dislikes/{n}",
    "EmojiReact": "{me}#reactions/{n}",
    "Announce": "{base}/announces/{n}",
    "Undo": "{thing}/undo",
    "Vote": "{me}#votes/{n}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """The habits of one software.

    Args:
        ids: patterns of ids by kind, where they are not the usual ones: `{base}` is the server, `{me}` the actor, `{thing}`
            what it is about, `{n}` a number, `{u}` a UUID.
        single: one value stands instead of a list of one, in addresses and tags.
        public: how it writes Public.
        votes_together: several votes in one Create, as GoToSocial does.
        undo_by_id: what is undone is only named.
        bare_delete: what is deleted is only named, not a Tombstone.
        likes: more members of a Like; `like_kind` is its type.
    """

    context: Any = AS
    ids: Mapping[str, str] = field(default_factory=dict)
    single: bool = False
    public: str = PUBLIC
    votes_together: bool = False
    undo_by_id: bool = False
    bare_delete: bool = False
    audience: str = ""
    likes: Mapping[str, Any] = field(default_factory=dict)
    like_kind: str = "Like"
    fraction: str = ""

    def uri(self, kind: str, me: Actor, thing: str = "") -> str:
        """A new id."""
        parts = {"base": shapes.base(me), "me": me.uri, "thing": thing, "n": shapes.number(), "u": shapes.uuid()}
        return (dict(IDS) | dict(self.ids))[kind].format(**parts)

    def some(self, *values: Any) -> Any:
        """A list, or the one value that it would hold."""
        return values[0] if self.single and len(values) == 1 else list(values)

    def act(self, kind: str, me: Actor, thing: Any, *, about: str = "", **members: Any) -> Document:
        """An activity."""
        uri = self.uri(kind, me, about or (thing if isinstance(thing, str) else str(thing.get("id", ""))))
        return shapes.activity(me, kind, uri, thing, context=self.context, **members)

    def note(self, me: Actor, content: str, **members: Any) -> Document:
        """A public note, served; members replace or add, None leaves out."""
        uri = self.uri("Note", me)
        told = {"to": self.some(self.public), "cc": self.some(me.document["followers"])}
        told |= {"published": shapes.now(me, fraction=self.fraction)}
        return shapes.serve(me, shapes.note(me, uri, content, **(told | members)), self.context)

    def answer(self, me: Actor, target: Target, content: str, **members: Any) -> Document:
        """An open reply that names whom it answers."""
        told = {
            "inReplyTo": target.uri,
            "to": self.some(self.public),
            "cc": self.some(me.document["followers"], target.author),
            "tag": self.some({"type": "Mention", "href": target.author, "name": target.handle}),
        }
        return self.note(me, content, **(told | members))

    def follow(self, me: Actor, target: str) -> Document:
        """Follow of a person."""
        return self.act("Follow", me, target)

    def accept(self, me: Actor, asked: Document) -> Document:
        """Yes, with the Follow inside."""
        return self.act("Accept", me, shapes.bare(asked), to=self.some(asked["actor"]))

    def create(self, me: Actor, thing: Document) -> Document:
        """The activity around a new object, addressed and dated as it."""
        told = {name: thing[name] for name in ("to", "cc", "published", "audience") if name in thing}
        return self.act("Create", me, shapes.bare(thing), **told)

    def edit(self, me: Actor, thing: Document, **changes: Any) -> Document:
        """The object as it is now, with `updated`."""
        changed = shapes.bare(thing) | {"updated": shapes.now(me, fraction=self.fraction)} | changes
        shapes.serve(me, changed, self.context)
        told = {name: thing[name] for name in ("to", "cc", "audience") if name in thing}
        return self.act("Update", me, changed, about=str(thing["id"]), **told)

    def like(self, me: Actor, target: Target) -> Document:
        """Approval in its dialect."""
        return self.act(self.like_kind, me, target.uri, **self.likes)

    def boost(self, me: Actor, target: Target) -> Document:
        """A boost, to the booster's followers and the author."""
        told = {"to": self.some(self.public), "cc": self.some(me.document["followers"], target.author)}
        return self.act("Announce", me, target.uri, published=shapes.now(me), **told)

    def vote(self, me: Actor, target: Target, options: Sequence[str]) -> list[Document]:
        """Votes: each in a Create of its own, or all in one."""
        ballots = [self._ballot(me, target, option) for option in options]
        if not self.votes_together:
            return [self.act("Create", me, ballot, to=self.some(target.author)) for ballot in ballots]
        return [self.act("Create", me, self.some(*ballots), about=str(ballots[0]["id"]), to=self.some(target.author))]

    def _ballot(self, me: Actor, target: Target, option: str) -> Document:
        return {
            "id": self.uri("Vote", me, target.uri),
            "type": "Note",
            "name": option,
            "attributedTo": me.uri,
            "inReplyTo": target.uri,
            "to": self.some(target.author),
        }

    def wrap(self, group: Actor, activity: Document, **members: Any) -> Document:
        """What a group passes on: the activity of somebody in it, unchanged but for its context."""
        told = {"to": [PUBLIC], "cc": [group.document["followers"]]}
        return self.act("Announce", group, shapes.bare(activity), about=str(activity["id"]), **(told | members))

    def undo(self, me: Actor, done: Document) -> Document:
        """Takes an activity back; a Follow always stands inside."""
        by_id = self.undo_by_id and done["type"] != "Follow"
        return self.act("Undo", me, done["id"] if by_id else shapes.bare(done), about=str(done["id"]))

    def delete(self, me: Actor, thing: Document) -> Document:
        """The object is gone, and its id says so."""
        me.server.fail(thing["id"], 410)
        gone = thing["id"] if self.bare_delete else {"id": thing["id"], "type": "Tombstone"}
        return self.act("Delete", me, gone, about=str(thing["id"]), to=self.some(self.public))
