"""Discourse: recorded person, category and post; activities after its source. Objects say nowhere whom they are for: the
activities around them do."""

from __future__ import annotations

from tests.stories import shapes
from tests.stories.manner import Manner
from tests.stories.software import Dialect, Shown, Target
from tests.stories.strict import whole_inside
from tests.support.peers import PUBLIC, Actor, Document, PeerServer

OLD = "https://socialhub.activitypub.rocks"
PERSON, CATEGORY = "495843076e9e469fbd35ccf467ae9fb1", "797217cf18c0e819dfafc52425590146"
KINDS = ("Create", "Update", "Delete", "Accept", "Like", "Announce", "Undo")
MANNER = Manner(ids={"Note": "{base}/ap/object/{n}"} | dict.fromkeys(KINDS, "{base}/ap/activity/{n}"))


def join(server: PeerServer) -> Actor:
    """The recorded person: the shared inbox stands beside `endpoints`."""
    return shapes.actor(server, shapes.recorded("discourse/objects-person.json", (OLD, server.origin)))


def group(server: PeerServer) -> Actor:
    """The recorded category, which shares no inbox."""
    return shapes.actor(server, shapes.recorded("discourse/objects-group.json", (OLD, server.origin)))


def post(me: Actor) -> Document:
    """The recorded post, its text cut: a Note with a name and no addresses."""
    document = shapes.recorded(
        "discourse/objects-page.json",
        (OLD, shapes.base(me)),
        ("1899f65c062200daec50a4c89ed76dc9", str(shapes.number())),
        ("2024-04-13T14:36:19Z", shapes.now(me)),
    )
    document |= {"content": "<h3>Last Meeting</h3>\n<p>Minutes</p>"}
    me.server.serve(document)
    return document


def create(me: Actor, thing: Document) -> Document:
    """Whom it is for stands here; it is served at its id."""
    document = MANNER.create(me, thing) | _told(me)
    return me.server.serve(document | {"published": thing["published"]})


def _told(me: Actor) -> Document:
    return {"to": [PUBLIC], "cc": [f"{shapes.base(me)}/ap/actor/{CATEGORY}/followers"]}


def reply(me: Actor, target: Target) -> Document:
    """A post that answers one: it names whom it answers only in the activity."""
    tag = [{"type": "Mention", "href": target.author, "name": target.handle}]
    return MANNER.answer(me, target, "<p>The notes are online</p>", cc=[target.author], tag=tag)


def edit(me: Actor, thing: Document) -> Document:
    """The text is changed."""
    document = MANNER.edit(me, thing, content="<h3>Next Meeting</h3>")
    return me.server.serve(document | _told(me))


def delete(me: Actor, thing: Document) -> Document:
    """Soft: the id answers 200 with a Tombstone."""
    shapes.serve(me, {"id": thing["id"], "type": "Tombstone", "formerType": "Note"})
    return MANNER.act("Delete", me, thing["id"], **_told(me))


def relay(category: Actor, me: Actor, activity: Document) -> list[tuple[Actor, Document]]:
    """The category announces the activity."""
    return [(category, MANNER.wrap(category, activity))]


DIALECT = Dialect(
    name="Discourse",
    host="discourse.test",
    join=join,
    group=group,
    relay=relay,
    answers_too=True,
    accept=MANNER.accept,
    post=post,
    create=create,
    reply=reply,
    edit=edit,
    edited="Next Meeting",
    like=MANNER.like,
    undo=MANNER.undo,
    delete=delete,
    shown=Shown(text="Last Meeting Minutes"),
    answer="The notes are online",
    insists=(whole_inside,),
)
