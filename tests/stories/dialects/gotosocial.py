"""GoToSocial 0.20, after its source: everything signed, keys in a document of their own, single values, no shared inbox."""

from __future__ import annotations

from tests.stories import shapes
from tests.stories.manner import Manner
from tests.stories.software import Dialect, Shown, Target
from tests.stories.strict import known_accept, whole_inside
from tests.support.peers import PUBLIC, Actor, Document, PeerServer

CONTEXT = ["https://gotosocial.org/ns", "https://www.w3.org/ns/activitystreams", {"sensitive": "as:sensitive"}]
PROFILE = [*CONTEXT, "https://w3id.org/security/v1", "http://joinmastodon.org/ns"]
MANNER = Manner(
    context=CONTEXT,
    single=True,
    votes_together=True,
    bare_delete=True,
    ids={
        "Note": "{me}/statuses/01J{n}",
        "Create": "{thing}/activity#Create",
        "Update": "{thing}/activity#Update-{n}",
        "Delete": "{thing}/activity#Delete",
        "Follow": "{me}/follow/01J{n}",
        "Accept": "{me}/accepts/01J{n}",
        "Like": "{me}/liked/01J{n}",
        "Announce": "{me}/statuses/01J{n}",
        "Undo": "{thing}#undo-{n}",
        "Vote": "{me}/statuses/01J{n}",
    },
)


def join(server: PeerServer) -> Actor:
    """Readable only with a signature; what stands at the address of the key is a stub of the actor for everybody."""
    uri = f"{server.origin}/users/ben"
    stub: Document = {"id": uri, "type": "Person", "preferredUsername": "ben", "publicKey": {}}
    document = stub | {
        "@context": PROFILE,
        "name": "Ben",
        "url": f"{server.origin}/@ben",
        "inbox": f"{uri}/inbox",
        "outbox": f"{uri}/outbox",
        "followers": f"{uri}/followers",
        "following": f"{uri}/following",
        "featured": f"{uri}/collections/featured",
        "manuallyApprovesFollowers": False,
        "discoverable": True,
        "hidesToPublicFromUnauthedWeb": False,
        "hidesCcPublicFromUnauthedWeb": True,
        "published": "2024-05-01T00:00:00Z",
        "tag": [],
        "attachment": {"type": "PropertyValue", "name": "Works as", "value": "<p>counsellor</p>"},
    }
    made = shapes.actor(server, document, key_id=f"{uri}/main-key")
    key = made.document["publicKey"]
    server.answer(f"{uri}/main-key", shapes.as_answer({"@context": PROFILE} | stub | {"publicKey": key, "inbox": f"{uri}/inbox"}))
    return made


def post(me: Actor) -> Document:
    """One value instead of lists; the description of the picture is its summary."""
    document = MANNER.note(
        me,
        "<p>Our <a href='https://gts.test/tags/rota' class='mention hashtag' rel='tag'>#<span>rota</span></a></p>",
        contentMap={"en": "<p>another form</p>"},
        summary="work",
        sensitive=True,
        tag={"type": "Hashtag", "href": f"{shapes.base(me)}/tags/rota", "name": "#rota"},
        attachment={
            "type": "Image",
            "mediaType": "image/jpeg",
            "url": f"{shapes.base(me)}/fileserver/1/attachment/original/a.jpg",
            "summary": "A rota on a fridge",
            "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
        },
        interactionPolicy={"canLike": {"automaticApproval": PUBLIC}, "canReply": {"always": PUBLIC}},
    )
    return document


def reply(me: Actor, target: Target) -> Document:
    """With one mention as an object."""
    return MANNER.answer(me, target, "<p>Tuesday is fine with us</p>")


def edit(me: Actor, thing: Document) -> Document:
    """The same object with other text."""
    return MANNER.edit(me, thing, content="<p>The new rota</p>")


DIALECT = Dialect(
    name="GoToSocial",
    host="gts.test",
    join=join,
    follow=MANNER.follow,
    accept=MANNER.accept,
    post=post,
    create=MANNER.create,
    reply=reply,
    edit=edit,
    edited="The new rota",
    like=MANNER.like,
    boost=MANNER.boost,
    vote=MANNER.vote,
    undo=MANNER.undo,
    delete=MANNER.delete,
    shown=Shown(text="Our # rota", warning="work", media=(("image", "A rota on a fridge"),), tags=("rota",), language="en"),
    answer="Tuesday is fine with us",
    insists=(known_accept, whole_inside),
    shared_inbox=False,
    secure=True,
    open="/main-key",
)
