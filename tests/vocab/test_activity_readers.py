"""Activities, in the shapes that servers send them."""

from __future__ import annotations

import pytest

from fedisw.model.errors import Invalid
from fedisw.vocab import activities as act
from fedisw.vocab import limits, names
from fedisw.vocab.activity_readers import READERS, parse_activity
from fedisw.vocab.actors import Actor
from fedisw.vocab.objects import Note, Tombstone
from fedisw.vocab.read import Document, Json
from fedisw.vocab.tags import Emoji, Hashtag

ID, ACTOR, OBJECT, TARGET = (f"https://a.example/{name}" for name in ("act/1", "u/ana", "notes/1", "u/ana/featured"))
NOTE: Document = {"id": OBJECT, "type": "Note", "attributedTo": ACTOR, "content": "x"}
PERSON: Document = {"id": ACTOR, "type": "Person", "preferredUsername": "ana", "inbox": f"{ACTOR}/inbox"}
FOLLOW: Document = {"id": f"{ID}/follow", "type": "Follow", "actor": ACTOR, "object": OBJECT}


def read(kind: str, **members: Json) -> act.Activity:
    return parse_activity({"id": ID, "type": kind, "actor": ACTOR, **members})


def test_every_known_activity_has_a_reader():
    assert READERS.keys() == names.ACTIVITIES


@pytest.mark.parametrize("kind", sorted(names.ACTIVITIES))
def test_every_activity_is_read_with_plain_ids_and_keeps_its_envelope(kind: str):
    members: Document = {
        "object": OBJECT,
        "target": TARGET,
        "instrument": TARGET,
        "content": "x",
        "to": "as:Public",
        "cc": [ACTOR],
    }
    found = read(kind, **members, published="2026-01-01T00:00:00Z", bto=["https://a.example/secret"])
    assert not isinstance(found, act.Ignored)
    assert (found.id, found.actor, found.to, found.cc) == (ID, ACTOR, (names.PUBLIC,), (ACTOR,))
    assert found.published is not None


@pytest.mark.parametrize("kind", sorted(names.ACTIVITIES - {"Flag"}))
def test_every_activity_without_object_is_refused(kind: str):
    found: Document = {"target": TARGET, "instrument": TARGET, "content": "x"}
    if kind in ("Create", "Update"):
        assert isinstance(read(kind, **found), act.Ignored)
        return
    with pytest.raises(Invalid) as caught:
        read(kind, **found)
    assert caught.value.field == "object"


@pytest.mark.parametrize("actor", [None, [], "nobody", [ACTOR, OBJECT], {"type": "Person"}])
def test_an_activity_needs_exactly_one_actor(actor: Json):
    with pytest.raises(Invalid) as caught:
        read("Like", actor=actor, object=OBJECT)
    assert caught.value.field == "actor"


@pytest.mark.parametrize("actor", [ACTOR, [ACTOR], {"id": ACTOR, "type": "Person"}])
def test_an_actor_is_read_in_every_form(actor: Json):
    assert read("Like", actor=actor, object=OBJECT).actor == ACTOR


@pytest.mark.parametrize("kind", ["View", "Read", "Listen", "Arrive", "Travel", "as:Like", "Odd", "", None, ["Like", "Follow"]])
def test_a_type_that_is_not_ours_is_ignored(kind: Json):
    found = parse_activity({"id": ID, "type": kind, "actor": ACTOR, "object": OBJECT})
    assert isinstance(found, act.Ignored)
    assert found.id == ID


def test_an_activity_may_have_no_id():
    found = parse_activity({"type": "Add", "actor": ACTOR, "object": OBJECT, "target": TARGET})
    assert found == act.Add(id=None, actor=ACTOR, object=OBJECT, target=TARGET)


@pytest.mark.parametrize(
    ("value", "kind"), [(NOTE, Note), (OBJECT, str), ({"id": OBJECT, "type": "Tombstone"}, Tombstone), ({"id": OBJECT}, str)]
)
def test_a_create_holds_a_post_a_tombstone_or_an_id(value: Json, kind: type):
    found = read("Create", object=value)
    assert isinstance(found, act.Create)
    assert isinstance(found.objects[0], kind)


