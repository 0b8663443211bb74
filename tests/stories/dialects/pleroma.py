"""Pleroma and Akkoma: recorded profile, posts, Follow, Delete, chat message; reactions, boosts and edits after the source."""

from __future__ import annotations

from tests.stories import shapes
from tests.stories.manner import Manner
from tests.stories.software import Dialect, Shown, Target
from tests.stories.strict import whole_inside
from tests.support.peers import AS, Actor, Document, PeerServer

OLD = "https://queer.hacktivis.me"
POSTER = "https://fedi.absturztau.be"
ANSWERER = "https://greenish.red"
CONTEXT = [AS, "https://pleroma.test/schemas/litepub-0.1.jsonld", {"@language": "und"}]
MANNER = Manner(
    context=CONTEXT,
    fraction=".655262",
    undo_by_id=True,
    bare_delete=True,
    ids=dict.fromkeys(("Create", "Update", "Delete", "Accept", "Like", "EmojiReact", "Announce", "Undo"), "{base}/activities/{u}")
    | {"Vote": "{base}/objects/{u}", "Follow": "{base}/activities/{u}"},
)


def join(server: PeerServer) -> Actor:
    """The recorded profile."""
    return shapes.actor(server, shapes.recorded("pleroma/objects-person.json", (OLD, server.origin)))


def follow(me: Actor, target: str) -> Document:
    """The recorded one, with a state."""
    old = "https://mycrowd.ca"
    return shapes.recorded(
        "pleroma/activities-follow.json",
        (f"{old}/activities/dab6a4d3-0db0-41ee-8aab-7bfa4929b4fd", f"{shapes.base(me)}/activities/{shapes.uuid()}"),
        (f"{old}/users/kinetix", me.uri),
        (old, shapes.base(me)),
        ("https://lemmy.ca/u/kinetix", target),
    )


def post(me: Actor) -> Document:
    """The recorded post: `sensitive` is null, the source a text, the summary empty, a link around nothing."""
    document = shapes.recorded(
        "pleroma/mbz-test_pleroma-comment-object.json",
        (f"{POSTER}/users/dqn", me.uri),
        ("1726cdc7-4f2a-4ddb-9c68-03d27c98c3d9", shapes.uuid()),
        ("4adddb80-0236-4e03-8a83-94be817b5dbe", shapes.uuid()),
        ("2021-06-07T09:00:04.292206Z", shapes.now(me, fraction=".292206")),
        (POSTER, shapes.base(me)),
    )
    me.server.serve(document)
    return document


def create(me: Actor, thing: Document) -> Document:
    """Object and activity have ids of their own; `directMessage` is there."""
    return MANNER.create(me, thing) | {"directMessage": False, "context": thing["context"], "context_id": 6336544}


def reply(me: Actor, target: Target) -> Document:
    """The recorded answer: whom it names stands in `to`."""
    document: Document = shapes.recorded(
        "pleroma/activities-create_note.json",
        ("https://enterprise.lemmy.ml/post/55143", target.uri),
        ("https://enterprise.lemmy.ml/u/picard", target.author),
        ("@lanodan@ds9.lemmy.ml", target.handle),
        (f"{ANSWERER}/users/nutomic", me.uri),
        ("1a522f2e-d5ab-454b-93d7-e58bc0650c2a", shapes.uuid()),
        ("2021-10-26T10:28:35.602455Z", shapes.now(me, fraction=".602455")),
        (ANSWERER, shapes.base(me)),
    )["object"]
    return shapes.serve(me, document, CONTEXT)


def edit(me: Actor, thing: Document) -> Document:
    """Former forms are told in a collection."""
    before = {"type": "OrderedCollection", "totalItems": 1, "orderedItems": [shapes.bare(thing)]}
    return MANNER.edit(me, thing, content="nothing to see", formerRepresentations=before)


def react(me: Actor, target: Target) -> Document:
    """EmojiReact with a picture; Akkoma gives it no id."""
    icon = {"type": "Image", "url": f"{shapes.base(me)}/emoji/custom/fox.png"}
    tag = [{"type": "Emoji", "id": None, "name": "fox", "icon": icon, "updated": "1970-01-01T00:00:00Z"}]
    told = {"to": [target.author, me.document["followers"]], "cc": ["https://www.w3.org/ns/activitystreams#Public"]}
    return MANNER.act("EmojiReact", me, target.uri, content=":fox:", tag=tag, **told)


def delete(me: Actor, thing: Document) -> Document:
    """The recorded Delete: the object is only named."""
    me.server.fail(thing["id"], 410)
    return shapes.recorded(
        "pleroma/activities-delete.json",
        ("https://greenish.red/users/vpzom", me.uri),
        ("https://greenish.red/objects/38e2b983-ebf5-4387-9bc2-3b80305469c9", thing["id"]),
        ("52f0b259-596e-429f-8a1b-c0b455f8932b", shapes.uuid()),
        (ANSWERER, shapes.base(me)),
    )


def chat(me: Actor, target: str) -> Document:
    """A recorded chat message, in a Create: for one person, without a mention."""
    message = shapes.recorded(
        "pleroma/objects-chat_message.json",
        (f"{OLD}/users/lanodan", me.uri),
        (f"{OLD}/objects/2", f"{shapes.base(me)}/objects/{shapes.uuid()}"),
        ("https://enterprise.lemmy.ml/u/picard", target),
        ("2020-02-12T14:08:20Z", shapes.now(me)),
        (OLD, shapes.base(me)),
    )
    return MANNER.create(me, message)


DIALECT = Dialect(
    name="Pleroma",
    host="pleroma.test",
    join=join,
    follow=follow,
    accept=MANNER.accept,
    post=post,
    create=create,
    reply=reply,
    edit=edit,
    edited="nothing to see",
    like=react,
    says=":fox:",
    boost=MANNER.boost,
    vote=MANNER.vote,
    undo=MANNER.undo,
    delete=delete,
    shown=Shown(text="#animeirl", media=(("image", ""),), tags=("animeirl",)),
    answer="@ lanodan test",
    insists=(whole_inside,),
)
