"""A note's document to a post."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fedisw.federation.convert import files
from fedisw.federation.convert import note as convert
from fedisw.model.statuses import ObjectType, RemoteStatus, Visibility
from fedisw.vocab.objects import parse_note
from tests.support.factories import NOW, an_account
from tests.support.peers import PUBLIC

BEN = an_account("ben", "beta.test")
AMY = an_account("amy")
STAMP = NOW.isoformat()


def a_post(**members: Any) -> RemoteStatus:
    """A post of ben's, which amy may be named in."""
    document = {"id": "https://beta.test/notes/1", "type": "Note", "attributedTo": BEN.uri, "content": "<p>Hello</p>"}
    note = parse_note(document | {"to": [PUBLIC], "published": STAMP} | members)
    return convert.status_of(note, author=BEN, known={AMY.uri: AMY}, own_origin="https://home.test", now=NOW)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"to": [PUBLIC], "cc": [BEN.followers_uri]}, Visibility.PUBLIC),
        ({"to": "as:Public"}, Visibility.PUBLIC),
        ({"to": ["Public"]}, Visibility.PUBLIC),
        ({"to": [BEN.followers_uri], "cc": [PUBLIC]}, Visibility.UNLISTED),
        ({"to": [BEN.followers_uri], "cc": []}, Visibility.PRIVATE),
        ({"to": [AMY.uri], "cc": [BEN.followers_uri]}, Visibility.PRIVATE),
        ({"to": [AMY.uri]}, Visibility.DIRECT),
        ({"to": []}, Visibility.DIRECT),
        ({"to": [], "audience": [PUBLIC]}, Visibility.DIRECT),
        ({"to": ["https://gamma.test/users/gil/followers"]}, Visibility.DIRECT),
        ({"to": [PUBLIC], "directMessage": True}, Visibility.DIRECT),
    ],
)
def test_visibility_is_what_it_is_addressed_to_and_never_wider(members: dict[str, Any], expected: Visibility):
    assert a_post(**members).visibility is expected


@pytest.mark.parametrize(
    ("members", "mentioned", "silent"),
    [
        ({"to": [AMY.uri], "tag": [{"type": "Mention", "href": AMY.uri}]}, (AMY.id,), ()),
        ({"to": [AMY.uri]}, (), (AMY.id,)),
        ({"tag": [{"type": "Mention", "href": AMY.uri}]}, (), ()),
        ({"cc": [AMY.uri, AMY.uri], "tag": {"type": "Mention", "href": AMY.uri}}, (AMY.id,), ()),
        ({"to": ["https://gamma.test/users/gil"]}, (), ()),
    ],
)
def test_a_mention_is_tagged_and_addressed(members: dict[str, Any], mentioned: tuple[int, ...], silent: tuple[int, ...]):
    post = a_post(**members)
    assert (post.mentioned, post.silent) == (mentioned, silent)


@pytest.mark.parametrize(
    ("members", "spoiler", "sensitive"),
    [
        ({"summary": "Caseload"}, "Caseload", True),
        ({"summary": "<b>Case</b>load\n"}, "Caseload", True),
        ({"summary": "\u200b"}, "", False),
        ({"summary": "", "sensitive": True}, "", True),
        ({"summary": None}, "", False),
        ({"type": "Article", "name": "Title", "summary": "Abstract"}, "", False),
    ],
)
def test_a_warning_is_the_plain_summary_of_a_note(members: dict[str, Any], spoiler: str, sensitive: bool):
    post = a_post(**members)
    assert (post.spoiler_text, post.sensitive) == (spoiler, sensitive)


LINK = (
    '<p><a href="https://beta.test/notes/1" target="_blank" rel="nofollow noopener noreferrer">https://beta.test/notes/1</a></p>'
)


@pytest.mark.parametrize(
    ("members", "content"),
    [
        ({"content": "<p>Hi<script>x</script></p>"}, "<p>Hi</p>"),
        ({"content": "**Hi**", "mediaType": "text/markdown"}, "<p><strong>Hi</strong></p>"),
        (
            {"type": "Article", "name": "A & B", "summary": "<p>Short</p>", "content": "<p>Long</p>"},
            "<p><strong>A &amp; B</strong></p><p>Short</p>" + LINK,
        ),
        ({"type": "Page", "name": "Title", "content": "<p>Text</p>"}, "<p><strong>Title</strong></p><p>Text</p>" + LINK),
        (
            {"type": "Video", "name": "<b>", "content": "_x_", "mediaType": "text/markdown"},
            "<p><strong>&lt;b&gt;</strong></p><p><em>x</em></p>" + LINK,
        ),
        ({"type": "Event", "name": "", "content": ""}, LINK),
        ({"type": "Note", "name": "A vote", "content": None}, ""),
    ],
)
def test_what_is_no_note_shows_title_abstract_and_where_it_is(members: dict[str, Any], content: str):
    assert a_post(**members).content == content


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("Note", ObjectType.NOTE),
        ("Article", ObjectType.ARTICLE),
        ("ChatMessage", ObjectType.NOTE),
        ("Review", ObjectType.NOTE),
        ("Question", ObjectType.QUESTION),
    ],
)
def test_kinds_that_only_some_know_are_notes(kind: str, expected: ObjectType):
    assert a_post(type=kind).object_type is expected