def test_one_unreadable_object_does_not_take_the_others_with_it():
    found = read("Create", object=[{"type": "Note"}, NOTE, {"type": "Todo", "id": ID}, NOTE])
    assert isinstance(found, act.Create)
    assert len(found.objects) == 2


def test_a_create_with_nothing_but_an_unreadable_note_is_refused():
    with pytest.raises(Invalid):
        read("Create", object={"type": "Note", "id": OBJECT})


@pytest.mark.parametrize("value", [{"type": "Todo", "id": OBJECT}, PERSON, [], None])
def test_a_create_of_what_is_no_post_is_ignored(value: Json):
    assert isinstance(read("Create", object=value), act.Ignored)


def test_50_objects_are_read_and_no_more():
    found = read("Create", object=[NOTE] * 51)
    assert isinstance(found, act.Create)
    assert len(found.objects) == limits.OBJECTS


@pytest.mark.parametrize(("value", "kind"), [(NOTE, Note), (PERSON, Actor), (OBJECT, str)])
def test_an_update_holds_a_post_a_profile_or_an_id(value: Json, kind: type):
    found = read("Update", object=value)
    assert isinstance(found, act.Update)
    assert isinstance(found.object, kind)


@pytest.mark.parametrize(
    ("value", "kind"), [(OBJECT, ""), ({"id": OBJECT, "type": "Tombstone"}, "Tombstone"), (NOTE, "Note"), ({"id": OBJECT}, "")]
)
def test_a_delete_names_what_is_gone(value: Json, kind: str):
    found = read("Delete", object=value, summary="rule 3", removeData=True)
    assert found == act.Delete(id=ID, actor=ACTOR, object=OBJECT, object_type=kind, summary="rule 3", removes_data=True)


@pytest.mark.parametrize("kind", ["Accept", "Reject"])
@pytest.mark.parametrize(
    ("value", "inner"),
    [
        (FOLLOW, act.Follow(id=f"{ID}/follow", actor=ACTOR, object=OBJECT)),
        ({"actor": ACTOR, "object": OBJECT}, act.Follow(id=None, actor=ACTOR, object=OBJECT)),
        (f"{ID}/follow", f"{ID}/follow"),
        ({"id": f"{ID}/follow"}, f"{ID}/follow"),
        ({"id": f"{ID}/follow", "type": "Follow"}, f"{ID}/follow"),  # unreadable inside: its id counts
        (NOTE, OBJECT),
    ],
)
def test_an_answer_names_what_it_answers(kind: str, value: Json, inner: act.Activity | str):
    found = read(kind, object=value, result=TARGET)
    assert isinstance(found, act.Accept | act.Reject)
    assert found.object == inner


def test_an_accept_may_carry_a_proof():
    found = read("Accept", object=FOLLOW, result=TARGET)
    assert isinstance(found, act.Accept)
    assert found.result == TARGET


def test_a_relays_follow_has_public_as_object():
    found = read("Follow", object="as:Public")
    assert isinstance(found, act.Follow)
    assert found.object == names.PUBLIC


def test_an_announce_holds_an_activity_or_the_id_of_a_post():
    wrapped = read("Announce", object={"id": f"{ID}/create", "type": "Create", "actor": ACTOR, "object": NOTE})
    embedded = read("Announce", object=NOTE)
    assert isinstance(wrapped, act.Announce)
    assert isinstance(wrapped.object, act.Create)
    assert isinstance(embedded, act.Announce)
    assert embedded.object == OBJECT


def test_an_activity_nested_too_deep_counts_as_its_id():
    document: Document = FOLLOW
    for number in range(60):
        document = {"id": f"{ID}/{number}", "type": "Undo", "actor": ACTOR, "object": document}
    outer = parse_activity(document)
    assert isinstance(outer, act.Undo)
    assert isinstance(outer.object, act.Undo)
    assert isinstance(outer.object.object, act.Undo)
    assert outer.object.object.object == f"{ID}/56"


def test_an_unreadable_inner_activity_without_id_is_refused():
    with pytest.raises(Invalid):
        read("Undo", object={"type": "Like"})


