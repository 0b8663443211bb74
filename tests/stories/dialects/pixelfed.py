"""Pixelfed, after its source: pictures first, alternative texts as names, licences and places beside them."""

from __future__ import annotations

from tests.stories import shapes
from tests.stories.manner import Manner
from tests.stories.software import Dialect, Shown, Target
from tests.stories.strict import actor_is_text, whole_inside
from tests.support.peers import AS, PUBLIC, Actor, Document, PeerServer

CONTEXT = [
    "https://w3id.org/security/v1",
    AS,
    {
        "Hashtag": "as:Hashtag",
        "sensitive": "as:sensitive",
        "schema": "http://schema.org/",
        "pixelfed": "http://pixelfed.org/ns#",
        "commentsEnabled": {"@id": "pixelfed:commentsEnabled", "@type": "schema:Boolean"},
        "capabilities": {"@id": "pixelfed:capabilities", "@container": "@set"},
        "blurhash": "http://joinmastodon.org/ns#blurhash",
    },
]
MANNER = Manner(
    context=CONTEXT,
    ids={
        "Note": "{base}/p/ben/{n}",
        "Update": "{thing}#updates/{n}",
        "Follow": "{me}#follow/{n}",
        "Announce": "{base}/p/ben/{n}/activity",
        "Undo": "{me}#undo/{n}",
    },
)


def join(server: PeerServer) -> Actor:
    """As Mastodon's, with a place for shared deliveries two levels down."""
    uri = f"{server.origin}/users/ben"
    document: Document = {
        "@context": CONTEXT,
        "id": uri,
        "type": "Person",
        "following": f"{uri}/following",
        "followers": f"{uri}/followers",
        "inbox": f"{uri}/inbox",
        "outbox": f"{uri}/outbox",
        "preferredUsername": "ben",
        "name": "Ben",
        "summary": None,
        "url": f"{server.origin}/ben",
        "manuallyApprovesFollowers": False,
        "indexable": True,
        "published": "2023-01-01T00:00:00Z",
        "icon": {"type": "Image", "mediaType": "image/jpeg", "url": f"{server.origin}/storage/avatars/default.jpg?v=0"},
        "endpoints": {"sharedInbox": f"{server.origin}/f/inbox"},
    }
    return shapes.actor(server, document, key_id=f"{uri}#main-key")


def post(me: Actor) -> Document:
    """A post without words: `content` is null; what may be done with it stands beside it."""
    document = MANNER.note(
        me,
        "",
        summary=None,
        sensitive=False,
        attachment=[
            {
                "type": "Image",
                "mediaType": "image/jpeg",
                "url": f"{shapes.base(me)}/storage/m/a.jpg",
                "name": "Dunes in the morning",
                "blurhash": "U4Rfzst8?bt7ogayj[j[~pfQ9Goft7j[fQfQ",
                "width": 1080,
                "height": 1350,
            }
        ],
        commentsEnabled=True,
        capabilities={"announce": PUBLIC, "like": PUBLIC, "reply": PUBLIC},
        location={"type": "Place", "name": "Sylt", "longitude": "8.3", "latitude": "54.9", "country": "Germany"},
        tag=[{"type": "Hashtag", "href": f"{shapes.base(me)}/discover/tags/dunes", "name": "#dunes"}],
    )
    return shapes.serve(me, document | {"content": None, "url": document["id"]}, CONTEXT)


def reply(me: Actor, target: Target) -> Document:
    """A comment."""
    return MANNER.answer(me, target, "A good place for it")


def edit(me: Actor, thing: Document) -> Document:
    """Words are added."""
    return MANNER.edit(me, thing, content="Dunes")


DIALECT = Dialect(
    name="Pixelfed",
    host="pixelfed.test",
    join=join,
    follow=MANNER.follow,
    accept=MANNER.accept,
    post=post,
    create=MANNER.create,
    reply=reply,
    edit=edit,
    edited="Dunes",
    like=MANNER.like,
    boost=MANNER.boost,
    undo=MANNER.undo,
    delete=MANNER.delete,
    shown=Shown(media=(("image", "Dunes in the morning"),), tags=("dunes",)),
    answer="A good place for it",
    insists=(actor_is_text, whole_inside),
)
