"""BookWyrm, after its source: reviews arrive as articles, all else as notes; it takes only answers and direct messages."""

from __future__ import annotations

from tests.stories import shapes
from tests.stories.manner import Manner
from tests.stories.software import Dialect, Shown, Target
from tests.stories.strict import whole_inside
from tests.support.peers import AS, Actor, Document, PeerServer

CONTEXT = [AS, "https://w3id.org/security/v1", {"Hashtag": "as:Hashtag", "sensitive": "as:sensitive"}]
MANNER = Manner(
    context=CONTEXT,
    fraction=".987654+00:00",
    ids={
        "Note": "{me}/comment/{n}",
        "Follow": "{me}#follows/{n}",
        "Accept": "{me}#accepts/{n}",
        "Like": "{me}/favorite/{n}",
        "Announce": "{me}/boost/{n}",
        "Undo": "{thing}#undo",
    },
)


def join(server: PeerServer) -> Actor:
    """With switches of its own."""
    uri = f"{server.origin}/user/ben"
    document: Document = {
        "@context": CONTEXT,
        "id": uri,
        "type": "Person",
        "preferredUsername": "ben",
        "name": "Ben",
        "inbox": f"{uri}/inbox",
        "outbox": f"{uri}/outbox",
        "followers": f"{uri}/followers",
        "url": uri,
        "summary": "<p>reads</p>",
        "endpoints": {"sharedInbox": f"{server.origin}/inbox"},
        "icon": {"type": "Document", "url": f"{server.origin}/images/a.png", "name": "avatar for ben", "@context": AS},
        "bookwyrmUser": True,
        "manuallyApprovesFollowers": False,
        "discoverable": False,
        "hideFollows": False,
        "alsoKnownAs": [],
        "movedTo": None,
        "published": "2022-01-01T00:00:00.000000+00:00",
    }
    made = shapes.actor(server, document, key_id=f"{uri}/#main-key")
    server.answer(f"{uri}/", shapes.as_answer(document))  # the key's address without its fragment ends in a slash
    return made


def post(me: Actor) -> Document:
    """A review: a title with the stars, the cover as picture."""
    base = shapes.base(me)
    document = MANNER.note(
        me,
        "<p>Everybody who counsels should read it</p>",
        type="Article",
        name='Review of "Motivational Interviewing" (5 stars)',
        summary=None,
        sensitive=False,
        inReplyTo=None,
        attachment=[
            {"type": "Document", "url": f"{base}/images/covers/a.jpg", "name": "W. R. Miller: Motivational Interviewing"}
        ],
    )
    uri = f"{me.uri}/review/{shapes.number()}"
    return shapes.serve(me, document | {"id": uri, "published": shapes.now(me).removesuffix("Z") + "+00:00"}, CONTEXT)


def reply(me: Actor, target: Target) -> Document:
    """A status that answers."""
    return MANNER.answer(me, target, f'<p><a href="{target.author}">@amy</a> with the book club</p>', published=shapes.now(me))


def edit(me: Actor, thing: Document) -> Document:
    """Another opinion."""
    told = {"content": "<p>Read it twice</p>", "updated": shapes.now(me)}
    return MANNER.edit(me, thing, **told)


DIALECT = Dialect(
    name="BookWyrm",
    host="bookwyrm.test",
    join=join,
    follow=MANNER.follow,
    accept=MANNER.accept,
    post=post,
    create=MANNER.create,
    reply=reply,
    edit=edit,
    edited="Read it twice",
    like=MANNER.like,
    boost=MANNER.boost,
    undo=MANNER.undo,
    delete=MANNER.delete,
    shown=Shown(
        text='Review of "Motivational Interviewing" (5 stars) Everybody who counsels should read it {url}',
        media=(("image", "W. R. Miller: Motivational Interviewing"),),
    ),
    answer="with the book club",
    insists=(whole_inside,),
)
