"""WordPress with the ActivityPub plugin: recorded author, blog, article, comment and Announce; ids are queries."""

from __future__ import annotations

from tests.stories import shapes
from tests.stories.manner import Manner
from tests.stories.software import Dialect, Shown, Target
from tests.stories.strict import whole_inside
from tests.support.peers import AS, PUBLIC, Actor, Document, PeerServer

AUTHOR = "https://pfefferle.org"
BLOG = "https://dbzer0.com"
MANNER = Manner(
    context=[AS],
    ids={
        "Follow": "{me}#follow-{n}",
        "Accept": "{me}#follow-accept-{n}",
        "Update": "{thing}#activity-update-{n}",
        "Delete": "{thing}#activity-delete",
        "Create": "{thing}#activity-create",
        "Like": "{base}/?c={n}#activity-like",
        "Announce": "{me}#activity-announce-{n}",
        "Undo": "{thing}-undo",
    },
)


def join(server: PeerServer) -> Actor:
    """The recorded author."""
    document = shapes.recorded(
        "wordpress/objects-person.json", (AUTHOR, server.origin), ("matthias@pfefferle.org", f"matthias@{server.host}")
    )
    return shapes.actor(server, document)


def group(server: PeerServer) -> Actor:
    """The recorded blog: a Group whose id is a query, with RFC 9421 in its generator."""
    document = shapes.recorded("wordpress/objects-group.json", (BLOG, server.origin))
    own = {"preferredUsername": "blog", "webfinger": f"blog@{server.host}", "attributionDomains": [server.host]}
    return shapes.actor(server, document | own)


def post(me: Actor) -> Document:
    """The recorded article, its text cut: summary, teaser, pictures with addresses escaped as for HTML."""
    base = shapes.base(me)
    document = shapes.recorded(
        "wordpress/objects-page.json",
        (f"{BLOG}/blog/author/db0/", me.uri),
        (f"{BLOG}/?p=27948", f"{base}/?p={shapes.number()}"),
        (BLOG, base),
        ("2025-12-10T15:53:45Z", shapes.now(me)),
    )
    own = {"cc": [me.document["followers"]], "content": "<p>Long</p>", "contentMap": {"en": "<p>Long</p>"}, "tag": []}
    document |= own | {"attachment": document["attachment"][:1]}
    del document["updated"]
    me.server.serve(document)
    return document


def reply(me: Actor, target: Target) -> Document:
    """The recorded comment; whom it answers is named beside."""
    document = shapes.recorded(
        "wordpress/objects-note.json",
        ("https://socialhub.activitypub.rocks/ap/object/ce040f1ead95964f6dbbf1084b81432d", target.uri),
        (f"{AUTHOR}?c=148", f"{shapes.base(me)}/?c={shapes.number()}"),
        ("2024-04-30T15:21:13Z", shapes.now(me)),
        (AUTHOR, shapes.base(me)),
    )
    mention = {"type": "Mention", "href": target.author, "name": target.handle}
    document |= {"cc": [target.author], "tag": [mention]}
    me.server.serve(document)
    return document


def edit(me: Actor, thing: Document) -> Document:
    """The article with another teaser."""
    return MANNER.edit(me, thing, summary="All about other ships")


def relay(blog: Actor, me: Actor, activity: Document) -> list[tuple[Actor, Document]]:
    """The recorded Announce: the blog passes on what its author did."""
    document = shapes.recorded("wordpress/activities-announce.json", (AUTHOR, shapes.base(me)))
    uri = f"{activity['id']}#activity"
    own = {"id": uri, "actor": blog.uri, "audience": blog.uri, "object": shapes.bare(activity), "to": [PUBLIC]}
    return [(blog, document | own | {"published": shapes.now(me), "updated": shapes.now(me)})]


DIALECT = Dialect(
    name="WordPress",
    host="wordpress.test",
    join=join,
    group=group,
    relay=relay,
    follow=MANNER.follow,
    accept=MANNER.accept,
    post=post,
    create=MANNER.create,
    reply=reply,
    edit=edit,
    edited="All about other ships",
    like=MANNER.like,
    boost=MANNER.boost,
    undo=MANNER.undo,
    delete=MANNER.delete,
    shown=Shown(
        text=(
            "An Epic 3D-Printed Fan Expansion for Last Light I like the Last Light boardgame, so I went wild creating a"
            " collection of custom ships per color. All in all, 45 different spaceship designs, all available for everyone."
            " {url}"
        ),
        media=(("image", "A fleet of varied spacships"),),
        language="en",
    ),
    answer="Nice! Hello from WordPress!",
    insists=(whole_inside,),
)
