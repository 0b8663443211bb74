"""Passkeys with a device of our own making: what is right, and every way to be wrong (AUT-4)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedisw.crypto import passkeys
from fedisw.crypto.passkeys import ENTER, NewKey, Site
from fedisw.model.errors import Invalid
from tests.support.authenticator import Authenticator, encoded
from tests.support.clock import START

SITE = Site(host="alpha.test", origin="https://alpha.test", name="Alpha")
KEY = b"k" * 32


def invited(device: Authenticator, challenge: bytes) -> str:
    asked = passkeys.invitation(challenge, site=SITE, person=b"7", name="@amy@alpha.test", shown="Amy", known=[b"old"])
    return device.create(asked)


def made(device: Authenticator) -> NewKey:
    challenge = passkeys.new_challenge("add 1", key=KEY, now=START)
    return passkeys.check_new(invited(device, challenge), challenge=challenge, site=SITE)


def proved(device: Authenticator, key: NewKey, *, sign_count: int = 0, other: bytes | None = None) -> int:
    challenge = passkeys.new_challenge(ENTER, key=KEY, now=START)
    answer = device.get(passkeys.question(challenge, site=SITE, allowed=[key.credential_id]))
    assert passkeys.credential_id(answer) == device.id
    return passkeys.check_answer(
        answer, challenge=other or challenge, site=SITE, public_key=key.public_key, sign_count=sign_count
    )


def test_a_key_is_made_and_proves_itself() -> None:
    device = Authenticator()
    key = made(device)
    assert key.credential_id == device.id
    assert proved(device, key) == 1
    assert proved(device, key, sign_count=1) == 2


def test_the_person_must_have_been_verified() -> None:
    device = Authenticator(verified=False)
    with pytest.raises(Invalid):
        made(device)
    device.verified = True
    key = made(device)
    device.verified = False
    with pytest.raises(Invalid):
        proved(device, key)


@pytest.mark.parametrize("changes", [{"origin": "https://evil.test"}, {"origin": "http://alpha.test"}, {"host": "evil.test"}])
def test_other_sites_get_nothing(changes: dict[str, str]) -> None:
    device = Authenticator()
    key = made(device)
    for name, value in changes.items():
        setattr(device, name, value)
    with pytest.raises(Invalid):
        made(device)
    with pytest.raises(Invalid):
        proved(device, key)


def test_another_challenge_another_key_or_a_count_that_goes_back_are_refused() -> None:
    device, stranger = Authenticator(), Authenticator()
    key = made(device)
    with pytest.raises(Invalid):
        proved(device, key, other=passkeys.new_challenge(ENTER, key=KEY, now=START))
    with pytest.raises(Invalid):
        proved(stranger, key)
    with pytest.raises(Invalid):
        proved(device, key, sign_count=9)


def test_challenges_are_ours_for_five_minutes_and_one_purpose() -> None:
    challenge = passkeys.new_challenge(ENTER, key=KEY, now=START)
    assert passkeys.is_ours(challenge, ENTER, key=KEY, now=START + timedelta(minutes=5))
    assert not passkeys.is_ours(challenge, ENTER, key=KEY, now=START + timedelta(minutes=5, seconds=1))
    assert not passkeys.is_ours(challenge, ENTER, key=KEY, now=START - timedelta(minutes=1))
    assert not passkeys.is_ours(challenge, "add 1", key=KEY, now=START)
    assert not passkeys.is_ours(challenge, ENTER, key=b"x" * 32, now=START)
    assert not passkeys.is_ours(challenge[:-1], ENTER, key=KEY, now=START)
    assert not passkeys.is_ours(b"", ENTER, key=KEY, now=START)


@given(
    st.text()
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(st.sampled_from(["id", "rawId", "type", "response", "clientDataJSON", "attestationObject"]), x)
        ),
    ).map(json.dumps)
)
def test_nonsense_is_invalid_and_nothing_else(text: str) -> None:
    challenge = passkeys.new_challenge(ENTER, key=KEY, now=START)
    with pytest.raises(Invalid):
        passkeys.check_new(text, challenge=challenge, site=SITE)
    with pytest.raises(Invalid):
        passkeys.check_answer(text, challenge=challenge, site=SITE, public_key=b"", sign_count=0)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_broken_answers_of_a_device_are_invalid_and_nothing_else(one: bytes, other: bytes) -> None:
    challenge = passkeys.new_challenge(ENTER, key=KEY, now=START)
    asked = passkeys.question(challenge, site=SITE)
    answer = json.loads(Authenticator().get(asked))
    answer["response"] |= {"attestationObject": encoded(one), "authenticatorData": encoded(one), "signature": encoded(other)}
    with pytest.raises(Invalid):
        passkeys.check_new(json.dumps(answer), challenge=challenge, site=SITE)
    with pytest.raises(Invalid):
        passkeys.check_answer(json.dumps(answer), challenge=challenge, site=SITE, public_key=one, sign_count=0)
