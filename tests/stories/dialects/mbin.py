"""Mbin: its own snapshots of every activity, with ids, dates and keys put in again; profiles are those inside its Updates."""

from __future__ import annotations

from tests.stories import shapes
from tests.stories.manner import Manner
from tests.stories.software import Dialect, Shown, Target
from tests.stories.strict import addresses_are_lists, whole_inside
from tests.support.peers import Actor, Document, PeerServer

OLD = "https://kbin.test"
MANNER = Manner(context=["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1", f"{OLD}/contexts"])


def _snapshot(me: Actor, test: str) -> Document:
    """A snapshot on this server: `user` is who lives there, the magazine is `test`."""
    path = f"mbin/snap_{test}__1.json"
    return shapes.recorded(path, ("https://kbin.test", shapes.base(me)))


def _object(server: PeerServer, test: str, uri: str) -> Document:
    document = shapes.recorded(f"mbin/snap_{test}__1.json", (OLD, server.origin))
    told = {"id": uri, "published": "2025-01-01T00:00:00+00:00", "updated": None}
    return {"@context": document["@context"]} | document["object"] | told


def join(server: PeerServer) -> Actor:
    """The person in the recorded Update of a person."""
    uri = f"{server.origin}/u/user"
    return shapes.actor(server, _object(server, "UpdateTest__testUpdateUser", uri), key_id=f"{uri}#main-key")


def group(server: PeerServer) -> Actor:
    """The magazine in the recorded Update of a magazine."""
    uri = f"{server.origin}/m/test"
    return shapes.actor(server, _object(server, "UpdateTest__testUpdateMagazine", uri), key_id=f"{uri}#main-key")


def _id(me: Actor) -> str:
    return f"{shapes.base(me)}/f/object/{shapes.uuid()}"


def follow(me: Actor, target: str) -> Document:
    """The Follow inside the recorded Undo of one."""
    document = _snapshot(me, "UndoTest__testUndoFollowUser")["object"]
    return document | {"@context": MANNER.context, "id": _id(me), "actor": me.uri, "object": target, "to": [target]}


def accept(me: Actor, asked: Document) -> Document:
    """The recorded Accept, of a magazine."""
    document = _snapshot(me, "FollowTest__testAcceptFollowMagazine")
    return document | {"id": _id(me), "actor": me.uri, "object": shapes.bare(asked), "to": [asked["actor"]]}


def post(me: Actor) -> Document:
    """The recorded entry with an address and a picture; it has no text, its summary is title and tag."""
    document = _snapshot(me, "CreateTest__testCreateEntryWithUrlAndImage")["object"]
    own = document | {"id": f"{shapes.base(me)}/m/test/t/{shapes.number()}", "published": _time(me)}
    return shapes.serve(me, own, MANNER.context)


def _time(me: Actor) -> str:
    return shapes.now(me).replace("Z", "+00:00")


def create(me: Actor, thing: Document) -> Document:
    """The recorded wrapper."""
    document = _snapshot(me, "CreateTest__testCreateEntryWithUrlAndImage")
    told = {name: thing[name] for name in ("to", "cc", "published", "audience")}
    return document | told | {"id": _id(me), "actor": me.uri, "object": shapes.bare(thing)}


def reply(me: Actor, target: Target) -> Document:
    """The recorded comment on a comment, to its author."""
    document = _snapshot(me, "CreateTest__testCreateNestedEntryComment")["object"]
    uri = f"{shapes.base(me)}/m/test/t/1/-/comment/{shapes.number()}"
    mention = {"type": "Mention", "href": target.author, "name": target.handle}
    own = {"id": uri, "url": uri, "inReplyTo": target.uri, "published": _time(me), "tag": [mention]}
    document |= own | {"to": [*document["to"][:1], target.author]}
    return shapes.serve(me, document, MANNER.context)


def edit(me: Actor, thing: Document) -> Document:
    """The recorded Update: `updated` stands in an object of its own inside the entry, and nowhere at the entry's id."""
    changed = thing | {"name": "Another title"}
    shapes.serve(me, changed, MANNER.context)
    document = _snapshot(me, "UpdateTest__testUpdateEntry")
    inside = shapes.bare(changed) | {"object": {"updated": _time(me)}}
    return document | {"id": _id(me), "actor": me.uri, "published": _time(me), "object": inside}


def like(me: Actor, target: Target) -> Document:
    """The recorded Like."""
    document = _snapshot(me, "LikeTest__testLikeEntryComment")
    return document | {"id": _id(me), "actor": me.uri, "object": target.uri}


def boost(me: Actor, target: Target) -> Document:
    """The recorded boost by a person."""
    document = _snapshot(me, "AnnounceTest__testUserBoostEntryComment")
    return document | {"id": _id(me), "actor": me.uri, "object": target.uri, "published": _time(me)}


def undo(me: Actor, done: Document) -> Document:
    """The recorded Undo of a Like; that of others has the same form."""
    document = _snapshot(me, "UndoTest__testUndoLikeEntry")
    return document | {"id": _id(me), "actor": me.uri, "object": shapes.bare(done)}


def delete(me: Actor, thing: Document) -> Document:
    """The recorded Delete."""
    me.server.fail(thing["id"], 410)
    document = _snapshot(me, "DeleteTest__testDeleteEntry")
    return document | {"id": _id(me), "actor": me.uri, "object": {"id": thing["id"], "type": "Tombstone"}}


def relay(magazine: Actor, me: Actor, activity: Document) -> list[tuple[Actor, Document]]:
    """The recorded Announce of an activity, to the followers of the magazine and of who did it."""
    document = _snapshot(me, "AnnounceTest__testAnnounceCreatePostComment")
    own = {"id": _id(me), "published": _time(me), "object": shapes.bare(activity)}
    return [(magazine, document | own)]


DIALECT = Dialect(
    name="Mbin",
    host="mbin.test",
    join=join,
    group=group,
    relay=relay,
    answers_too=True,
    follow=follow,
    accept=accept,
    post=post,
    create=create,
    reply=reply,
    edit=edit,
    edited="Another title",
    like=like,
    boost=boost,
    undo=undo,
    delete=delete,
    shown=Shown(text="test test #test https://joinmbin.org {url}", media=(("image", "kibby"),), tags=("test",)),
    answer="test",
    insists=(addresses_are_lists, whole_inside),
)
