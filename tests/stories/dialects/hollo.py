"""Hollo, after its source and Fedify's: RFC 9421, compact JSON-LD with `as:Public` and single values, quotes, reactions."""

from __future__ import annotations

from fedisw.crypto.signed import Scheme
from tests.stories import shapes
from tests.stories.manner import Manner
from tests.stories.software import Dialect, Shown, Target
from tests.stories.strict import whole_inside
from tests.support.peers import AS, Actor, Document, PeerServer

CONTEXT = [
    AS,
    "https://w3id.org/security/v1",
    "https://w3id.org/security/data-integrity/v1",
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    {"toot": "http://joinmastodon.org/ns#", "Emoji": "toot:Emoji", "sensitive": "as:sensitive"},
]
MANNER = Manner(
    context=CONTEXT,
    single=True,
    public="as:Public",
    fraction=".123",
    ids={
        "Note": "{me}/{u}",
        "Create": "{thing}#create",
        "Update": "{thing}#update/{n}",
        "Delete": "{thing}#delete",
        "Follow": "{base}/#follows/{u}",
        "Accept": "{base}/#accepts/{u}",
        "Like": "{base}/#likes/{u}",
        "EmojiReact": "{base}/#reacts/{u}",
        "Announce": "{base}/#announces/{u}",
        "Undo": "{base}/#undos/{u}",
        "Vote": "{base}/#votes/{u}",
    },
)


def join(server: PeerServer) -> Actor:
    """The id is the page; the shared inbox stands in an object with a type."""
    uri = f"{server.origin}/@ben"
    document: Document = {
        "@context": CONTEXT,
        "id": uri,
        "type": "Person",
        "name": "Ben",
        "preferredUsername": "ben",
        "url": uri,
        "inbox": f"{uri}/inbox",
        "outbox": f"{uri}/outbox",
        "followers": f"{uri}/followers",
        "following": f"{uri}/following",
        "featured": f"{uri}/pinned",
        "endpoints": {"type": "as:Endpoints", "sharedInbox": f"{server.origin}/inbox"},
        "manuallyApprovesFollowers": False,
        "published": "2024-09-01T00:00:00Z",
        "summary": "",
    }
    return shapes.actor(server, document, key_id=f"{uri}#main-key")


def post(me: Actor) -> Document:
    """Lists of one are no lists; the page differs from the id."""
    document = MANNER.note(
        me,
        "<p>Slides are online</p>",
        contentMap={"de": "<p>Slides are online</p>"},
        attachment={
            "type": "Document",
            "mediaType": "image/png",
            "url": f"{shapes.base(me)}/media/a/original",
            "name": "First slide",
            "width": 800,
            "height": 600,
        },
        tag={"type": "Hashtag", "href": f"{shapes.base(me)}/tags/slides", "name": "#slides"},
    )
    return document


def reply(me: Actor, target: Target) -> Document:
    """With the mention in the text."""
    link = f'<a href="{target.url.rpartition("/")[0]}" translate="no" class="h-card u-url mention">@<span>amy</span></a>'
    return MANNER.answer(me, target, f"<p>{link} see you there</p>")


def edit(me: Actor, thing: Document) -> Document:
    """The same object with other text."""
    return MANNER.edit(me, thing, content="<p>Slides and notes are online</p>", contentMap=None)


def react(me: Actor, target: Target) -> Document:
    """EmojiReact with a sign of its own."""
    return MANNER.act("EmojiReact", me, target.uri, content="❤️", to=target.author)


DIALECT = Dialect(
    name="Hollo",
    host="hollo.test",
    join=join,
    follow=MANNER.follow,
    accept=MANNER.accept,
    post=post,
    create=MANNER.create,
    reply=reply,
    edit=edit,
    edited="Slides and notes are online",
    like=react,
    says="❤️",
    boost=MANNER.boost,
    vote=MANNER.vote,
    undo=MANNER.undo,
    delete=MANNER.delete,
    shown=Shown(content="<p>Slides are online</p>", media=(("image", "First slide"),), tags=("slides",), language="de"),
    answer="@ amy see you there",
    insists=(whole_inside,),
    scheme=Scheme.RFC9421,
)
