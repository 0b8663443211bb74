"""Tokens and PKCE (OAU-1, OAU-5, KEY-4)."""

from __future__ import annotations

import pytest

from fedisw.crypto import tokens

KEY = bytes(range(32))
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_tokens_have_256_bits_and_differ():
    made = {tokens.new_token() for _ in range(100)}
    assert len(made) == 100
    assert {len(token) for token in made} == {43}


def test_the_stored_hash_depends_on_token_and_key():
    assert tokens.stored_hash("token", key=KEY) == tokens.stored_hash("token", key=KEY)
    assert len(tokens.stored_hash("token", key=KEY)) == 32
    others = {
        tokens.stored_hash("token", key=KEY),
        tokens.stored_hash("tokeN", key=KEY),
        tokens.stored_hash("token", key=KEY[::-1]),
    }
    assert len(others) == 3
    assert tokens.stored_hash("\ud800", key=KEY)


def test_secrets_are_compared():
    assert tokens.same("a", "a")
    assert tokens.same("a", b"a")
    assert not tokens.same("a", "b")
    assert not tokens.same("ñ", "n")


def test_the_example_of_the_rfc():
    assert tokens.challenge_of(VERIFIER) == CHALLENGE
    assert tokens.is_challenge(CHALLENGE)
    assert tokens.answers(VERIFIER, challenge=CHALLENGE)


@pytest.mark.parametrize(
    "verifier", ["", CHALLENGE, VERIFIER[:-1] + "l", VERIFIER + " ", "a" * 42, "a" * 129, VERIFIER + "\n", "\ud800"]
)
def test_other_verifiers_do_not_answer(verifier: str):
    assert not tokens.answers(verifier, challenge=CHALLENGE)


def test_a_short_verifier_does_not_answer_even_when_it_fits():
    assert not tokens.answers("short", challenge=tokens.challenge_of("short"))


@pytest.mark.parametrize("challenge", ["", CHALLENGE + "=", CHALLENGE[:-1], CHALLENGE + "\n", "plain text"])
def test_what_is_no_challenge(challenge: str):
    assert not tokens.is_challenge(challenge)
