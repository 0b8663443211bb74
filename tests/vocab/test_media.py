"""Links, pictures and other media."""

from __future__ import annotations

import pytest

from fedisw.vocab import limits, media
from fedisw.vocab.names import NoteType
from fedisw.vocab.read import Document, Json

A, B = "https://a.example/1.png", "https://a.example/2.png"


def link(href: str, media_type: str = "") -> Document:
    return {"type": "Link", "href": href, "mediaType": media_type}


@pytest.mark.parametrize(
    ("value", "url"),
    [
        (A, A),
        ([A, B], A),
        (link(A), A),
        ([link(A, "video/mp4"), link(B, "text/html")], B),
        ([A, link(B, "text/html")], B),
        ([link(A, "video/mp4"), B], B),
        ({"href": A}, A),
        ("magnet:?xt=1", None),
        ([], None),
        (None, None),
    ],
)
def test_the_address_for_people_is_the_html_one(value: Json, url: str | None):
    assert media.page_url(media.as_links(value)) == url


def test_100_links_are_read_and_no_more():
    many: list[Json] = [f"{A}/{number}" for number in range(limits.LINKS + 1)]
    assert len(media.as_links(many)) == limits.LINKS


@pytest.mark.parametrize(
    "value",
    [
        A,
        {"type": "Image", "url": A},
        {"url": A},
        {"type": "Image", "url": [link(A, "image/png")]},
        [{"type": "Image"}, {"type": "Image", "url": A}, {"type": "Image", "url": B}],
        {"type": "Image", "href": A},
    ],
)
def test_a_picture_is_read_in_every_form(value: Json):
    image = media.as_image(value)
    assert image is not None
    assert (image.kind, image.url) == (NoteType.IMAGE, A)


@pytest.mark.parametrize("value", [None, [], {}, "x", {"type": "Image"}, {"url": "data:image/png;base64,AAAA"}])
def test_a_picture_without_an_address_is_none(value: Json):
    assert media.as_image(value) is None


def test_a_description_is_the_summary_before_the_name():
    assert media.as_attachments({"type": "Image", "url": A, "summary": "S", "name": "N"})[0].description == "S"
    assert media.as_attachments({"type": "Image", "url": A, "name": "N"})[0].description == "N"


def test_an_attachment_is_read_whole():
    (found,) = media.as_attachments(
        {
            "type": "Video",
            "url": [link(B, "text/html"), {**link(A, "video/mp4"), "width": 256, "height": 144}],
            "duration": "PT3S",
            "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
            "focalPoint": [0.1, -3],
            "icon": {"type": "Image", "url": B},
            "sensitive": True,
        }
    )
    assert (found.url, found.media_type, found.width, found.height) == (A, "video/mp4", 256, 144)
    assert (found.duration, found.focal_point, found.thumbnail, found.sensitive) == (3.0, (0.1, -1.0), B, True)
    assert found.blurhash == "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH"


@pytest.mark.parametrize("blurhash", ["short", "x" * 55, "has space here", 'quote"quote', 7, None])
def test_a_blurhash_that_is_none_is_left_out(blurhash: Json):
    assert media.as_attachments({"type": "Image", "url": A, "blurhash": blurhash})[0].blurhash is None


@pytest.mark.parametrize("point", [[0.5], [1, 2, 3], ["x", 0], {"x": 1}, None])
def test_a_focal_point_that_is_none_is_left_out(point: Json):
    assert media.as_attachments({"type": "Image", "url": A, "focalPoint": point})[0].focal_point is None


def test_an_attachment_of_another_type_is_left_out():
    value: list[Json] = [{"type": "Note", "url": A}, {"type": "PropertyValue", "url": A}, {"@type": "Recipe", "url": A}, A, None]
    assert media.as_attachments(value) == ()


def test_an_attachment_without_type_is_a_document():
    assert media.as_attachments({"url": A})[0].kind is NoteType.DOCUMENT


def test_links_among_attachments_are_previews():
    value: list[Json] = [link(A), {"type": "Image", "url": B}, link("payto://x")]
    assert [found.href for found in media.as_link_attachments(value)] == [A]


def test_32_attachments_are_read_and_no_more():
    many: list[Json] = [{"type": "Image", "url": f"{A}/{number}"} for number in range(limits.ATTACHMENTS + 1)]
    assert len(media.as_attachments(many)) == 32


def test_an_address_escaped_for_html_is_mended():
    image = media.as_image({"url": f"{A}?w=1&#038;h=2"})
    assert image is not None
    assert image.url == f"{A}?w=1&h=2"