@pytest.mark.parametrize(
    ("kind", "members", "content"),
    [
        ("Like", {}, ""),
        ("Like", {"content": "👍"}, "👍"),
        ("Like", {"_misskey_reaction": "👍"}, "👍"),
        ("EmojiReact", {"content": "👍"}, "👍"),
    ],
)
def test_a_like_with_content_is_a_reaction(kind: str, members: Document, content: str):
    found = read(kind, object=OBJECT, **members)
    assert isinstance(found, act.Like | act.EmojiReact)
    assert (found.content, found.emoji) == (content, None)


def test_a_reaction_finds_its_picture():
    tags: list[Json] = [{"type": "Emoji", "name": f":{name}:", "icon": {"url": OBJECT}} for name in ("other", "heart")]
    found = read("EmojiReact", object=OBJECT, content=":heart:", tag=tags)
    assert isinstance(found, act.EmojiReact)
    assert found.emoji == Emoji(shortcode="heart", url=OBJECT)


def test_an_empty_reaction_is_refused():
    with pytest.raises(Invalid) as caught:
        read("EmojiReact", object=OBJECT)
    assert caught.value.field == "content"


@pytest.mark.parametrize("name", ["endTime", "expires"])
def test_a_ban_has_a_target_and_an_end(name: str):
    found = read("Block", object=OBJECT, target=TARGET, **{name: "2026-12-21T00:00:00Z"})
    assert isinstance(found, act.Block)
    assert found.target == TARGET
    assert found.end is not None


def test_a_report_names_50_things_at_most_and_its_words_are_cut():
    found = read("Flag", object=[f"{OBJECT}/{number}" for number in range(51)], content="x" * 10_001)
    assert isinstance(found, act.Flag)
    assert (len(found.objects), len(found.content)) == (50, 10_000)


def test_a_report_may_have_only_words_or_only_objects():
    words, objects = read("Flag", summary="spam"), read("Flag", object=OBJECT)
    assert isinstance(words, act.Flag)
    assert isinstance(objects, act.Flag)
    assert (words.objects, words.content, objects.objects, objects.content) == ((), "spam", (OBJECT,), "")
    with pytest.raises(Invalid):
        read("Flag")


@pytest.mark.parametrize("kind", ["Add", "Remove"])
def test_a_hashtag_may_be_featured(kind: str):
    found = read(kind, object={"type": "Hashtag", "name": "#x"}, target=TARGET)
    assert isinstance(found, act.Add | act.Remove)
    assert (found.object, found.hashtag) == (None, Hashtag(name="x"))


@pytest.mark.parametrize("kind", ["Move", "Add", "Remove"])
def test_a_target_is_needed(kind: str):
    with pytest.raises(Invalid) as caught:
        read(kind, object=OBJECT)
    assert caught.value.field == "target"


def test_a_quote_request_embeds_the_quote_or_names_it():
    embedded, named = read("QuoteRequest", object=OBJECT, instrument=NOTE), read("QuoteRequest", object=OBJECT, instrument=TARGET)
    assert isinstance(embedded, act.QuoteRequest)
    assert isinstance(embedded.instrument, Note)
    assert isinstance(named, act.QuoteRequest)
    assert named.instrument == TARGET


def test_a_join_may_say_something():
    found = read("Join", object=OBJECT, participationMessage="First time")
    assert found == act.Join(id=ID, actor=ACTOR, object=OBJECT, message="First time")


def test_an_offer_of_a_follow_is_a_friend_request():
    found = read("Offer", object=FOLLOW)
    assert isinstance(found, act.Offer)
    assert isinstance(found.object, act.Follow)


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_a_post_that_says_nowhere_whom_it_is_for_is_for_those_of_its_activity(kind: str):
    silent, named = NOTE, NOTE | {"cc": [TARGET]}
    for note, to, cc in ((silent, (names.PUBLIC,), (ACTOR,)), (named, (), (TARGET,))):
        found = read(kind, object=note, to=["as:Public"], cc=[ACTOR])
        thing = found.objects[0] if isinstance(found, act.Create) else getattr(found, "object", None)
        assert isinstance(thing, Note)
        assert (thing.to, thing.cc) == (to, cc)
