"""PeerTube: recorded account, channel, video and Announce; comments, Update and Delete after its source.

Accounts follow nobody elsewhere; amy follows the channel, which announces videos; the account changes and deletes them.
"""

from __future__ import annotations

from tests.stories import shapes
from tests.stories.manner import Manner
from tests.stories.software import Dialect, Shown, Target
from tests.stories.strict import public_is_in_to_or_cc, whole_inside
from tests.support.peers import AS, Actor, Document, PeerServer

OLD = "https://tilvids.com"
VIDEO = "e7946124-7b72-4ad7-9d22-844a84bb2de1"
CONTEXT = [AS, "https://w3id.org/security/v1", {"RsaSignature2017": "https://w3id.org/security#RsaSignature2017"}]
MANNER = Manner(
    context=CONTEXT,
    bare_delete=True,
    fraction=".094",
    ids={
        "Note": "{base}/videos/watch/1/comments/{n}",
        "Update": "{thing}/updates/{n}",
        "Delete": "{thing}/delete",
        "Accept": "{base}/accepts/follows/{n}",
        "Create": "{thing}/activity",
    },
)


def join(server: PeerServer) -> Actor:
    """The recorded account, with several sizes of its picture."""
    return shapes.actor(server, shapes.recorded("peertube/objects-person.json", (OLD, server.origin)))


def group(server: PeerServer) -> Actor:
    """The recorded channel."""
    return shapes.actor(server, shapes.recorded("peertube/objects-group.json", (OLD, server.origin)))


def post(me: Actor) -> Document:
    """The recorded video: by account and channel, text in Markdown, files below one of many links; its text cut."""
    document = shapes.recorded(
        "peertube/objects-video.json",
        (OLD, shapes.base(me)),
        (VIDEO, shapes.uuid()),
        ("2025-02-01T11:59:45.094Z", shapes.now(me, fraction=".094")),
        ("2025-02-04T09:00:50.396Z", shapes.now(me, fraction=".396")),
    )
    document |= {"name": "News about rotas", "content": "All about **rotas**\r\nand more"}
    me.server.serve(document)
    return document


def reply(me: Actor, target: Target) -> Document:
    """A comment."""
    return MANNER.answer(me, target, "<p>Thanks for watching</p>")


def edit(me: Actor, thing: Document) -> Document:
    """A whole video again."""
    return MANNER.edit(me, thing, name="Old news about rotas")


def relay(channel: Actor, me: Actor, activity: Document) -> list[tuple[Actor, Document]]:
    """The recorded Announce of the video's id; all else comes from the account."""
    if activity["type"] != "Create":
        return [(me, activity)]
    document = shapes.recorded("peertube/activities-announce_video.json", (OLD, shapes.base(me)))
    video = str(activity["object"]["id"])
    return [(me, activity), (channel, document | {"id": f"{video}/announces/{shapes.number()}", "object": video})]


def view(me: Actor, target: str) -> Document:
    """Somebody has watched it."""
    return shapes.activity(me, "View", f"{me.uri}/views/videos/1/{shapes.number()}", target)


DIALECT = Dialect(
    name="PeerTube",
    host="peertube.test",
    join=join,
    group=group,
    relay=relay,
    accept=MANNER.accept,
    post=post,
    create=MANNER.create,
    reply=reply,
    edit=edit,
    edited="Old news about rotas",
    undo=MANNER.undo,
    delete=MANNER.delete,
    shown=Shown(text="News about rotas All about rotas and more {url}", media=(("video", ""),), language="en"),
    answer="Thanks for watching",
    insists=(public_is_in_to_or_cc, whole_inside),
)
