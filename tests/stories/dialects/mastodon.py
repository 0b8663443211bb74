"""Mastodon 4: recorded profile, posts, Follow, Like, Delete and the undoing of them; edits and boosts after its source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tests.stories import shapes
from tests.stories.software import Dialect, Shown, Target
from tests.stories.strict import whole_inside
from tests.support.peers import PUBLIC, Actor, Document, PeerServer

OLD = "https://masto.qa.urbanwildlife.biz"
KDE = "https://floss.social"
FELIX = "https://mastodon.madrid"
THERE = "https://mamot.fr"


def join(server: PeerServer) -> Actor:
    """The recorded profile."""
    return shapes.actor(server, shapes.recorded("mastodon/objects-person.json", (OLD, server.origin)))


def follow(me: Actor, target: str) -> Document:
    """Ids of activities are fragments of the actor or of nothing that is served."""
    return shapes.activity(me, "Follow", f"{shapes.base(me)}/{shapes.uuid()}", target)


def accept(me: Actor, asked: Document) -> Document:
    """The Follow stands inside."""
    return shapes.activity(me, "Accept", f"{me.uri}#accepts/follows/{shapes.number()}", shapes.bare(asked))


def post(me: Actor) -> Document:
    """A recorded post with a picture."""
    old, new = f"{KDE}/users/kde", me.uri
    number = str(shapes.number())
    document = shapes.recorded(
        "mastodon/objects-note_2.json",
        (old, new),
        (f"{KDE}/@kde", f"{shapes.base(me)}/@mastodon"),
        ("113306831140126616", number),
        ("2024-10-14T16:57:15Z", shapes.now(me)),
    )
    own = document | {"cc": [f"{me.uri}/followers"], "tag": [], "inReplyTo": None, "inReplyToAtomUri": None}
    me.server.serve(own)
    return own


def question(me: Actor) -> Document:
    """A poll of its own."""
    options = [
        {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": votes}}
        for name, votes in (("Tea", 3), ("Coffee", 1))
    ]
    uri = f"{me.uri}/statuses/{shapes.number()}"
    end = (me.server.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    more = {"oneOf": options, "endTime": end, "votersCount": 4, "summary": None}
    return shapes.serve(me, shapes.note(me, uri, "<p>Tea or coffee?</p>", type="Question", **more))


def create(me: Actor, thing: Document) -> Document:
    """The recorded wrapper: addressed and dated as what stands inside."""
    wrapper = shapes.recorded("mastodon/activities-create_note.json")
    told = {name: thing[name] for name in ("published", "to", "cc")}
    return wrapper | told | {"id": f"{thing['id']}/activity", "actor": me.uri, "object": shapes.bare(thing)}


def reply(me: Actor, target: Target) -> Document:
    """The recorded answer to somebody elsewhere: unlisted, with a mention."""
    number = str(shapes.number())
    document = shapes.recorded(
        "mastodon/activities-create_note.json",
        (f"{THERE}/users/retiolus/statuses/107224244380204526", target.uri),
        (f"{THERE}/users/retiolus", target.author),
        (f"{THERE}/@retiolus", target.url.rpartition("/")[0]),
        ("@retiolus@mamot.fr", target.handle),
        (f"{FELIX}/users/felix", me.uri),
        (f"{FELIX}/@felix", f"{shapes.base(me)}/@mastodon"),
        ("107224289116410645", number),
        ("2021-11-05T11:46:50Z", shapes.now(me)),
    )["object"]
    me.server.serve({"@context": "https://www.w3.org/ns/activitystreams"} | document)
    return dict(document)


def edit(me: Actor, thing: Document) -> Document:
    """The whole note again with `updated`; the id of the activity is a fragment of the note."""
    changed = thing | {"content": "<p>Funding is secured</p>", "contentMap": {"en": "<p>Funding is secured</p>"}}
    me.server.serve(changed := changed | {"updated": shapes.now(me)})
    told = {name: thing[name] for name in ("to", "cc")}
    return shapes.activity(me, "Update", f"{thing['id']}#updates/{shapes.number()}", shapes.bare(changed), **told)


def like(me: Actor, target: Target) -> Document:
    """The recorded Like: no addresses."""
    document = shapes.recorded(
        "mastodon/activities-like_page.json",
        (f"{FELIX}/users/felix", me.uri),
        ("212340", str(shapes.number())),
        ("https://ds9.lemmy.ml/post/147", target.uri),
    )
    return document


def boost(me: Actor, target: Target) -> Document:
    """A boost is a post with an activity at `…/activity`."""
    told = {"to": [PUBLIC], "cc": [target.author, f"{me.uri}/followers"], "published": shapes.now(me)}
    return shapes.activity(me, "Announce", f"{me.uri}/statuses/{shapes.number()}/activity", target.uri, **told)


def vote(me: Actor, target: Target, options: Sequence[str]) -> list[Document]:
    """One Create for each option, to the author alone."""
    return [_vote(me, target, option) for option in options]


def _vote(me: Actor, target: Target, option: str) -> Document:
    uri = f"{me.uri}#votes/{shapes.number()}"
    ballot = {"id": uri, "type": "Note", "name": option, "attributedTo": me.uri, "inReplyTo": target.uri, "to": target.author}
    return shapes.activity(me, "Create", f"{uri}/activity", ballot, to=target.author)


def undo(me: Actor, done: Document) -> Document:
    """What is taken back stands inside."""
    return shapes.activity(me, "Undo", f"{done['id']}/undo", shapes.bare(done))


def delete(me: Actor, thing: Document) -> Document:
    """The recorded Delete with a Tombstone."""
    me.server.fail(thing["id"], 410)
    old = f"{FELIX}/users/felix/statuses/107773559874184870"
    return shapes.recorded("mastodon/activities-delete.json", (old, thing["id"]), (f"{FELIX}/users/felix", me.uri))


DIALECT = Dialect(
    name="Mastodon",
    host="mastodon.test",
    join=join,
    follow=follow,
    accept=accept,
    post=post,
    create=create,
    reply=reply,
    edit=edit,
    edited="Funding is secured",
    like=like,
    boost=boost,
    vote=vote,
    undo=undo,
    delete=delete,
    shown=Shown(
        text=(
            "@ kde@lemmy.kde.social We also need funding 💶 to keep the gears turning! Please support us with a donation:"
            " https:// kde.org/donate/ [3/3]"
        ),
        language="en",
        media=(("image", "The KDE dragons Katie and Konqi stand on either side of a pot filling up with gold coins. Donate!"),),
    ),
    answer="i have never been disappointed by a thinkpad",
    insists=(whole_inside,),
)
