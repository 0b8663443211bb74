"""Mentions, hashtags, emoji, links."""

from __future__ import annotations

import pytest

from fedisw.vocab import limits
from fedisw.vocab.read import Json
from fedisw.vocab.tags import Emoji, Hashtag, Mention, Tags, parse_tags

A = "https://a.example/1"


def test_a_single_tag_is_read_as_a_list_of_one():
    assert parse_tags({"type": "Mention", "href": A}).mentions == (Mention(href=A),)


@pytest.mark.parametrize(
    "tag",
    [
        None,
        "x",
        {"type": "as:Mention", "href": A},
        {"name": "@actor", "href": A},
        {"type": "Mention"},
        {"type": "Hashtag", "name": "#"},
        {"type": "Emoji", "name": ":x:"},
        {"type": "Emoji", "icon": {"url": A}},
        {"type": "Link"},
        {"type": "CommunityPostTag", "id": A},
        {"type": ["Mention", "Hashtag"], "href": A, "name": "x"},
    ],
)
def test_a_tag_that_says_nothing_is_left_out(tag: Json):
    assert parse_tags([tag]) == Tags()


def test_a_mention_may_have_only_a_name():
    assert parse_tags({"type": "Mention", "name": "@ben@remote.example"}).mentions == (
        Mention(href=None, name="@ben@remote.example"),
    )


def test_a_hashtag_loses_its_sign_and_a_relative_address():
    assert parse_tags({"type": "Hashtag", "name": "#Test", "href": "/tags/test"}).hashtags == (Hashtag(name="Test"),)


def test_an_emoji_loses_its_colons_and_may_lack_an_id():
    tag: Json = {"type": "Emoji", "id": None, "name": ":heart:", "icon": {"type": "Image", "mediaType": "image/png", "url": A}}
    assert parse_tags(tag).emojis == (Emoji(shortcode="heart", url=A, media_type="image/png"),)


def test_the_same_tag_twice_counts_once():
    assert len(parse_tags([{"type": "Mention", "href": A}, {"type": "Mention", "href": A}]).mentions) == 1


@pytest.mark.parametrize(
    ("kind", "ceiling"), [("Mention", limits.MENTIONS), ("Hashtag", limits.HASHTAGS), ("Emoji", limits.EMOJIS)]
)
def test_each_kind_has_its_ceiling(kind: str, ceiling: int):
    def found(count: int) -> int:
        many: list[Json] = [
            {"type": kind, "href": f"{A}/{number}", "name": f"n{number}", "icon": {"url": A}} for number in range(count)
        ]
        tags = parse_tags(many)
        return len(tags.mentions) + len(tags.hashtags) + len(tags.emojis)

    assert found(ceiling) == ceiling
    assert found(ceiling + 1) == ceiling


def test_200_tags_are_looked_at_and_no_more():
    padding: list[Json] = [{"type": "Other"}] * (limits.TAGS - 1)
    mention: Json = {"type": "Mention", "href": A}
    assert len(parse_tags([*padding, mention]).mentions) == 1
    assert len(parse_tags([*padding, {"type": "Other"}, mention]).mentions) == 0
