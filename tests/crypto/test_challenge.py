"""What servers ask of our signatures (RFC 9421, section 5; federation, section 3.5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedisw.crypto import challenge, rfc9421, signed
from fedisw.crypto.challenge import Challenge
from fedisw.crypto.signed import Request
from tests.support import vectors
from tests.support.vectors import KEY_ID, NOW

URL = "https://remote.example/users/ben/inbox"
BODY = b"{}"
ASKED = (
    'sig7=("@method" "@authority" "@target-uri" "date" "content-digest");created;expires;'
    f'keyid="{KEY_ID}";alg="rsa-v1_5-sha256";nonce="b64==";tag="fedi"'
)


def test_a_wish_is_read():
    assert challenge.parse(ASKED, has_body=True) == Challenge(
        label="sig7",
        components=("@method", "@authority", "@target-uri", "date", "content-digest"),
        key_id=KEY_ID,
        names_algorithm=True,
        expires=True,
        nonce="b64==",
        tag="fedi",
    )


def test_a_wish_is_fulfilled_under_its_label_with_all_that_it_names():
    wish = challenge.parse(ASKED, has_body=True)
    key = vectors.rsa()
    sha256 = signed.digest.sha256(BODY)
    fields = rfc9421.sign(method="POST", url=URL, key_id=KEY_ID, key=key, now=NOW, body_sha256=sha256, challenge=wish)
    at = int(NOW.timestamp())
    assert fields["Signature-Input"] == (
        'sig7=("@method" "@authority" "@target-uri" "date" "content-digest")'
        f';created={at};keyid="{KEY_ID}";expires={at + 300};alg="rsa-v1_5-sha256";nonce="b64==";tag="fedi"'
    )
    assert fields["Signature"].startswith("sig7=:")
    request = Request.of(method="POST", target="/users/ben/inbox", scheme="https", headers=fields.items())
    found = rfc9421.parse(request)
    signed.check_body(found, request, BODY)
    signed.check_clock(found, now=NOW)
    signed.verify(found, key.public_key())


def test_less_than_we_need_is_asked_and_what_we_need_is_covered_all_the_same():
    wish = challenge.parse('s=("@authority");created', has_body=True)
    sha256 = signed.digest.sha256(BODY)
    fields = rfc9421.sign(method="POST", url=URL, key_id=KEY_ID, key=vectors.rsa(), now=NOW, body_sha256=sha256, challenge=wish)
    assert fields["Signature-Input"].startswith('s=("@authority" "@method" "@target-uri" "content-digest");created=')


def test_of_several_wishes_the_first_that_we_can_fulfil_counts():
    found = challenge.parse('a=("@method" "cookie"), b=("@method");alg="hmac-sha256", c=("@method")', has_body=False)
    assert found == Challenge(label="c", components=("@method",))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "nonsense",
        'a=("@method"',
        'a="@method"',
        'a=("@method" "cookie")',
        'a=("@method" "@method")',
        'a=("@method";req)',
        "a=(method)",
        'a=("@method");alg="ed25519"',
        'a=("@method");more="x"',
        'a=("@method");nonce',
        'a=("@method");nonce=""',
        f'a=("@method");nonce="{"x" * 513}"',
        'a=("@method" "content-digest")',
    ],
)
def test_what_we_cannot_fulfil_is_no_wish(value: str):
    assert challenge.parse(value, has_body=False) is None


@given(st.text(max_size=60))
def test_no_text_makes_the_reader_fail(text: str):
    challenge.parse(text, has_body=True)
