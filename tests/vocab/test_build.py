"""What we send, compared with the documents shown in federation, sections 1.5 and 4."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from fedisw.vocab import build
from fedisw.vocab.build_notes import build_note, build_vote
from fedisw.vocab.collections import Collection, Page
from fedisw.vocab.media import Media
from fedisw.vocab.names import AS, LD_ACTIVITY, PUBLIC, QUOTE_REL, NoteType
from fedisw.vocab.objects import Note, Quote, Source, parse_note
from fedisw.vocab.policies import InteractionPolicy, Rule
from fedisw.vocab.polls import Poll, PollOption
from fedisw.vocab.read import Document
from fedisw.vocab.tags import Emoji, Hashtag, Mention, Tags

US, ANA, BEN = "https://swork.example", "https://swork.example/ap/actors/7", "https://remote.example/users/ben"
NOTE_ID, QUOTED = f"{US}/ap/objects/90", "https://remote.example/notes/9"
AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
HTML = "<p>thoughts on supervision? :sw_heart:</p>"
HEART = "https://media.swork.example/emoji/sw_heart.png"

NOTE = Note(
    id=NOTE_ID,
    type=NoteType.NOTE,
    attributed_to=ANA,
    to=(PUBLIC,),
    cc=(f"{ANA}/followers", BEN),
    url=f"{US}/@ana/90",
    published=AT,
    updated=AT + timedelta(minutes=20),
    summary="caseload, burnout",
    sensitive=True,
    content=HTML,
    content_map={"en": HTML},
    source=Source(content="thoughts on #supervision? :sw_heart:", media_type="text/markdown"),
    context=f"{US}/ap/contexts/55",
    conversation=f"{US}/ap/contexts/55",
    tags=Tags(
        mentions=(Mention(href=BEN, name="@ben@remote.example"),),
        hashtags=(Hashtag(name="supervision", href=f"{US}/tags/supervision"),),
        emojis=(
            Emoji(
                shortcode="sw_heart",
                url=HEART,
                id=f"{US}/emojis/3",
                media_type="image/png",
                updated=datetime(2026, 1, 1, tzinfo=UTC),
            ),
        ),
    ),
    attachments=(
        Media(
            kind=NoteType.IMAGE,
            url="https://media.swork.example/90/a.jpg",
            media_type="image/jpeg",
            description="Whiteboard",
            width=1200,
            height=800,
            blurhash="UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
            focal_point=(0.1, -0.2),
        ),
    ),
    quote=Quote(uri=QUOTED, authorization="https://remote.example/users/ben/stamps/4"),
    policy=InteractionPolicy(can_quote=Rule(automatic=(f"{ANA}/followers",)), can_reply=Rule(automatic=(PUBLIC,))),
    replies=Collection(
        id=f"{NOTE_ID}/replies", first=Page(id=None, part_of=f"{NOTE_ID}/replies", next=f"{NOTE_ID}/replies?page=1")
    ),
    likes=Collection(id=f"{NOTE_ID}/likes", total_items=0),
    shares=Collection(id=f"{NOTE_ID}/shares", total_items=0),
)
NOTE_DOCUMENT: Document = {
    "id": NOTE_ID,
    "type": "Note",
    "attributedTo": ANA,
    "to": [PUBLIC],
    "cc": [f"{ANA}/followers", BEN],
    "url": f"{US}/@ana/90",
    "published": "2026-11-21T09:00:00Z",
    "updated": "2026-11-21T09:20:00Z",
    "inReplyTo": None,
    "summary": "caseload, burnout",
    "sensitive": True,
    "content": HTML,
    "contentMap": {"en": HTML},
    "source": {"content": "thoughts on #supervision? :sw_heart:", "mediaType": "text/markdown"},
    "context": f"{US}/ap/contexts/55",
    "conversation": f"{US}/ap/contexts/55",
    "tag": [
        {"type": "Mention", "href": BEN, "name": "@ben@remote.example"},
        {"type": "Hashtag", "href": f"{US}/tags/supervision", "name": "#supervision"},
        {
            "type": "Emoji",
            "id": f"{US}/emojis/3",
            "name": ":sw_heart:",
            "updated": "2026-01-01T00:00:00Z",
            "icon": {"type": "Image", "mediaType": "image/png", "url": HEART},
        },
        {"type": "Link", "mediaType": LD_ACTIVITY, "rel": QUOTE_REL, "href": QUOTED, "name": f"RE: {QUOTED}"},
    ],
    "attachment": [
        {
            "type": "Image",
            "mediaType": "image/jpeg",
            "url": "https://media.swork.example/90/a.jpg",
            "name": "Whiteboard",
            "summary": "Whiteboard",
            "width": 1200,
            "height": 800,
            "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
            "focalPoint": [0.1, -0.2],
        }
    ],
    "quote": QUOTED,
    "quoteUri": QUOTED,
    "_misskey_quote": QUOTED,
    "quoteAuthorization": "https://remote.example/users/ben/stamps/4",
    "interactionPolicy": {
        "canQuote": {"automaticApproval": [f"{ANA}/followers"]},
        "canReply": {"automaticApproval": [PUBLIC]},
    },
    "replies": {
        "id": f"{NOTE_ID}/replies",
        "type": "Collection",
        "first": {
            "type": "CollectionPage",
            "partOf": f"{NOTE_ID}/replies",
            "items": [],
            "next": f"{NOTE_ID}/replies?page=1",
        },
    },
    "likes": {"id": f"{NOTE_ID}/likes", "type": "Collection", "totalItems": 0},
    "shares": {"id": f"{NOTE_ID}/shares", "type": "Collection", "totalItems": 0},
}
PLAIN = Note(id=NOTE_ID, type=NoteType.NOTE, attributed_to=ANA, to=(BEN,), content="<p>x</p>", published=AT)


def test_a_note_is_as_the_wire_reference_shows_it():
    assert build_note(NOTE) == NOTE_DOCUMENT


def test_a_note_is_read_again_as_what_it_was():
    found = parse_note(build_note(NOTE))
    readers_own = {"language", "links", "tags"}
    assert {name for name in NOTE.__slots__ if getattr(found, name) != getattr(NOTE, name)} == readers_own
    assert (found.tags.mentions, found.tags.hashtags, found.tags.emojis) == (
        NOTE.tags.mentions,
        NOTE.tags.hashtags,
        NOTE.tags.emojis,
    )


def test_a_plain_note_says_no_more_than_it_must():
    assert build_note(PLAIN) == {
        "id": NOTE_ID,
        "type": "Note",
        "attributedTo": ANA,
        "to": [BEN],
        "published": "2026-11-21T09:00:00Z",
        "content": "<p>x</p>",
        "inReplyTo": None,
        "sensitive": False,
    }


def test_a_poll_is_read_again_as_what_it_was():
    for poll in (
        Poll(options=(PollOption(name="A", votes=2), PollOption(name="B")), end=AT, voters=2),
        Poll(options=(PollOption(name="A"),), multiple=True, end=AT, is_closed=True, voters=0),
    ):
        question = Note(id=NOTE_ID, type=NoteType.QUESTION, attributed_to=ANA, poll=poll)
        assert parse_note(build_note(question)).poll == poll


@pytest.mark.parametrize("rule", [Rule(), Rule(manual=(PUBLIC,)), Rule(automatic=(ANA,), manual=(PUBLIC,))])
def test_a_policy_is_read_again_as_what_it_was(rule: Rule):
    policy = InteractionPolicy(can_quote=rule)
    note = Note(id=NOTE_ID, type=NoteType.NOTE, attributed_to=ANA, policy=policy)
    assert parse_note(build_note(note)).policy == policy


@pytest.mark.parametrize("seconds", [0.25, 3.0, 100.0, 1_145.5, 5_000_000.0])
def test_a_duration_is_read_again_as_what_it_was(seconds: float):
    film = Media(kind=NoteType.VIDEO, url="https://media.swork.example/1.mp4", duration=seconds)
    note = Note(id=NOTE_ID, type=NoteType.NOTE, attributed_to=ANA, attachments=(film,))
    assert parse_note(build_note(note)).attachments == (film,)


def test_a_gone_quote_is_not_sent():
    note = Note(id=NOTE_ID, type=NoteType.NOTE, attributed_to=ANA, quote=Quote(uri=None))
    assert not {"quote", "quoteUri", "tag"} & build_note(note).keys()


def test_a_create_repeats_the_addressing_of_its_note():
    note = build_note(NOTE)
    assert build.create(actor=ANA, object=note) == {
        "id": f"{NOTE_ID}/activity",
        "type": "Create",
        "actor": ANA,
        "published": "2026-11-21T09:00:00Z",
        "to": note["to"],
        "cc": note["cc"],
        "object": note,
    }


def test_a_vote_is_as_the_wire_reference_shows_it():
    vote = build_vote(
        id=f"{US}/ap/objects/94", attributed_to=ANA, question="https://remote.example/notes/12", option="Group", to=BEN
    )
    assert build.create(actor=ANA, object=vote) == {
        "id": f"{US}/ap/objects/94/activity",
        "type": "Create",
        "actor": ANA,
        "to": [BEN],
        "object": {
            "id": f"{US}/ap/objects/94",
            "type": "Note",
            "name": "Group",
            "attributedTo": ANA,
            "inReplyTo": "https://remote.example/notes/12",
            "to": [BEN],
        },
    }


def activity(number: int) -> str:
    return f"{US}/ap/activities/{number}"


FOLLOW = build.follow(id=activity(92), actor=ANA, object=BEN)


def enveloped(number: int, kind: str, **members: object) -> dict[str, object]:
    return {"id": activity(number), "type": kind, "actor": ANA, **members}


@pytest.mark.parametrize(
    ("built", "expected"),
    [
        (FOLLOW, enveloped(92, "Follow", object=BEN)),
        (build.accept(id=activity(1), actor=ANA, object=FOLLOW), enveloped(1, "Accept", object=FOLLOW)),
        (
            build.accept(id=activity(1), actor=ANA, object=FOLLOW, to=[BEN], result=NOTE_ID),
            enveloped(1, "Accept", to=[BEN], result=NOTE_ID, object=FOLLOW),
        ),
        (build.reject(id=activity(1), actor=ANA, object=FOLLOW), enveloped(1, "Reject", object=FOLLOW)),
        (build.undo(id=activity(93), actor=ANA, object=FOLLOW), enveloped(93, "Undo", object=FOLLOW)),
        (
            build.delete(id=activity(91), actor=ANA, object=NOTE_ID, to=[PUBLIC]),
            enveloped(91, "Delete", to=[PUBLIC], object={"id": NOTE_ID, "type": "Tombstone"}),
        ),
        (
            build.delete_actor(id=activity(1), actor=ANA, to=[PUBLIC]),
            enveloped(1, "Delete", to=[PUBLIC], object=ANA),
        ),
        (build.like(id=activity(1), actor=ANA, object=QUOTED, to=[BEN]), enveloped(1, "Like", to=[BEN], object=QUOTED)),
        (
            build.announce(id=activity(1), actor=ANA, object=QUOTED, to=[PUBLIC], cc=[BEN], published=AT),
            enveloped(1, "Announce", published="2026-11-21T09:00:00Z", to=[PUBLIC], cc=[BEN], object=QUOTED),
        ),
        (build.block(id=activity(1), actor=ANA, object=BEN), enveloped(1, "Block", object=BEN)),
        (
            build.flag(id=activity(95), actor=ANA, objects=[BEN, QUOTED], content="Details of a client", to=[BEN]),
            enveloped(95, "Flag", content="Details of a client", object=[BEN, QUOTED], to=[BEN]),
        ),
        (
            build.move(id=activity(1), actor=ANA, target=BEN, to=[f"{ANA}/followers"]),
            enveloped(1, "Move", object=ANA, target=BEN, to=[f"{ANA}/followers"]),
        ),
        (
            build.add(id=activity(1), actor=ANA, object=NOTE_ID, target=f"{ANA}/featured"),
            enveloped(1, "Add", object=NOTE_ID, target=f"{ANA}/featured"),
        ),
        (
            build.remove(id=activity(1), actor=ANA, object=NOTE_ID, target=f"{ANA}/featured", to=[PUBLIC]),
            enveloped(1, "Remove", object=NOTE_ID, target=f"{ANA}/featured", to=[PUBLIC]),
        ),
        (
            build.quote_request(id=activity(96), actor=ANA, object=QUOTED, instrument=NOTE_DOCUMENT),
            enveloped(96, "QuoteRequest", object=QUOTED, instrument=NOTE_DOCUMENT),
        ),
    ],
)
def test_an_activity_is_as_the_wire_reference_shows_it(built: Document, expected: dict[str, object]):
    assert built == expected


def test_an_update_is_addressed_as_its_object_unless_told():
    note = build_note(NOTE)
    own = build.update(id=activity(1), actor=ANA, object=note)
    told = build.update(id=activity(1), actor=ANA, object=note, to=[PUBLIC], cc=[BEN])
    assert (own["to"], own["cc"], own["updated"]) == (note["to"], note["cc"], "2026-11-21T09:20:00Z")
    assert (told["to"], told["cc"]) == ([PUBLIC], [BEN])


def test_a_group_passes_an_activity_on_unchanged():
    inner: Document = {"@context": AS, "id": "https://remote.example/1", "type": "Like", "odd": [1, None]}
    built = build.announce(id=activity(900), actor=ANA, object=inner, to=[PUBLIC], audience=ANA)
    assert built["object"] is inner
    assert built["audience"] == ANA


def test_a_tombstone_is_as_the_wire_reference_shows_it():
    built = build.tombstone(id=NOTE_ID, former_type="Note", published=AT, deleted=AT + timedelta(minutes=30))
    assert built == {
        "id": NOTE_ID,
        "type": "Tombstone",
        "formerType": "Note",
        "published": "2026-11-21T09:00:00Z",
        "deleted": "2026-11-21T09:30:00Z",
    }


def test_a_collection_is_paged_whole_or_only_counted():
    assert build.collection(id=ANA, total_items=0) == {"id": ANA, "type": "OrderedCollection", "totalItems": 0}
    assert build.collection(id=ANA, total_items=2, first=f"{ANA}?page=1")["first"] == f"{ANA}?page=1"
    assert build.collection(id=ANA, items=[], ordered=False) == {"id": ANA, "type": "Collection", "items": []}


def test_a_page_names_its_neighbours():
    built = build.page(id=f"{ANA}?page=2", part_of=ANA, items=[NOTE_ID], next=f"{ANA}?page=3", prev=f"{ANA}?page=1")
    assert built == {
        "id": f"{ANA}?page=2",
        "type": "OrderedCollectionPage",
        "partOf": ANA,
        "next": f"{ANA}?page=3",
        "prev": f"{ANA}?page=1",
        "orderedItems": [NOTE_ID],
    }
    assert build.page(id=None, part_of=ANA, items=[], ordered=False) == {"type": "CollectionPage", "partOf": ANA, "items": []}


def test_times_are_utc_with_whole_seconds():
    assert build.iso(datetime(2026, 11, 21, 10, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=1)))) == "2026-11-21T09:00:00Z"
    with pytest.raises(ValueError, match="zone"):
        build.iso(datetime(2026, 11, 21))  # noqa: DTZ001  # the case that is refused
