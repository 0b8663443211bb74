"""Passwords: which are accepted, and how they are kept (AUT-1, AUT-2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from fedisw.crypto import passwords
from fedisw.crypto.passwords import Passwords
from fedisw.model.errors import Invalid, TooMany

GOOD = "seven quiet otters 4"


@pytest.fixture
async def hasher() -> AsyncIterator[Passwords]:
    hasher = Passwords()
    yield hasher
    hasher.close()


@pytest.mark.parametrize(
    "password", [GOOD, "x7qx7qx7qx7q", "ñandú corre mucho", "🦦🦦🦉🦉🌲🌲🌧🌧🚲🚲", "monkey8349201745", "pq" * 100 + "r"]
)
def test_good_passwords_may_be_chosen(password: str):
    passwords.check_new(password)


@pytest.mark.parametrize(
    ("password", "code"), [("", "ERR_TOO_SHORT"), ("abcdefgh1", "ERR_TOO_SHORT"), ("xyz" * 86, "ERR_TOO_LONG")]
)
def test_short_and_long_ones_may_not(password: str, code: str):
    with pytest.raises(Invalid) as caught:
        passwords.check_new(password)
    assert caught.value.code == code


def test_length_at_its_limits():
    passwords.check_new("xkqvw4jz8t")
    passwords.check_new("xkqvw4jz8t" * 25 + "abcdef")


@pytest.mark.parametrize(
    "password",
    [
        "1234567890",
        "qwertyuiop",
        "Password123",
        "P@ssw0rd123",
        "passwordpassword",
        "contraseña1",
        "CONTRASEÑA",
        "iloveyou12",
        "dragon2024!",
        "aaaaaaaaaa",
        "1212121212",
        "  password  ",
        "socialwork1",
        "trustno1!!",
        "letmeinnow",
        "dragondragon",
        "0987654321",
    ],
)
def test_common_ones_may_not(password: str):
    with pytest.raises(Invalid) as caught:
        passwords.check_new(password)
    assert caught.value.code == "ERR_COMMON"


async def test_the_right_password_and_only_it_is_right(hasher: Passwords):
    stored = await hasher.hash(GOOD)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert GOOD not in stored
    assert await hasher.is_right(GOOD, stored=stored)
    for wrong in ("", GOOD + " ", GOOD.upper(), "x" * 5_000, "\ud800"):
        assert not await hasher.is_right(wrong, stored=stored)


async def test_two_hashes_of_one_password_differ(hasher: Passwords):
    assert await hasher.hash(GOOD) != await hasher.hash(GOOD)


async def test_letters_written_in_two_ways_are_one_password(hasher: Passwords):
    stored = await hasher.hash("contraseña de otoño")
    assert await hasher.is_right("contrasen\u0303a de oton\u0303o", stored=stored)


async def test_nobody_and_a_broken_hash_are_never_right(hasher: Passwords):
    assert not await hasher.is_right("nobody has this password", stored=None)
    assert not await hasher.is_right(GOOD, stored="broken")


def test_the_hash_of_nobody_costs_what_a_new_one_costs():
    assert not passwords.needs_rehash(passwords._NOBODY)


def test_a_hash_with_lower_parameters_is_made_again():
    weak = "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b4dWRWJTmaaJObG5OqEQ0FqmYI"
    assert passwords.needs_rehash(weak)


async def test_more_than_64_at_once_are_turned_away(hasher: Passwords):
    asked = await asyncio.gather(*(hasher.is_right(GOOD, stored=None) for _ in range(70)), return_exceptions=True)
    turned_away = [answer for answer in asked if isinstance(answer, TooMany)]
    assert len(turned_away) == 6
    assert not await hasher.is_right(GOOD, stored=None)
