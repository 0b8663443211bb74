"""A note and its relatives."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fedisw.model.errors import Invalid
from fedisw.vocab import limits
from fedisw.vocab.objects import Note, Quote, Source, parse_note, parse_tombstone
from fedisw.vocab.policies import InteractionPolicy, Rule, parse_policy
from fedisw.vocab.polls import PollOption
from fedisw.vocab.read import Document, Json

ID, AUTHOR, OTHER = "https://a.example/1", "https://a.example/u/ana", "https://b.example/9"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
AP = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


def note(**members: Json) -> Note:
    return parse_note({"id": ID, "type": "Note", "attributedTo": AUTHOR, **members})


def test_the_least_note_is_read():
    assert note() == Note(id=ID, type=note().type, attributed_to=AUTHOR)


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"id": None}, "id"),
        ({"id": "x"}, "id"),
        ({"type": None}, "type"),
        ({"type": "as:Note"}, "type"),
        ({"type": ["Note", "Article"]}, "type"),
        ({"type": "Person"}, "type"),
        ({"attributedTo": None}, "attributedTo"),
        ({"attributedTo": []}, "attributedTo"),
        ({"attributedTo": "ana"}, "attributedTo"),
    ],
)
def test_a_note_without_what_it_needs_is_refused(members: Document, field: str):
    with pytest.raises(Invalid) as caught:
        note(**members)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("value", "author", "channel"),
    [
        (AUTHOR, AUTHOR, None),
        ({"type": "Person", "id": AUTHOR}, AUTHOR, None),
        ([AUTHOR, OTHER], AUTHOR, None),
        ([{"type": "Group", "id": OTHER}, {"type": "Person", "id": AUTHOR}], AUTHOR, OTHER),
        ([{"type": "Person", "id": AUTHOR}, {"type": "Group", "id": OTHER}], AUTHOR, OTHER),
        ({"type": "Group", "id": OTHER}, OTHER, None),
    ],
)
def test_the_author_is_the_person_and_the_group_beside_is_the_channel(value: Json, author: str, channel: str | None):
    found = note(attributedTo=value)
    assert (found.attributed_to, found.channel) == (author, channel)


@pytest.mark.parametrize(
    ("members", "content", "language"),
    [
        ({"content": "x"}, "x", None),
        ({"content": "x", "contentMap": {"de": "y", "en": "x"}}, "x", "en"),
        ({"content": "x", "contentMap": {"de": "y", "en": "z"}}, "x", "de"),
        ({"contentMap": {"de": "y", "en": "z"}}, "y", "de"),
        ({"content": "", "contentMap": {"de": "y"}}, "y", "de"),
        ({"content": "x", "language": {"identifier": "fr"}}, "x", "fr"),
        ({"content": "x", "inLanguage": "es"}, "x", "es"),
        ({"content": "x", "contentMap": {"und": "x"}, "inLanguage": "es"}, "x", "es"),
        ({"content": None, "contentMap": {"en": None}}, "", None),
    ],
)
def test_content_and_its_language_are_found(members: Document, content: str, language: str | None):
    found = note(**members)
    assert (found.content, found.language) == (content, language)


@pytest.mark.parametrize(
    ("members", "source"),
    [
        ({"source": "plain"}, Source(content="plain")),
        ({"source": {"content": "*x*", "mediaType": "text/markdown"}}, Source(content="*x*", media_type="text/markdown")),
        ({"_misskey_content": "$[x y]"}, Source(content="$[x y]", media_type="text/x.misskeymarkdown")),
        ({"source": {"mediaType": "text/markdown"}}, None),
        ({"source": ""}, None),
        ({}, None),
    ],
)
def test_the_source_is_read_in_every_form(members: Document, source: Source | None):
    assert note(**members).source == source


@pytest.mark.parametrize(
    ("members", "quote"),
    [
        ({"quote": OTHER, "_misskey_quote": ID}, Quote(uri=OTHER)),
        ({"quote": {"type": "Note", "id": OTHER}}, Quote(uri=OTHER)),
        ({"quote": OTHER, "quoteAuthorization": ID}, Quote(uri=OTHER, authorization=ID)),
        ({"quote": {"type": "Tombstone"}, "quoteUri": OTHER}, Quote(uri=None, is_gone=True)),
        ({"quote": {"type": "Tombstone", "id": OTHER}}, Quote(uri=OTHER, is_gone=True)),
        ({"_misskey_quote": OTHER, "quoteUrl": ID}, Quote(uri=OTHER, is_legacy=True)),
        ({"quoteUrl": OTHER, "quoteUri": ID}, Quote(uri=OTHER, is_legacy=True)),
        ({"quoteUri": OTHER}, Quote(uri=OTHER, is_legacy=True)),
        (
            {"tag": {"type": "Link", "href": OTHER, "mediaType": AP, "rel": "https://misskey-hub.net/ns#_misskey_quote"}},
            Quote(uri=OTHER, is_legacy=True),
        ),
        ({"tag": {"type": "Link", "href": OTHER, "mediaType": AP, "name": "RE: x"}}, Quote(uri=OTHER, is_legacy=True)),
        ({"tag": {"type": "Link", "href": OTHER, "mediaType": AP, "name": "see"}}, None),
        ({"tag": {"type": "Link", "href": OTHER, "mediaType": "text/html", "name": "RE: x"}}, None),
        ({"quote": None}, None),
        ({}, None),
    ],
)
def test_a_quote_is_found_under_the_first_name_that_is_there(members: Document, quote: Quote | None):
    assert note(**members).quote == quote


@pytest.mark.parametrize(
    ("value", "parent"),
    [(OTHER, OTHER), ([OTHER, ID], OTHER), ({"type": "Note", "id": OTHER}, OTHER), (None, None), ("", None), ({}, None)],
)
def test_the_parent_is_read_in_every_form(value: Json, parent: str | None):
    assert note(inReplyTo=value).in_reply_to == parent


def test_a_thread_is_any_short_string():
    found = note(context="tag:x,2020:1", conversation={"id": OTHER})
    assert (found.context, found.conversation) == ("tag:x,2020:1", OTHER)
    assert note(context="x" * 2_049).context is None


@pytest.mark.parametrize(("value", "sensitive"), [(True, True), ("true", True), (None, False), ("maybe", False), (1, True)])
def test_sensitive_is_read_in_every_form(value: Json, sensitive: bool):
    assert note(sensitive=value).sensitive is sensitive


def test_counts_and_collections_are_read_embedded_or_by_id():
    found = note(replies=OTHER, likes={"type": "Collection", "id": ID, "totalItems": 3}, shares={"type": "Note"})
    assert found.replies is not None
    assert found.likes is not None
    assert (found.replies.id, found.likes.id, found.likes.total_items, found.shares) == (OTHER, ID, 3, None)


def test_long_texts_are_cut_and_not_refused():
    found = note(summary="s" * (limits.SUMMARY + 1), name="n" * 501, content="c" * 250_000)
    assert (len(found.summary), len(found.name), len(found.content)) == (5_000, 500, 250_000)  # content is cut when it is clean


def question(**members: Json) -> Note:
    return note(type="Question", **members)


def test_a_poll_is_read_with_its_claims():
    options: list[Json] = [{"type": "Note", "name": "A", "replies": {"type": "Collection", "totalItems": 2}}, {"name": "B"}]
    poll = question(oneOf=options, endTime="2026-01-01T00:00:00Z", votersCount=2).poll
    assert poll is not None
    assert poll.options == (PollOption(name="A", votes=2), PollOption(name="B"))
    assert (poll.multiple, poll.end, poll.is_closed, poll.voters) == (False, datetime(2026, 1, 1, tzinfo=UTC), False, 2)


@pytest.mark.parametrize(
    ("closed", "is_closed"), [(True, True), ("2026-01-01T00:00:00Z", True), (False, False), (None, False), ("x", False)]
)
def test_a_poll_says_in_many_ways_that_it_is_closed(closed: Json, is_closed: bool):
    poll = question(anyOf=[{"name": "A"}], closed=closed).poll
    assert poll is not None
    assert (poll.multiple, poll.is_closed) == (True, is_closed)


def test_20_options_make_a_poll_and_21_do_not():
    options: list[Json] = [{"name": f"o{number}"} for number in range(21)]
    assert question(oneOf=options[:20]).poll is not None
    assert question(oneOf=options).poll is None


@pytest.mark.parametrize("options", [None, [], ["A"], [{"name": ""}], [{"name": "A"}, {"name": "A"}]])
def test_options_that_cannot_be_voted_for_make_no_poll(options: Json):
    assert question(oneOf=options).poll is None


def test_an_option_is_cut_at_500_characters():
    poll = question(oneOf=[{"name": "x" * 501}]).poll
    assert poll is not None
    assert len(poll.options[0].name) == 500


def test_a_poll_in_a_note_is_none():
    assert note(oneOf=[{"name": "A"}]).poll is None


def test_a_policy_is_read_in_old_and_new_spelling():
    policy = parse_policy(
        {
            "canReply": {"always": ["as:Public"], "approvalRequired": OTHER},
            "canQuote": {"automaticApproval": [], "always": [OTHER]},
            "canLike": "nobody",
            "canFeature": {},
        }
    )
    assert policy == InteractionPolicy(can_reply=Rule(automatic=(PUBLIC,), manual=(OTHER,)), can_quote=Rule(), can_feature=Rule())
    assert parse_policy("x") is None


def test_a_tombstone_is_read_and_needs_an_id():
    found = parse_tombstone({"id": ID, "type": "Tombstone", "formerType": "Note", "deleted": "2026-01-01T00:00:00Z"})
    assert (found.former_type, found.deleted) == ("Note", datetime(2026, 1, 1, tzinfo=UTC))
    for broken in ({"type": "Tombstone"}, {"id": ID, "type": "Note"}):
        with pytest.raises(Invalid):
            parse_tombstone(broken)
