"""Smithereen: recorded profile and comment; the rest after its source. Mentions have no names, posts stand on walls."""

from __future__ import annotations

from tests.stories import shapes
from tests.stories.manner import Manner
from tests.stories.software import Dialect, Shown, Target
from tests.stories.strict import known_accept, whole_inside
from tests.support.peers import AS, PUBLIC, Actor, Document, PeerServer

OLD = "https://friends.grishka.me"
MANNER = Manner(
    context=[AS, {"sensitive": "as:sensitive", "sm": "http://smithereen.software/ns#", "wall": "sm:wall"}],
    ids={
        "Note": "{base}/posts/{n}",
        "Create": "{thing}/activityCreate",
        "Update": "{thing}#updates/{n}",
        "Delete": "{thing}/delete",
        "Follow": "{base}/activitypub/objects/follows/{n}",
        "Accept": "{base}/users/1#accept{n}",
        "Like": "{base}/activitypub/objects/likes/{n}",
        "Announce": "{base}/posts/{n}/activityCreate",
        "Undo": "{thing}/undo",
        "Vote": "{base}/activitypub/objects/pollVotes/{n}",
    },
)


def join(server: PeerServer) -> Actor:
    """The recorded profile, with its wall."""
    return shapes.actor(server, shapes.recorded("smithereen/objects-person.json", (OLD, server.origin)))


def post(me: Actor) -> Document:
    """On the own wall: `target` says so; `likes` is an address."""
    wall = {"type": "Collection", "id": me.document["wall"], "attributedTo": me.uri}
    picture = {"type": "Document", "mediaType": "image/webp", "url": f"{shapes.base(me)}/i/a.webp", "width": 640, "height": 480}
    document = MANNER.note(me, "<p>Who is at the fair?</p>", target=wall, attachment=[picture])
    own = document | {"url": document["id"], "likes": f"{document['id']}/likes"}
    return shapes.serve(me, own, MANNER.context)


def reply(me: Actor, target: Target) -> Document:
    """The recorded comment: the mention is an address without a name."""
    document = shapes.recorded(
        "smithereen/objects-note.json",
        ("https://ds9.lemmy.ml/post/1723", target.uri),
        ("https://ds9.lemmy.ml/u/nutomic", target.author),
        (f"{OLD}/posts/66561", f"{shapes.base(me)}/posts/{shapes.number()}"),
        ("2021-11-09T11:42:35Z", shapes.now(me)),
        (OLD, shapes.base(me)),
    )
    me.server.serve(document)
    return document


def edit(me: Actor, thing: Document) -> Document:
    """The same post with another text."""
    return MANNER.edit(me, thing, content="<p>Who was at the fair?</p>")


def offer(me: Actor, target: str) -> Document:
    """A friend request: please follow me."""
    wanted = {"type": "Follow", "actor": target, "object": me.uri}
    return shapes.activity(me, "Offer", f"{shapes.base(me)}/activitypub/objects/friendRequests/{shapes.number()}", wanted)


def read(me: Actor, target: Target) -> Document:
    """Somebody has seen a message."""
    return shapes.activity(me, "Read", f"{shapes.base(me)}/activitypub/objects/reads/{shapes.number()}", target.uri, to=[PUBLIC])


DIALECT = Dialect(
    name="Smithereen",
    host="smithereen.test",
    join=join,
    follow=MANNER.follow,
    accept=MANNER.accept,
    post=post,
    create=MANNER.create,
    reply=reply,
    edit=edit,
    edited="Who was at the fair?",
    like=MANNER.like,
    boost=MANNER.boost,
    vote=MANNER.vote,
    undo=MANNER.undo,
    delete=MANNER.delete,
    shown=Shown(content="<p>Who is at the fair?</p>", media=(("image", ""),)),
    answer="So does this federate now?",
    insists=(whole_inside, known_accept),
    secure=True,
)
