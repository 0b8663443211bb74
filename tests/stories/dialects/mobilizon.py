"""Mobilizon: recorded person and event of a group; the group, comments and what the group announces after its source.

Its people follow nobody elsewhere; amy follows the group, whose key is written as `RSA PUBLIC KEY`.
"""

from __future__ import annotations

from tests.stories import shapes
from tests.stories.manner import Manner
from tests.stories.software import Dialect, Shown, Target
from tests.stories.strict import public_is_in_to_or_cc, whole_inside
from tests.support.peers import AS, Actor, Document, PeerServer

PERSON = "https://mobilizon.fr"
EVENT = "https://rendezvous.nomagic.uk"
MANNER = Manner(
    context=[AS, "https://litepub.social/litepub/context.jsonld", {"mz": "https://joinmobilizon.org/ns#"}],
    ids={
        "Note": "{base}/comments/{u}",
        "Accept": "{base}/accept/follow/{u}",
        "Announce": "{base}/announces/{u}",
        "Update": "{thing}/activity#{n}",
    },
)


def join(server: PeerServer) -> Actor:
    """The recorded person, with a key as PKCS#1 and many things null."""
    made = shapes.actor(server, shapes.recorded("mobilizon/objects-person.json", (PERSON, server.origin)))
    shapes.pkcs1(made)
    return made


def group(server: PeerServer) -> Actor:
    """A group with members."""
    document = shapes.recorded("mobilizon/objects-person.json", (f"{PERSON}/@sanof44", f"{server.origin}/@society"))
    text = {"type": "Group", "preferredUsername": "society", "name": "Society", "openness": "moderated"}
    own = {"members": f"{server.origin}/@society/members", "endpoints": {"sharedInbox": f"{server.origin}/inbox"}}
    made = shapes.actor(server, document | text | own)
    shapes.pkcs1(made)
    return made


def post(me: Actor) -> Document:
    """The recorded event of a group: by the group, its `actor` is who wrote it; changed after it was published."""
    base = shapes.base(me)
    document = shapes.recorded(
        "mobilizon/objects-event.json",
        (f"{EVENT}/@devon_caledonian_society", f"{base}/@society"),
        (f"{EVENT}/@emorrp1", me.uri),
        ("b81c0531-a57c-497d-93ba-af0f8b255498", shapes.uuid()),
        ("2022-09-27T14:33:14Z", shapes.now(me)),
        ("2022-09-27T14:39:18Z", shapes.now(me)),
        (EVENT, base),
    )
    document |= {"content": "<p>£6 each.</p>", "name": "Scottish dance class"}
    me.server.serve(document)
    return document


def reply(me: Actor, target: Target) -> Document:
    """A comment on an event."""
    return MANNER.answer(me, target, "<p>Bring soft shoes</p>", actor=me.uri, isAnnouncement=False)


def edit(me: Actor, thing: Document) -> Document:
    """The event is called off."""
    status = {"ical:status": "CANCELLED", "name": "No dance class"}
    return MANNER.edit(me, thing, **status) | {"attributedTo": thing["attributedTo"]}


def relay(society: Actor, me: Actor, activity: Document) -> list[tuple[Actor, Document]]:
    """The author's server sends the activity, the group announces a new event by its id."""
    if activity["type"] != "Create":
        return [(me, activity)]
    told = {"to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": [society.document["followers"]]}
    return [(me, activity), (society, MANNER.act("Announce", society, activity["object"]["id"], **told))]


DIALECT = Dialect(
    name="Mobilizon",
    host="mobilizon.test",
    join=join,
    group=group,
    relay=relay,
    by_group=True,
    accept=MANNER.accept,
    post=post,
    create=MANNER.create,
    reply=reply,
    edit=edit,
    edited="No dance class",
    undo=MANNER.undo,
    delete=MANNER.delete,
    shown=Shown(
        text=(
            "Scottish dance class 📅 2022-12-11 19:00–21:00 (Europe/London) 📍 The Kenn Centre, Devon Expressway, EX6 7TW"
            " Teignbridge, England, United Kingdom £6 each. {url}"
        ),
        media=(("image", "Banner"),),
        tags=("dance", "caledonian", "lesson"),
        language="en",
    ),
    answer="Bring soft shoes",
    insists=(public_is_in_to_or_cc, whole_inside),
)
