"""Friendica: recorded profile, Article, Note, Update, Like, Delete; Follow, Accept and boosts after its source."""

from __future__ import annotations

from typing import Any

from tests.stories import shapes
from tests.stories.manner import Manner
from tests.stories.software import Dialect, Shown, Target
from tests.stories.strict import public_is_in_to_or_cc, whole_inside
from tests.support.peers import AS, PUBLIC, Actor, Document, PeerServer

JAKOB = "https://soc.schuerz.at"
PIRATI = "https://pirati.ca"
COMMUNITY = "https://ds9.lemmy.ml/c/testcom"
ARTICLE = "ec054ce7-5162-3bf2-504c-16d024994850"
MANNER = Manner(
    context=[AS, "https://w3id.org/security/v1", {"litepub": "http://litepub.social/ns#"}],
    ids={
        "Follow": "{base}/follow/{n}/{u}",
        "Accept": "{base}/objects/{u}",
        "Announce": "{base}/objects/{u}",
        "Undo": "{thing}/Undo",
        "Dislike": "{base}/objects/{u}",
    },
)
WITHOUT = ("signature",)


def join(server: PeerServer) -> Actor:
    """The recorded profile; it approves its followers."""
    return shapes.actor(server, shapes.recorded("friendica/objects-person_1.json", (JAKOB, server.origin)))


def post(me: Actor) -> Document:
    """The recorded Article with a title, and a picture."""
    document = shapes.recorded(
        "friendica/objects-page_2.json",
        (f"{PIRATI}/profile/heluecht", me.uri),
        (ARTICLE, shapes.uuid()),
        ("2022-03-24T04:23:44Z", shapes.now(me)),
        (PIRATI, shapes.base(me)),
    )
    picture = {"type": "Image", "mediaType": "image/jpeg", "url": f"{shapes.base(me)}/photo/a-1.jpg", "name": "A garden"}
    document |= {"to": [PUBLIC], "cc": [me.document["followers"]], "tag": [], "attachment": [picture]}
    me.server.serve(document)
    return document


def create(me: Actor, thing: Document) -> Document:
    """The recorded wrapper with its `instrument`."""
    wrapper: dict[str, Any] = shapes.recorded("friendica/activities-create_note.json", (JAKOB, shapes.base(me)))
    told = {name: thing[name] for name in ("to", "cc", "published")}
    return wrapper | told | {"id": f"{thing['id']}/Create", "actor": me.uri, "object": shapes.bare(thing)}


def reply(me: Actor, target: Target) -> Document:
    """The recorded comment: `contentMap` says something else than `content`, and a note has a name."""
    document = shapes.recorded(
        "friendica/objects-note_1.json",
        ("https://lemmy.schuerz.at/post/25360", target.uri),
        ("https://lemmy.schuerz.at/u/jakob", target.author),
        ("@jakob@lemmy.schuerz.at", target.handle),
        ("https://lemmy.schuerz.at/c/test", f"{target.author}/followers"),
        ("4edd2508-4361-edb8-c4d8-b45181083984", shapes.uuid()),
        ("2022-01-23T20:21:24Z", shapes.now(me)),
        (JAKOB, shapes.base(me)),
    ) | {"name": "Re: Tuesday"}
    me.server.serve(document)
    return document


def edit(me: Actor, thing: Document) -> Document:
    """The recorded Update around the changed article."""
    wrapper = shapes.recorded("friendica/activities-update_note.json", (PIRATI, shapes.base(me)))
    changed = thing | {"content": "Hello everybody!", "updated": shapes.now(me)}
    me.server.serve(changed)
    own = {"id": f"{thing['id']}/Update", "actor": me.uri, "to": thing["to"], "cc": thing["cc"]}
    return wrapper | own | {"object": shapes.bare(changed)}


def like(me: Actor, target: Target) -> Document:
    """The recorded Like, with what it says to Diaspora inside."""
    return shapes.recorded(
        "friendica/activities-like_page.json",
        (f"{PIRATI}/objects/ec054ce7-2062-3bfa-8687-ca8313624820", target.uri),
        (f"{PIRATI}/profile/test8", target.author),
        (COMMUNITY, me.document["followers"]),
        (f"{PIRATI}/profile/heluecht", me.uri),
        ("ec054ce7-2062-3ce2-7f10-2b4451595945", shapes.uuid()),
        (PIRATI, shapes.base(me)),
    )


def delete(me: Actor, thing: Document) -> Document:
    """The recorded Delete."""
    me.server.fail(thing["id"], 410)
    return shapes.recorded(
        "friendica/activities-delete.json",
        (f"{PIRATI}/objects/ec054ce7-4762-3c1c-3c25-0cc665717210", thing["id"]),
        (f"{PIRATI}/profile/heluecht", me.uri),
        (PIRATI, shapes.base(me)),
    )


def dislike(me: Actor, target: Target) -> Document:
    """A vote against."""
    return MANNER.act("Dislike", me, target.uri, to=[target.author])


DIALECT = Dialect(
    name="Friendica",
    host="friendica.test",
    join=join,
    follow=MANNER.follow,
    accept=MANNER.accept,
    post=post,
    create=create,
    reply=reply,
    edit=edit,
    edited="Hello everybody!",
    like=like,
    boost=MANNER.boost,
    undo=MANNER.undo,
    delete=delete,
    shown=Shown(text="From Friendica to Lemmy Hello Lemmy! {url}", media=(("image", "A garden"),), language="de"),
    answer="@ jakob test",
    insists=(whole_inside, public_is_in_to_or_cc),
)
