"""Threads, after what others observed: everything but WebFinger signed, ids that end in a slash, posts that come later."""

from __future__ import annotations

from tests.stories import shapes
from tests.stories.manner import Manner
from tests.stories.software import Dialect, Shown, Target
from tests.stories.strict import actor_is_text, known_accept
from tests.support.peers import AS, Actor, Document, PeerServer

CONTEXT = [AS, "https://w3id.org/security/v1", {"toot": "http://joinmastodon.org/ns#", "blurhash": "toot:blurhash"}]
MANNER = Manner(
    context=CONTEXT,
    bare_delete=True,
    ids={
        "Note": "{me}post/{n}/",
        "Create": "{thing}activity/",
        "Delete": "{thing}#delete/{n}",
        "Follow": "{me}follow/{n}/",
        "Accept": "{me}accept/{n}/",
        "Like": "{me}like/{n}/",
        "Announce": "{me}repost/{n}/",
        "Undo": "{thing}undo/",
    },
)


def join(server: PeerServer) -> Actor:
    """The page is on another host than the id, so that the id stands for it here."""
    uri = f"{server.origin}/ap/users/17841400000/"
    document: Document = {
        "@context": CONTEXT,
        "id": uri,
        "type": "Person",
        "name": "Ben",
        "preferredUsername": "ben",
        "summary": "<p>counsellor</p>",
        "url": f"https://www.{server.host}/@ben",
        "inbox": f"{uri}inbox/",
        "outbox": f"{uri}outbox/",
        "followers": f"{uri}followers/",
        "following": f"{uri}following/",
        "manuallyApprovesFollowers": False,
        "endpoints": {"sharedInbox": f"{server.origin}/ap/inbox/"},
        "icon": {"type": "Image", "url": f"https://cdn.{server.host}/v/t51/a.jpg?stp=dst-jpg&_nc_cat=1"},
        "published": "2024-03-01T00:00:00+0000",
    }
    return shapes.actor(server, document, key_id=f"{uri}#main-key")


def post(me: Actor) -> Document:
    """Several pictures with long addresses."""
    pictures = [
        {"type": "Image", "url": f"https://cdn.{me.server.host}/v/{n}.jpg?stp=dst-jpg&_nc_cat={n}", "name": f"Picture {n}"}
        for n in (1, 2)
    ]
    document = MANNER.note(me, "<p>Two days at the sea</p>", attachment=pictures, sensitive=False)
    own = document | {"url": f"https://www.{me.server.host}/@ben/post/C4"}
    return shapes.serve(me, own, CONTEXT)


def reply(me: Actor, target: Target) -> Document:
    """An answer with a mention."""
    return MANNER.answer(me, target, "<p>Have a good Tuesday</p>")


DIALECT = Dialect(
    name="Threads",
    host="threads.test",
    join=join,
    follow=MANNER.follow,
    accept=MANNER.accept,
    post=post,
    create=MANNER.create,
    reply=reply,
    like=MANNER.like,
    boost=MANNER.boost,
    undo=MANNER.undo,
    delete=MANNER.delete,
    shown=Shown(content="<p>Two days at the sea</p>", media=(("image", "Picture 1"), ("image", "Picture 2"))),
    answer="Have a good Tuesday",
    insists=(actor_is_text, known_accept),
    secure=True,
)
