"""Misskey and its family, after its source: reactions, MFM beside the HTML, shared inbox in two places, an Accept without id."""

from __future__ import annotations

from tests.stories import shapes
from tests.stories.manner import Manner
from tests.stories.software import Dialect, Shown, Target
from tests.stories.strict import misskey_limits
from tests.support.peers import AS, Actor, Document, PeerServer

CONTEXT = [
    AS,
    "https://w3id.org/security/v1",
    {
        "misskey": "https://misskey-hub.net/ns#",
        "_misskey_content": "misskey:_misskey_content",
        "_misskey_reaction": "misskey:_misskey_reaction",
        "isCat": "misskey:isCat",
    },
]
MANNER = Manner(
    context=CONTEXT,
    fraction=".000",
    likes={"content": "👍", "_misskey_reaction": "👍"},
    ids={
        "Note": "{base}/notes/a{n}",
        "Update": "{thing}/activity#update-{n}",
        "Delete": "{thing}/delete",
        "Follow": "{base}/follows/a{n}",
        "Like": "{base}/likes/a{n}",
        "Announce": "{base}/notes/a{n}/activity",
        "Vote": "{me}#votes/a{n}",
    },
)


def join(server: PeerServer) -> Actor:
    """Ids hold no names; the key is a fragment; a cat."""
    uri = f"{server.origin}/users/9pa4vx2u2n"
    document: Document = {
        "@context": CONTEXT,
        "type": "Person",
        "id": uri,
        "inbox": f"{uri}/inbox",
        "outbox": f"{uri}/outbox",
        "followers": f"{uri}/followers",
        "following": f"{uri}/following",
        "featured": f"{uri}/collections/featured",
        "sharedInbox": f"{server.origin}/inbox",
        "endpoints": {"sharedInbox": f"{server.origin}/inbox"},
        "url": f"{server.origin}/@ben",
        "preferredUsername": "ben",
        "name": "Ben :blobcat:",
        "summary": "<p><span>counsellor</span></p>",
        "_misskey_summary": "counsellor",
        "icon": None,
        "image": None,
        "backgroundUrl": None,
        "tag": [_emoji(server.origin, "blobcat")],
        "manuallyApprovesFollowers": False,
        "discoverable": True,
        "isCat": True,
        "noindex": True,
    }
    return shapes.actor(server, document, key_id=f"{uri}#main-key")


def _emoji(origin: str, name: str) -> Document:
    icon = {"type": "Image", "mediaType": "image/png", "url": f"{origin}/files/{name}.png"}
    return {
        "id": f"{origin}/emojis/{name}",
        "type": "Emoji",
        "name": f":{name}:",
        "updated": "2024-01-01T00:00:00Z",
        "icon": icon,
    }


def post(me: Actor) -> Document:
    """A warning that is an invisible character, MFM as source, a Document without a description."""
    return MANNER.note(
        me,
        "<p><span>Tea break </span><b>now</b> :blobcat:</p>",
        summary="\u200b",
        _misskey_content="Tea break **now** :blobcat:",
        source={"content": "Tea break **now** :blobcat:", "mediaType": "text/x.misskeymarkdown"},
        _misskey_quote=None,
        attachment=[{"type": "Document", "mediaType": "image/webp", "url": f"{shapes.base(me)}/files/a", "name": None}],
        sensitive=False,
        tag=[_emoji(shapes.base(me), "blobcat")],
    )


def reply(me: Actor, target: Target) -> Document:
    """The name in MFM, the mention in the tags."""
    return MANNER.answer(me, target, "<p><span>Shall I bring cake?</span></p>", _misskey_content="Shall I bring cake?")


def edit(me: Actor, thing: Document) -> Document:
    """Only its forks change posts (Sharkey, Iceshrimp)."""
    return MANNER.edit(me, thing, content="<p><span>Tea break later</span></p>", _misskey_content="Tea break later")


def accept(me: Actor, asked: Document) -> Document:
    """Older ones give it no id."""
    return MANNER.accept(me, asked) | {"id": None}


def react(me: Actor, target: Target) -> Document:
    """A reaction is a Like with a text, here a picture of its own."""
    document = MANNER.like(me, target)
    own = {"content": ":hug:", "_misskey_reaction": ":hug:", "tag": [_emoji(shapes.base(me), "hug")]}
    return document | own


DIALECT = Dialect(
    name="Misskey",
    host="misskey.test",
    join=join,
    follow=MANNER.follow,
    accept=accept,
    post=post,
    create=MANNER.create,
    reply=reply,
    edit=edit,
    edited="Tea break later",
    like=react,
    says=":hug:",
    boost=MANNER.boost,
    vote=MANNER.vote,
    undo=MANNER.undo,
    delete=MANNER.delete,
    shown=Shown(text="Tea break now :blobcat:", media=(("image", ""),)),
    answer="Shall I bring cake?",
    insists=(misskey_limits,),
)
