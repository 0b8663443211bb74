"""Sealed secrets open only with their key, for their row, unchanged (KEY-1, KEY-2, KEY-3)."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedisw.crypto import seal
from fedisw.crypto.seal import Sealer, Unsealable
from fedisw.model.errors import Invalid

KEY, OTHER = seal.parse_key(seal.new_key()), seal.parse_key(seal.new_key())
ROW = "accounts/7/rsa_key"


def test_what_is_sealed_opens():
    sealer = Sealer(KEY)
    sealed = sealer.seal(b"secret", row=ROW)
    assert b"secret" not in sealed
    assert sealer.open(sealed, row=ROW) == b"secret"
    assert Sealer(KEY).open(sealed, row=ROW) == b"secret"


def test_the_same_secret_is_never_sealed_alike():
    assert Sealer(KEY).seal(b"secret", row=ROW) != Sealer(KEY).seal(b"secret", row=ROW)


def test_another_row_or_key_does_not_open():
    sealed = Sealer(KEY).seal(b"secret", row=ROW)
    with pytest.raises(Unsealable):
        Sealer(KEY).open(sealed, row="accounts/8/rsa_key")
    with pytest.raises(Unsealable):
        Sealer(OTHER).open(sealed, row=ROW)


@given(position=st.integers(min_value=0), bit=st.integers(min_value=0, max_value=7))
def test_a_changed_bit_does_not_open(position: int, bit: int):
    changed = bytearray(Sealer(KEY).seal(b"secret", row=ROW))
    changed[position % len(changed)] ^= 1 << bit
    with pytest.raises(Unsealable):
        Sealer(KEY).open(bytes(changed), row=ROW)


@given(st.binary(max_size=40))
def test_other_bytes_do_not_open(data: bytes):
    with pytest.raises(Unsealable):
        Sealer(KEY).open(data, row=ROW)
    with pytest.raises(Unsealable):
        Sealer(KEY).open(Sealer(KEY).seal(b"", row=ROW)[:5] + data[:10], row=ROW)


def test_after_a_change_of_the_key_old_values_open_and_show_their_age():
    old = Sealer(KEY).seal(b"secret", row=ROW)
    sealer = Sealer(OTHER, older=[KEY])
    assert sealer.open(old, row=ROW) == b"secret"
    assert not sealer.is_current(old)
    again = sealer.seal(sealer.open(old, row=ROW), row=ROW)
    assert sealer.is_current(again)
    assert Sealer(OTHER).open(again, row=ROW) == b"secret"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not base64!",
        "AAAA",
        base64.urlsafe_b64encode(bytes(32)).decode(),
        base64.urlsafe_b64encode(b"ab" * 16).decode(),
        base64.urlsafe_b64encode(b"change-me-change-me-change-me-ok").decode(),
        base64.urlsafe_b64encode(b"\xff" * 33).decode(),
    ],
)
def test_empty_short_and_example_keys_are_refused(text: str):
    with pytest.raises(Invalid):
        seal.parse_key(text)
