"""Digests are those of the raw bytes; all known ones must match and one must be known (SIG-5)."""

from __future__ import annotations

import base64
import hashlib

import pytest

from fedisw.crypto import digest
from fedisw.model.errors import Unauthenticated

BODY = b'{"type":"Follow"}'
SHA256 = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
SHA512 = base64.b64encode(hashlib.sha512(BODY).digest()).decode()
OTHER = base64.b64encode(hashlib.sha256(b"other").digest()).decode()


def test_what_we_make_we_accept():
    made = digest.sha256(BODY)
    assert digest.digest_value(made) == f"SHA-256={SHA256}"
    assert digest.content_digest_value(made) == f"sha-256=:{SHA256}:"
    digest.check_digest(digest.digest_value(made), BODY)
    digest.check_content_digest(digest.content_digest_value(made), BODY)


@pytest.mark.parametrize(
    "value",
    [
        f"sha-256={SHA256}",
        f"Sha-512={SHA512}",
        f"SHA-512={SHA512}, SHA-256={SHA256}",
        f"md5=AAAA,SHA-256={SHA256}",
        f"UNIXsum=1 , sha-256={SHA256}",
    ],
)
def test_digests_in_the_forms_that_peers_send(value: str):
    digest.check_digest(value, BODY)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "SHA-256",
        "SHA-256=",
        f"SHA-256={OTHER}",
        f"SHA-256={SHA256[:-4]}",
        "SHA-256=!!!",
        "md5=AAAA",
        f"SHA-1={SHA256}",
        f"SHA-256={SHA256}, SHA-512={SHA256}",
        f"SHA-256={SHA256},SHA-256={OTHER}",
        f"SHA-256={SHA256} {SHA256}",
        ",".join(["md5=A"] * 9 + [f"SHA-256={SHA256}"]),
    ],
)
def test_wrong_missing_and_broken_digests_are_refused(value: str):
    with pytest.raises(Unauthenticated):
        digest.check_digest(value, BODY)


@pytest.mark.parametrize(
    "value", [f"sha-512=:{SHA512}:", f"sha-512=:{SHA512}:, sha-256=:{SHA256}:", f"md5=:AAAA:, sha-256=:{SHA256}:"]
)
def test_content_digests_in_the_forms_that_peers_send(value: str):
    digest.check_content_digest(value, BODY)


@pytest.mark.parametrize(
    "value",
    [
        "",
        f"sha-256={SHA256}",
        f"sha-256=:{OTHER}:",
        "sha-256=::",
        "md5=:AAAA:",
        f"sha-256=:{SHA256}:, sha-512=:{SHA256}:",
        f"sha-256=:{SHA256}:, sha-256=:{SHA256}:",
        f"SHA-256=:{SHA256}:",
        f"sha-256=:{SHA256}",
        "sha-256=1",
        f"sha-256=:{SHA256}:,",
    ],
)
def test_wrong_missing_and_broken_content_digests_are_refused(value: str):
    with pytest.raises(Unauthenticated):
        digest.check_content_digest(value, BODY)


def test_a_changed_body_is_refused():
    with pytest.raises(Unauthenticated):
        digest.check_digest(f"SHA-256={SHA256}", BODY + b" ")
