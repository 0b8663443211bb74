"""PieFed, after its source: a community passes on the activity only; threads have flairs, votes may be reactions."""

from __future__ import annotations

from tests.stories import shapes
from tests.stories.manner import Manner
from tests.stories.software import Dialect, Shown, Target
from tests.stories.strict import addresses_are_lists, whole_inside
from tests.support.peers import AS, PUBLIC, Actor, Document, PeerServer

CONTEXT = [
    AS,
    "https://w3id.org/security/v1",
    {"lemmy": "https://join-lemmy.org/ns#", "Emoji": "http://joinmastodon.org/ns#Emoji", "stickied": "lemmy:stickied"},
]
MANNER = Manner(
    context=CONTEXT,
    fraction=".123456+00:00",
    ids={kind: f"{{base}}/activities/{kind.lower()}/{{u}}" for kind in ("Create", "Update", "Delete", "Like", "Undo", "Announce")}
    | {"Accept": "{base}/activities/accept/{u}", "Note": "{base}/comment/{n}"},
)


def _actor(server: PeerServer, uri: str, name: str, **members: object) -> Actor:
    document: Document = {
        "@context": CONTEXT,
        "id": uri,
        "preferredUsername": name,
        "name": name.title(),
        "url": uri,
        "inbox": f"{uri}/inbox",
        "outbox": f"{uri}/outbox",
        "followers": f"{uri}/followers",
        "manuallyApprovesFollowers": False,
        "published": "2024-01-01T00:00:00.000000+00:00",
        "endpoints": {"sharedInbox": f"{server.origin}/inbox"},
    }
    return shapes.actor(server, document | members, key_id=f"{uri}#main-key")


def join(server: PeerServer) -> Actor:
    """A person."""
    return _actor(server, f"{server.origin}/u/ben", "ben", type="Person", indexable=True)


def group(server: PeerServer) -> Actor:
    """A community with moderators and flairs."""
    uri = f"{server.origin}/c/care"
    flairs = [{"type": "lemmy:CommunityTag", "id": f"{uri}/tag/1", "display_name": "question"}]
    told = {"moderators": f"{uri}/moderators", "attributedTo": f"{uri}/moderators", "featured": f"{uri}/featured"}
    return _actor(server, uri, "care", type="Group", postingRestrictedToMods=False, **told, **{"lemmy:tagsForPosts": flairs})


def post(me: Actor) -> Document:
    """A thread with a picture and a flair."""
    base, community = shapes.base(me), f"{shapes.base(me)}/c/care"
    document: Document = {
        "id": f"{base}/post/{shapes.number()}",
        "type": "Page",
        "attributedTo": me.uri,
        "to": [community, PUBLIC],
        "cc": [],
        "audience": community,
        "name": "How do you plan visits?",
        "content": "<p>We use a map</p>\n",
        "mediaType": "text/html",
        "source": {"content": "We use a map", "mediaType": "text/markdown"},
        "attachment": [{"type": "Image", "url": f"{base}/static/media/posts/a.webp", "name": "A map with pins"}],
        "image": {"type": "Image", "url": f"{base}/static/media/posts/a.webp"},
        "commentsEnabled": True,
        "sensitive": False,
        "nsfl": False,
        "stickied": False,
        "language": {"identifier": "en", "name": "English"},
        "tag": [
            {"type": "lemmy:CommunityTag", "id": f"{community}/tag/1", "display_name": "question"},
            {"type": "Hashtag", "href": f"{base}/tag/visits", "name": "#visits"},
        ],
        "published": shapes.now(me),
        "updated": None,
    }
    return shapes.serve(me, document, CONTEXT)


def reply(me: Actor, target: Target) -> Document:
    """A comment to whom it answers, the community in `cc`."""
    community = f"{shapes.base(me)}/c/care"
    told = {"to": [PUBLIC, target.author], "cc": [community, me.document["followers"]], "audience": community}
    return MANNER.answer(me, target, "<p>Pins help</p>", distinguished=False, published=shapes.now(me), **told)


def edit(me: Actor, thing: Document) -> Document:
    """The whole thread again."""
    return MANNER.edit(me, thing, content="<p>We use two maps</p>\n", updated=shapes.now(me))


def react(me: Actor, target: Target) -> Document:
    """A vote with a sign."""
    return MANNER.like(me, target) | {"content": "👍", "audience": f"{shapes.base(me)}/c/care"}


def relay(community: Actor, me: Actor, activity: Document) -> list[tuple[Actor, Document]]:
    """The activity, wrapped, and nothing else."""
    return [(community, MANNER.wrap(community, activity))]


DIALECT = Dialect(
    name="PieFed",
    host="piefed.test",
    join=join,
    group=group,
    relay=relay,
    answers_too=True,
    accept=MANNER.accept,
    post=post,
    create=MANNER.create,
    reply=reply,
    edit=edit,
    edited="We use two maps",
    like=react,
    says="👍",
    undo=MANNER.undo,
    delete=MANNER.delete,
    shown=Shown(
        text="How do you plan visits? We use a map {url}",
        media=(("image", "A map with pins"),),
        tags=("visits",),
        language="en",
    ),
    answer="Pins help",
    insists=(addresses_are_lists, whole_inside),
)
