"""Our actors, compared with the documents shown in federation, sections 2.2, 2.5 and 2.6."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fedisw.vocab.actors import Actor, Field, parse_actor
from fedisw.vocab.build_actors import build_actor
from fedisw.vocab.context import context_of
from fedisw.vocab.keys import Key
from fedisw.vocab.media import Media
from fedisw.vocab.names import AS, PUBLIC, SECURITY, ActorType, NoteType
from fedisw.vocab.objects import Source
from fedisw.vocab.policies import InteractionPolicy, Rule
from fedisw.vocab.read import Document
from fedisw.vocab.tags import Hashtag, Tags

US, ANA, GROUP, SERVER = (f"https://swork.example{path}" for path in ("", "/ap/actors/7", "/ap/actors/g12", "/actor"))
PEM = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"
MULTIBASE = "z6Mkv7RsMjwf2E55HCVp8qiH729G63GerxdiAi1SQQNQ4SDt"


def rsa(owner: str) -> Key:
    return Key(id=f"{owner}#main-key", owner=owner, pem=PEM)


def picture(
    path: str, media_type: str = "image/png", description: str = "", focal_point: tuple[float, float] | None = None
) -> Media:
    url = f"https://media.swork.example/{path}"
    return Media(kind=NoteType.IMAGE, url=url, media_type=media_type, description=description, focal_point=focal_point)


MEMBER = Actor(
    id=ANA,
    type=ActorType.PERSON,
    webfinger="ana@swork.example",
    preferred_username="ana",
    name="Ana Ruiz, LCSW",
    summary="<p>Supervision.</p>",
    url=f"{US}/@ana",
    published=datetime(2026, 3, 1, tzinfo=UTC),
    updated=datetime(2026, 11, 20, 10, tzinfo=UTC),
    inbox=f"{ANA}/inbox",
    outbox=f"{ANA}/outbox",
    followers=f"{ANA}/followers",
    following=f"{ANA}/following",
    featured=f"{ANA}/featured",
    featured_tags=f"{ANA}/tags",
    shared_inbox=f"{US}/inbox",
    approves_followers=True,
    discoverable=True,
    attribution_domains=("journal.example",),
    also_known_as=("https://old.example/users/ana",),
    icon=picture("7/avatar.png", description="Portrait of Ana"),
    image=picture("7/header.jpg", "image/jpeg", focal_point=(0.0, -0.25)),
    fields=(Field(name="Licence", value="LCSW, OR"),),
    tags=Tags(hashtags=(Hashtag(name="childwelfare", href=f"{US}/tags/childwelfare"),)),
    policy=InteractionPolicy(can_feature=Rule(automatic=(PUBLIC,))),
    keys=(rsa(ANA), Key(id=f"{ANA}#ed25519-key", owner=ANA, multibase=MULTIBASE)),
    key_ids=(f"{ANA}#main-key", f"{ANA}#ed25519-key"),
)
MEMBER_DOCUMENT: Document = {
    "id": ANA,
    "type": "Person",
    "webfinger": "ana@swork.example",
    "preferredUsername": "ana",
    "name": "Ana Ruiz, LCSW",
    "summary": "<p>Supervision.</p>",
    "url": f"{US}/@ana",
    "published": "2026-03-01T00:00:00Z",
    "updated": "2026-11-20T10:00:00Z",
    "inbox": f"{ANA}/inbox",
    "outbox": f"{ANA}/outbox",
    "followers": f"{ANA}/followers",
    "following": f"{ANA}/following",
    "featured": f"{ANA}/featured",
    "featuredTags": f"{ANA}/tags",
    "endpoints": {"sharedInbox": f"{US}/inbox"},
    "manuallyApprovesFollowers": True,
    "discoverable": True,
    "indexable": False,
    "memorial": False,
    "showFeatured": True,
    "showMedia": True,
    "showRepliesInMedia": False,
    "attributionDomains": ["journal.example"],
    "alsoKnownAs": ["https://old.example/users/ana"],
    "icon": {
        "type": "Image",
        "mediaType": "image/png",
        "url": "https://media.swork.example/7/avatar.png",
        "summary": "Portrait of Ana",
    },
    "image": {
        "type": "Image",
        "mediaType": "image/jpeg",
        "url": "https://media.swork.example/7/header.jpg",
        "focalPoint": [0.0, -0.25],
    },
    "attachment": [{"type": "PropertyValue", "name": "Licence", "value": "LCSW, OR"}],
    "tag": [{"type": "Hashtag", "href": f"{US}/tags/childwelfare", "name": "#childwelfare"}],
    "generator": {
        "type": "Application",
        "id": SERVER,
        "implements": [{"href": "https://datatracker.ietf.org/doc/html/rfc9421", "name": "RFC-9421: HTTP Message Signatures"}],
    },
    "interactionPolicy": {"canFeature": {"automaticApproval": [PUBLIC]}},
    "publicKey": {"id": f"{ANA}#main-key", "owner": ANA, "publicKeyPem": PEM},
    "assertionMethod": [{"id": f"{ANA}#ed25519-key", "type": "Multikey", "controller": ANA, "publicKeyMultibase": MULTIBASE}],
}


def test_a_member_is_as_the_wire_reference_shows_it():
    built = build_actor(MEMBER, generator=SERVER, show_featured=True, show_media=True, show_replies_in_media=False)
    assert built == MEMBER_DOCUMENT


def test_a_member_is_read_again_as_what_it_was():
    assert parse_actor(build_actor(MEMBER)) == MEMBER


def test_a_group_is_as_the_wire_reference_shows_it():
    moderators = f"{GROUP}/moderators"
    group = Actor(
        id=GROUP,
        type=ActorType.GROUP,
        webfinger="traumacare@swork.example",
        preferred_username="traumacare",
        name="Trauma-informed care",
        url=f"{US}/g/traumacare",
        inbox=f"{GROUP}/inbox",
        outbox=f"{GROUP}/outbox",
        followers=f"{GROUP}/followers",
        featured=f"{GROUP}/featured",
        moderators=moderators,
        discoverable=True,
        shared_inbox=f"{US}/inbox",
        icon=picture("g12/icon.png"),
        keys=(rsa(GROUP),),
    )
    assert build_actor(group, source=Source(content="No client details.", media_type="text/markdown")) == {
        "id": GROUP,
        "type": "Group",
        "webfinger": "traumacare@swork.example",
        "preferredUsername": "traumacare",
        "name": "Trauma-informed care",
        "source": {"content": "No client details.", "mediaType": "text/markdown"},
        "url": f"{US}/g/traumacare",
        "inbox": f"{GROUP}/inbox",
        "outbox": f"{GROUP}/outbox",
        "followers": f"{GROUP}/followers",
        "featured": f"{GROUP}/featured",
        "attributedTo": moderators,
        "moderators": moderators,
        "postingRestrictedToMods": False,
        "manuallyApprovesFollowers": False,
        "discoverable": True,
        "indexable": False,
        "sensitive": False,
        "endpoints": {"sharedInbox": f"{US}/inbox"},
        "icon": {"type": "Image", "mediaType": "image/png", "url": "https://media.swork.example/g12/icon.png"},
        "publicKey": {"id": f"{GROUP}#main-key", "owner": GROUP, "publicKeyPem": PEM},
    }


def test_the_server_is_as_the_wire_reference_shows_it():
    server = Actor(
        id=SERVER,
        type=ActorType.APPLICATION,
        preferred_username="swork.example",
        name="swork.example",
        url=f"{US}/about",
        inbox=f"{SERVER}/inbox",
        outbox=f"{SERVER}/outbox",
        shared_inbox=f"{US}/inbox",
        approves_followers=True,
        keys=(rsa(SERVER),),
    )
    built = build_actor(server)
    assert built == {
        "id": SERVER,
        "type": "Application",
        "preferredUsername": "swork.example",
        "name": "swork.example",
        "url": f"{US}/about",
        "inbox": f"{SERVER}/inbox",
        "outbox": f"{SERVER}/outbox",
        "endpoints": {"sharedInbox": f"{US}/inbox"},
        "manuallyApprovesFollowers": True,
        "publicKey": {"id": f"{SERVER}#main-key", "owner": SERVER, "publicKeyPem": PEM},
    }
    assert context_of(built) == [AS, SECURITY, {"manuallyApprovesFollowers": "as:manuallyApprovesFollowers"}]


def test_an_actor_without_an_rsa_key_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="RSA"):
        build_actor(Actor(id=ANA, type=ActorType.PERSON, inbox=ANA, preferred_username="ana"))
