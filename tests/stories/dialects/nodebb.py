"""NodeBB: recorded person, category and topic; what the category announces after its source. Deletion is soft."""

from __future__ import annotations

from tests.stories import shapes
from tests.stories.manner import Manner
from tests.stories.software import Dialect, Shown, Target
from tests.stories.strict import whole_inside
from tests.support.peers import AS, Actor, Document, PeerServer

OLD = "https://bb.devnull.land"
MANNER = Manner(
    context=[AS, {"toot": "http://joinmastodon.org/ns#", "Emoji": "toot:Emoji"}],
    ids={
        "Note": "{base}/post/{n}",
        "Create": "{thing}#activity/create/1",
        "Update": "{thing}#activity/update/{n}",
        "Delete": "{thing}#activity/delete",
        "Follow": "{me}#activity/follow/{n}",
        "Accept": "{me}#activity/accept/{n}",
        "Like": "{me}#activity/like/{n}",
        "Announce": "{thing}#activity/announce/{n}",
        "Undo": "{thing}/undo",
    },
)


def join(server: PeerServer) -> Actor:
    """The recorded person; the key is called `#key`."""
    return shapes.actor(server, shapes.recorded("nodebb/objects-person.json", (OLD, server.origin)))


def group(server: PeerServer) -> Actor:
    """The recorded category, which has no `followers` of its own there."""
    document = shapes.recorded("nodebb/objects-group.json", (OLD, server.origin))
    return shapes.actor(server, document | {"followers": f"{document['id']}/followers"})


def post(me: Actor) -> Document:
    """The recorded topic with its `preview`; its text cut."""
    document = shapes.recorded(
        "nodebb/objects-page.json",
        (OLD, shapes.base(me)),
        ("/post/1", f"/post/{shapes.number()}"),
        ("2025-10-07T15:22:42.176Z", shapes.now(me, fraction=".176")),
    )
    picture = {"type": "Document", "mediaType": "image/png", "url": f"{shapes.base(me)}/assets/a.png", "name": "A forum"}
    document |= {"summary": "<h3>Welcome!</h3> <p>This is a topic.</p>", "attachment": [picture]}
    me.server.serve(document)
    return document


def reply(me: Actor, target: Target) -> Document:
    """A post in a topic: a Note."""
    return MANNER.answer(me, target, '<p dir="auto">Welcome amy</p>\n', source={"content": "Welcome amy"}, name=None)


def edit(me: Actor, thing: Document) -> Document:
    """Another title."""
    return MANNER.edit(me, thing, name="Welcome to our forum!")


def delete(me: Actor, thing: Document) -> Document:
    """A Delete, while the id answers 200 with a Tombstone: a moderator may restore it (FEP-4f05)."""
    tombstone = {"id": thing["id"], "type": "Tombstone", "formerType": "Article"}
    shapes.serve(me, tombstone, MANNER.context)
    return MANNER.act("Delete", me, tombstone, to=thing["to"], cc=thing["cc"])


def relay(category: Actor, me: Actor, activity: Document) -> list[tuple[Actor, Document]]:
    """The category announces the activity, and a new topic by its id too."""
    wrapped = [(category, MANNER.wrap(category, activity))]
    if activity["type"] != "Create" or activity["object"]["type"] != "Article":
        return wrapped
    return [*wrapped, (category, MANNER.act("Announce", category, activity["object"]["id"], to=activity["to"], cc=[]))]


DIALECT = Dialect(
    name="NodeBB",
    host="nodebb.test",
    join=join,
    group=group,
    relay=relay,
    answers_too=True,
    follow=MANNER.follow,
    accept=MANNER.accept,
    post=post,
    create=MANNER.create,
    reply=reply,
    edit=edit,
    edited="Welcome to our forum!",
    like=MANNER.like,
    undo=MANNER.undo,
    delete=delete,
    shown=Shown(text="Welcome to your NodeBB! Welcome! This is a topic. {url}", media=(("image", "A forum"),)),
    answer="Welcome amy",
    insists=(whole_inside,),
)
