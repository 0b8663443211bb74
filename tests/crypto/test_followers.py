"""The digest of followers and its field (FEP-8fcf)."""

from __future__ import annotations

import pytest

from fedisw.crypto import followers
from fedisw.crypto.followers import Synchronization
from fedisw.model.errors import Malformed
from tests.support import vectors

FIELD = (
    'collectionId="https://swork.example/ap/actors/7/followers", '
    'url="https://swork.example/ap/actors/7/followers_synchronization", '
    'digest="0d3266a505c0f88804bd68cd48a547cdd91982ba4488a18a010027cb46395071"'
)


def test_the_vector_is_reproduced_in_any_order():
    made = vectors.vector("fep8fcf")
    assert followers.digest(made["followers"]) == made["digest"]
    assert followers.digest(reversed(made["followers"])) == made["digest"]
    assert [followers.digest([one]) for one in made["followers"]] == made["each_sha256"]
    assert followers.digest([]) == made["empty_digest"]


def test_the_field_is_written_and_read():
    said = followers.parse_field(FIELD)
    assert said.digest == vectors.vector("fep8fcf")["digest"]
    assert followers.field_value(said) == FIELD
    assert isinstance(said, Synchronization)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("collectionId", "collection"),
        ("url=", "link="),
        ('digest="0d', 'digest="'),
        ('digest="0d', 'digest="0D'),
        (", url", " url"),
        ("url=", 'url="x",url='),
    ],
)
def test_a_broken_field_is_malformed(old: str, new: str):
    with pytest.raises(Malformed):
        followers.parse_field(FIELD.replace(old, new))
