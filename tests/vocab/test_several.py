"""Activities about several things at once."""

from __future__ import annotations

from fedisw.vocab import limits
from fedisw.vocab.several import each

LIKE = {"id": "https://beta.test/likes/1", "type": "Like", "actor": "https://beta.test/users/ben"}


def test_each_thing_makes_an_activity_of_its_own():
    parts = list(each(LIKE | {"object": ["a", None, {"id": "b"}]}))
    assert [(part["id"], part["object"]) for part in parts] == [(LIKE["id"], "a"), (f"{LIKE['id']}#object-1", {"id": "b"})]


def test_one_thing_or_none_and_what_takes_its_things_together_stay_whole():
    for document in (LIKE, LIKE | {"object": "a"}, LIKE | {"object": ["a"]}, LIKE | {"type": "Create", "object": ["a", "b"]}):
        assert list(each(document)) == [document]


def test_there_are_fifty_at_most():
    assert len(list(each(LIKE | {"object": ["a"] * 60}))) == limits.OBJECTS
