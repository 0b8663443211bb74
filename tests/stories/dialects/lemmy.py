"""Lemmy: recorded community, person, thread, comment, changes, votes; what the community passes on is recorded in its outbox.

Its people follow nobody elsewhere; amy follows the community. It announces the activity and then the thread itself.
"""

from __future__ import annotations

from tests.stories import shapes
from tests.stories.manner import Manner
from tests.stories.software import Dialect, Shown, Target
from tests.stories.strict import addresses_are_lists, lemmy_objects, whole_inside
from tests.support.peers import AS, PUBLIC, Actor, Document, PeerServer

OLD = "https://enterprise.lemmy.ml"
ALPHA = "http://ds9.lemmy.ml/u/lemmy_alpha"
ENDING = "enterprise.lemmy.ml"
CONTEXT = ["https://join-lemmy.org/context.json", AS]
MANNER = Manner(context=CONTEXT, ids={"Announce": "{base}/activities/announce/{u}", "Dislike": "{base}/activities/dislike/{u}"})


def join(server: PeerServer) -> Actor:
    """The recorded person."""
    return shapes.actor(server, shapes.recorded("lemmy/objects-person.json", (OLD, server.origin)))


def group(server: PeerServer) -> Actor:
    """The recorded community."""
    return shapes.actor(server, shapes.recorded("lemmy/objects-group.json", (OLD, server.origin)))


def accept(me: Actor, asked: Document) -> Document:
    """The recorded Accept: the Follow stands inside with its `to`."""
    document = shapes.recorded(
        "lemmy/activities-following-accept.json",
        ("http://enterprise.lemmy.ml/c/main", me.uri),
        (ALPHA, asked["actor"]),
        ("http://ds9.lemmy.ml/activities/follow/6abcd50b-b8ca-4952-86b0-a6dd8cc12866", asked["id"]),
        ("http://enterprise.lemmy.ml/activities/accept/75f080cc", f"{shapes.base(me)}/activities/accept/75f080cc"),
    )
    return {"@context": CONTEXT} | document


def post(me: Actor) -> Document:
    """The recorded thread: a picture as a link, in French, without a page of its own."""
    document = shapes.recorded(
        "lemmy/objects-page.json",
        (OLD, shapes.base(me)),
        (ENDING, me.server.host),
        ("post/55143", f"post/{shapes.number()}"),
        ("2021-02-26T12:35:34.292626Z", shapes.now(me, fraction=".292626")),
    )
    return shapes.serve(me, document, CONTEXT)


def create(me: Actor, thing: Document) -> Document:
    """The recorded Create: for a thread and for a comment alike."""
    return _around(me, thing, "Create", f"{shapes.base(me)}/activities/create/{shapes.uuid()}")


def _around(me: Actor, thing: Document, kind: str, uri: str) -> Document:
    told = {"to": [PUBLIC], "cc": [thing["audience"]], "audience": thing["audience"]}
    return shapes.activity(me, kind, uri, shapes.bare(thing), context=CONTEXT, **told)


def reply(me: Actor, target: Target) -> Document:
    """The recorded comment, to whom it answers and the community."""
    community = f"{shapes.base(me)}/c/tenforward"
    document = shapes.recorded(
        "lemmy/activities-create_or_update-create_comment.json",
        ("http://ds9.lemmy.ml/post/1", target.uri),
        ("http://ds9.lemmy.ml/comment/1", f"{shapes.base(me)}/comment/{shapes.number()}"),
        ("http://enterprise.lemmy.ml/c/main", community),
        ("https://enterprise.lemmy.ml/c/main", community),
        (ALPHA, me.uri),
        ("2021-11-01T11:45:49.794920Z", shapes.now(me, fraction=".794920")),
    )["object"]
    mention = {"href": target.author, "type": "Mention", "name": target.handle}
    return shapes.serve(me, document | {"cc": [community, target.author], "tag": [mention]}, CONTEXT)


def edit(me: Actor, thing: Document) -> Document:
    """As the recorded Update of a thread."""
    changed = thing | {"name": "Another title", "updated": shapes.now(me, fraction=".976374")}
    shapes.serve(me, changed, CONTEXT)
    return _around(me, changed, "Update", f"{shapes.base(me)}/activities/update/{shapes.uuid()}")


def like(me: Actor, target: Target) -> Document:
    """The recorded vote."""
    document = shapes.recorded(
        "lemmy/activities-voting-like_note.json",
        (ALPHA, me.uri),
        ("http://ds9.lemmy.ml/comment/1", target.uri),
        (f"{OLD}/c/tenforward", f"{shapes.base(me)}/c/tenforward"),
        ("http://ds9.lemmy.ml/activities/like/fd61d070-7382-46a9-b2b7-6bb253732877", _new(me, "like")),
    )
    return {"@context": CONTEXT} | document


def undo(me: Actor, done: Document) -> Document:
    """The recorded Undo of a vote."""
    document = shapes.recorded("lemmy/activities-voting-undo_like_note.json", (f"{OLD}/c", f"{shapes.base(me)}/c"))
    return {"@context": CONTEXT} | document | {"id": _new(me, "undo"), "actor": me.uri, "object": shapes.bare(done)}


def delete(me: Actor, thing: Document) -> Document:
    """The recorded Delete: the thread is only named."""
    me.server.fail(thing["id"], 410)
    document = shapes.recorded("lemmy/activities-deletion-delete_page.json", (ALPHA, me.uri))
    told = {"id": _new(me, "delete"), "object": thing["id"], "cc": [thing["audience"]], "audience": thing["audience"]}
    return {"@context": CONTEXT} | document | told


def dislike(me: Actor, target: Target) -> Document:
    """The recorded vote against."""
    document = shapes.recorded(
        "lemmy/activities-voting-dislike_page.json",
        ("http://enterprise.lemmy.ml/u/lemmy_beta", me.uri),
        ("http://ds9.lemmy.ml/post/1", target.uri),
    )
    return {"@context": CONTEXT} | document | {"id": _new(me, "dislike")}


def _new(me: Actor, kind: str) -> str:
    return f"{shapes.base(me)}/activities/{kind}/{shapes.uuid()}"


def relay(community: Actor, me: Actor, activity: Document) -> list[tuple[Actor, Document]]:
    """The pair: the activity, and of a thread itself the boost that Mastodon understands."""
    wrapped = [(community, MANNER.wrap(community, activity))]
    if activity["type"] == "Delete" or activity["object"]["type"] != "Page":
        return wrapped
    return [*wrapped, (community, MANNER.wrap(community, activity["object"]))]


DIALECT = Dialect(
    name="Lemmy",
    host="lemmy.test",
    join=join,
    group=group,
    relay=relay,
    answers_too=True,
    accept=accept,
    post=post,
    create=create,
    reply=reply,
    edit=edit,
    edited="Another title",
    like=like,
    undo=undo,
    delete=delete,
    shown=Shown(text="Post title This is a post in the /c/tenforward community {url}", media=(("image", ""),), language="fr"),
    answer="hello",
    insists=(addresses_are_lists, lemmy_objects, whole_inside),
)