def test_attachments_keep_what_is_said_of_them_and_are_sixteen_at_most():
    image = {
        "type": "Document",
        "mediaType": "image/png",
        "url": "https://beta.test/a.png",
        "name": "A whiteboard",
        "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
        "focalPoint": [0.5, -0.5],
        "width": 640,
        "height": 480,
    }
    (media,) = a_post(attachment=image).media
    assert (media.kind, media.description, media.width, media.focus_x, media.focus_y) == ("image", "A whiteboard", 640, 0.5, -0.5)
    many = [image | {"url": f"https://beta.test/{number}.png"} for number in range(30)]
    assert len(a_post(attachment=many).media) == files.MAX_MEDIA
    assert len(a_post(attachment=[image, image]).media) == 1


@pytest.mark.parametrize(
    ("attachment", "kind"),
    [
        ({"type": "Video", "url": "https://beta.test/a"}, "video"),
        ({"type": "Document", "mediaType": "audio/ogg", "url": "https://beta.test/a"}, "audio"),
        ({"type": "Document", "mediaType": "application/pdf", "url": "https://beta.test/a"}, "unknown"),
        ({"type": "Document", "url": "https://beta.test/a.JPG?size=2"}, "image"),
        ({"type": "Document", "url": "https://beta.test/a.mp4"}, "video"),
        ({"type": "Image", "url": "https://beta.test/a.mp4"}, "image"),
        ({"type": "Document", "url": "https://beta.test/a"}, "unknown"),
        ({"type": "Image", "url": "https://beta.test/a"}, "image"),
    ],
)
def test_the_kind_of_a_file_is_that_of_its_media_type(attachment: dict[str, Any], kind: str):
    assert [media.kind for media in a_post(attachment=[attachment]).media] == [kind]


def test_a_film_is_played_from_its_links():
    links = [
        {"type": "Link", "mediaType": "text/html", "href": "https://beta.test/w/1"},
        {"type": "Link", "mediaType": "video/mp4", "href": "https://beta.test/1.mp4", "height": 720},
        {"type": "Link", "mediaType": "video/mp4", "href": "https://beta.test/2.mp4"},
    ]
    post = a_post(type="Video", name="Film", url=links)
    assert [(media.kind, media.remote_url, media.height) for media in post.media] == [("video", "https://beta.test/1.mp4", 720)]
    assert post.url == "https://beta.test/w/1"


def test_times_are_never_in_the_future():
    post = a_post(published=(NOW + timedelta(days=1)).isoformat(), updated=(NOW + timedelta(days=2)).isoformat())
    assert (post.published, post.updated) == (NOW, NOW)
    assert a_post(published="nonsense").published == NOW


def test_a_poll_is_over_when_its_author_or_the_clock_says_so():
    options = [{"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": 3}} for name in ("yes", "no")]
    later = (NOW + timedelta(hours=1)).isoformat()
    poll = a_post(type="Question", oneOf=options, endTime=later, votersCount=5).poll
    assert poll is not None
    assert (poll.options, poll.votes, poll.multiple, poll.voters_count) == (("yes", "no"), (3, 3), False, 5)
    assert (poll.closed_at, poll.expires_at) == (None, NOW + timedelta(hours=1))
    for members in ({"endTime": STAMP}, {"endTime": later, "closed": STAMP}, {"closed": True}):
        over = a_post(type="Question", anyOf=options, **members).poll
        assert over is not None
        assert over.multiple
        assert over.closed_at is not None
        assert over.closed_at <= NOW


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"conversation": "tag:beta.test,2026:1"}, "tag:beta.test,2026:1"),
        ({"context": "https://beta.test/c/1", "conversation": "x"}, "https://beta.test/c/1"),
        ({"context": "https://home.test/ap/contexts/1"}, ""),
        ({}, ""),
    ],
)
def test_a_thread_is_named_by_its_server_and_never_one_of_ours(members: dict[str, Any], expected: str):
    assert a_post(**members).conversation_uri == expected


def test_hashtags_that_are_nothing_are_left_out():
    tags = [{"type": "Hashtag", "name": name} for name in ("#Care", "care ", "#", "#!", "#Ñandú")]
    assert a_post(tag=tags).tags == ("Care", "care", "Ñandú")
