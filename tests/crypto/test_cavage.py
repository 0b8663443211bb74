"""draft-cavage signatures: the vectors, what must be covered, and what is refused (SIG-2, SIG-4, SIG-6, SIG-7)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedisw.crypto import cavage, digest, keys, signatures, signed
from fedisw.crypto.signed import Request, Scheme
from fedisw.model.errors import Malformed, Unauthenticated
from tests.support import vectors
from tests.support.vectors import BODY_TYPE, KEY_ID, NOW

VECTORS = ["cavage_post", "cavage_get_with_query", "cavage_get_query_omitted_legacy", "cavage_hs2019_created"]
INBOX = "https://remote.example/users/ben/inbox"
HOSTS = {"remote.example"}


def sign_post(**changes: object) -> dict[str, str]:
    fixed = {"method": "POST", "url": INBOX, "key_id": KEY_ID, "key": vectors.rsa(), "now": NOW}
    made = {"body_sha256": digest.sha256(vectors.body("cavage_post")), "headers": {"Content-Type": BODY_TYPE}}
    return cavage.sign(**{**fixed, **made, **changes})  # type: ignore[arg-type]  # any keyword of sign


def post(fields: dict[str, str], *, target: str = "/users/ben/inbox") -> Request:
    return Request.of(method="POST", target=target, scheme="https", headers=fields.items())


def signature(name: str, old: str, new: str) -> str:
    """The signature of a vector with a part replaced."""
    value = str(vectors.vector(name)["headers"]["Signature"])
    assert old in value
    return value.replace(old, new)


@pytest.mark.parametrize("name", VECTORS)
def test_the_vectors_verify(name: str):
    request = vectors.request(name)
    read = signatures.parse(request)
    signed.check_host(request, ours=HOSTS)
    signed.check_body(read, request, vectors.body(name))
    signed.check_clock(read, now=NOW)
    signed.verify(read, vectors.rsa().public_key())
    assert read.scheme is Scheme.CAVAGE
    assert read.key_id == KEY_ID
    assert vectors.vector(name)["signing_string"].encode() in read.bases
    assert signed.peer_of(read) == "swork.example"


def test_the_vectors_are_reproduced_when_signing():
    assert sign_post() == vectors.vector("cavage_post")["headers"]
    for name, with_query in (("cavage_get_with_query", True), ("cavage_get_query_omitted_legacy", False)):
        made = vectors.vector(name)
        fields = cavage.sign(method="GET", url=made["url"], key_id=KEY_ID, key=vectors.rsa(), now=NOW, with_query=with_query)
        assert fields == {field: value for field, value in made["headers"].items() if field != "Accept"}


def test_the_hs2019_vector_is_reproduced_when_signing():
    covers = ["(request-target)", "(created)", "(expires)", "host", "digest"]
    value = cavage.signature_value(
        vectors.request("cavage_hs2019_created"),
        covers,
        key_id=KEY_ID,
        key=vectors.rsa(),
        created=1_795_262_400,
        expires=1_795_262_700,
    )
    assert value == vectors.vector("cavage_hs2019_created")["headers"]["Signature"]


def test_an_ed25519_key_signs_as_hs2019():
    fields = sign_post(key=vectors.ed25519())
    read = cavage.parse(post(fields))
    signed.verify(read, vectors.ed25519().public_key())
    assert 'algorithm="hs2019"' in fields["Signature"]


def test_more_fields_are_sent_and_covered():
    fields = sign_post(headers={"Content-Type": BODY_TYPE, "Collection-Synchronization": 'collectionId="x"'})
    assert cavage.parse(post(fields)).covers[-1] == "collection-synchronization"


def test_the_host_is_signed_with_a_port_only_where_it_is_not_the_default():
    assert sign_post(url="https://remote.example:443/inbox")["Host"] == "remote.example"
    assert sign_post(url="https://remote.example:8443/inbox")["Host"] == "remote.example:8443"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("host", "other.example"),
        ("date", "Sat, 21 Nov 2026 12:00:01 GMT"),
        ("content_type", "application/json"),
        ("digest", "SHA-256=AAAA"),
    ],
)
def test_a_changed_field_does_not_verify(field: str, value: str):
    with pytest.raises(Unauthenticated):
        signed.verify(cavage.parse(vectors.request("cavage_post", **{field: value})), vectors.rsa().public_key())


@pytest.mark.parametrize(
    ("method", "target"),
    [("PUT", "/users/ben/inbox"), ("POST", "/users/dot/inbox"), ("POST", "/users/%62en/inbox"), ("POST", "/users/ben/inbox/")],
)
def test_another_method_or_target_does_not_verify(method: str, target: str):
    made = Request.of(method=method, target=target, scheme="https", headers=vectors.vector("cavage_post")["headers"].items())
    with pytest.raises(Unauthenticated):
        signed.verify(cavage.parse(made), vectors.rsa().public_key())


def test_the_query_is_tried_with_and_without_but_never_another_one():
    fields = sign_post(url=INBOX + "?a=1", with_query=False)
    signed.verify(cavage.parse(post(fields, target="/users/ben/inbox?a=2")), vectors.rsa().public_key())
    fields = sign_post(url=INBOX + "?a=1")
    signed.verify(cavage.parse(post(fields, target="/users/ben/inbox?a=1")), vectors.rsa().public_key())
    for target in ("/users/ben/inbox?a=2", "/users/ben/inbox"):
        with pytest.raises(Unauthenticated):
            signed.verify(cavage.parse(post(fields, target=target)), vectors.rsa().public_key())


def test_another_key_does_not_verify():
    read = cavage.parse(vectors.request("cavage_post"))
    for key in (keys.generate_rsa().public_key(), vectors.ed25519().public_key()):
        with pytest.raises(Unauthenticated):
            signed.verify(read, key)


def test_rsa_sha256_is_not_accepted_for_an_ed25519_key():
    fields = sign_post(key=vectors.ed25519())
    fields["Signature"] = fields["Signature"].replace("hs2019", "rsa-sha256")
    with pytest.raises(Unauthenticated):
        signed.verify(cavage.parse(post(fields)), vectors.ed25519().public_key())


def test_an_unsigned_request_is_refused():
    with pytest.raises(Unauthenticated):
        signatures.parse(vectors.request("cavage_post", signature=None))


@pytest.mark.parametrize(
    "covers",
    ["host date digest", "(request-target) date digest", "(request-target) host digest", "(request-target) host date", "date"],
)
def test_a_post_that_covers_too_little_is_refused(covers: str):
    weak = signature("cavage_post", "(request-target) host date digest content-type", covers)
    with pytest.raises(Unauthenticated):
        cavage.parse(vectors.request("cavage_post", signature=weak))


@pytest.mark.parametrize("covers", ["host date", "(request-target) date", "(request-target) host"])
def test_a_get_that_covers_too_little_is_refused(covers: str):
    weak = signature("cavage_get_with_query", "(request-target) host date", covers)
    with pytest.raises(Unauthenticated):
        cavage.parse(vectors.request("cavage_get_with_query", signature=weak))


def test_a_signature_without_a_list_of_fields_is_too_weak():
    weak = signature("cavage_post", 'headers="(request-target) host date digest content-type",', "")
    with pytest.raises(Unauthenticated):
        cavage.parse(vectors.request("cavage_post", signature=weak))


@pytest.mark.parametrize("algorithm", ["hmac-sha256", "rsa-sha1", "rsa-sha512", "none", "ed25519", ""])
def test_other_algorithms_are_refused(algorithm: str):
    value = signature("cavage_post", "rsa-sha256", algorithm)
    with pytest.raises(Unauthenticated):
        cavage.parse(vectors.request("cavage_post", signature=value))


@pytest.mark.parametrize(
    ("old", "new"), [('algorithm="rsa-sha256",', ""), ("rsa-sha256", "hs2019"), ("rsa-sha256", "RSA-SHA256")]
)
def test_the_accepted_names_of_algorithms(old: str, new: str):
    read = cavage.parse(vectors.request("cavage_post", signature=signature("cavage_post", old, new)))
    signed.verify(read, vectors.rsa().public_key())


def test_created_under_rsa_sha256_is_refused():
    value = signature("cavage_hs2019_created", "hs2019", "rsa-sha256")
    with pytest.raises(Unauthenticated):
        cavage.parse(vectors.request("cavage_hs2019_created", signature=value))


@pytest.mark.parametrize("parameter", ["created=1795262400,", "expires=1795262700,"])
def test_a_covered_moment_without_its_parameter_is_malformed(parameter: str):
    value = signature("cavage_hs2019_created", parameter, "")
    with pytest.raises(Malformed):
        cavage.parse(vectors.request("cavage_hs2019_created", signature=value))


def test_white_space_order_prefix_and_unknown_parameters_do_not_matter():
    parts = str(vectors.vector("cavage_post")["headers"]["Signature"]).split(",")
    value = "Signature  " + " ,\t".join(part.replace("=", " = ", 1) for part in [*reversed(parts), 'opaque="x"', "n=1"])
    signed.verify(cavage.parse(vectors.request("cavage_post", signature=value)), vectors.rsa().public_key())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("keyId=", 'keyId="https://evil.example/key",keyId='),
        ("keyId=", "keyid="),
        ('signature="', 'signature="!'),
        ("host date", "host host date"),
        ("host date", "(status) host date"),
        (",", ";"),
        ('"', ""),
        (",algorithm", ",,algorithm"),
        ('algorithm="rsa-sha256",', 'algorithm="rsa-sha256",created=1.5,'),
    ],
)
def test_broken_parameters_are_malformed(old: str, new: str):
    with pytest.raises(Malformed):
        cavage.parse(vectors.request("cavage_post", signature=signature("cavage_post", old, new)))


@pytest.mark.parametrize("value", ["", ",", "Signature", "x" * 9_000, 'keyId="a" b="c"', "\x00", 'keyId="\\""'])
def test_what_is_no_signature_is_malformed(value: str):
    with pytest.raises(Malformed):
        cavage.parse(vectors.request("cavage_post", signature=value))


def test_a_moment_that_is_no_number_is_malformed():
    value = signature("cavage_hs2019_created", "created=1795262400", 'created="soon"')
    with pytest.raises(Malformed):
        cavage.parse(vectors.request("cavage_hs2019_created", signature=value))


@pytest.mark.parametrize("name", ["Host", "Date", "Digest", "Signature"])
def test_repeated_fields_are_malformed(name: str):
    headers = list(vectors.vector("cavage_post")["headers"].items())
    again = Request.of(
        method="POST",
        target="/users/ben/inbox",
        scheme="https",
        headers=[*headers, *(pair for pair in headers if pair[0] == name)],
    )
    with pytest.raises(Malformed):
        cavage.parse(again)


def test_other_repeated_fields_are_joined():
    request = Request.of(method="GET", target="/", scheme="https", headers=[("X", " a "), ("x", "b")])
    assert request.joined("x") == "a, b"


def test_a_covered_field_that_is_missing_is_refused():
    with pytest.raises(Unauthenticated):
        cavage.parse(vectors.request("cavage_post", content_type=None))


@pytest.mark.parametrize(
    "date",
    [
        "",
        "yesterday",
        "Sat, 21 Nov 2026 12:00:00 +0000",
        "Saturday, 21-Nov-26 12:00:00 GMT",
        "Sat, 31 Feb 2026 12:00:00 GMT",
        "Sat, 21 Nop 2026 12:00:00 GMT",
    ],
)
def test_a_date_that_cannot_be_read_is_refused(date: str):
    with pytest.raises(Unauthenticated):
        cavage.parse(vectors.request("cavage_post", date=date))


def test_the_clock_at_its_limits():
    read = cavage.parse(vectors.request("cavage_post"))
    for offset in (timedelta(hours=1), -timedelta(minutes=5)):
        signed.check_clock(read, now=NOW + offset)
    for offset in (timedelta(hours=1, seconds=1), -timedelta(minutes=5, seconds=1)):
        with pytest.raises(Unauthenticated):
            signed.check_clock(read, now=NOW + offset)


def test_the_clock_may_be_set_wider():
    read = cavage.parse(vectors.request("cavage_post"))
    signed.check_clock(read, now=NOW + timedelta(hours=12), past=timedelta(hours=12))
    signed.check_clock(read, now=NOW - timedelta(hours=1), future=timedelta(hours=1))


def test_an_expired_signature_is_refused():
    read = cavage.parse(vectors.request("cavage_hs2019_created"))
    signed.check_clock(read, now=NOW + timedelta(seconds=299))
    with pytest.raises(Unauthenticated):
        signed.check_clock(read, now=NOW + timedelta(seconds=300))


def test_a_date_and_a_created_must_both_be_in_time():
    old = sign_post(now=NOW - timedelta(days=2))
    made = post(old)
    covers = ["(request-target)", "host", "date", "digest", "(created)"]
    value = cavage.signature_value(made, covers, key_id=KEY_ID, key=vectors.rsa(), created=int(NOW.timestamp()))
    with pytest.raises(Unauthenticated):
        signed.check_clock(cavage.parse(post({**old, "Signature": value})), now=NOW)


def test_a_host_that_is_not_ours_is_refused():
    request = vectors.request("cavage_post")
    signed.check_host(request, ours=HOSTS)
    signed.check_host(vectors.request("cavage_post", host="REMOTE.example:443"), ours=HOSTS)
    for ours in (set[str](), {"remote.example:8443"}, {"example"}):
        with pytest.raises(Unauthenticated):
            signed.check_host(request, ours=ours)
    with pytest.raises(Unauthenticated):
        signed.check_host(vectors.request("cavage_post", host=None), ours=HOSTS)


def test_another_body_is_refused():
    request = vectors.request("cavage_post")
    read = cavage.parse(request)
    with pytest.raises(Unauthenticated):
        signed.check_body(read, request, vectors.body("cavage_post") + b"\n")


@pytest.mark.parametrize("key_id", ["acct:ana@swork.example", "main-key", "ftp://swork.example/key", ""])
def test_a_key_id_that_is_no_url_of_a_server_is_malformed(key_id: str):
    with pytest.raises(Malformed):
        signed.peer_of(cavage.parse(vectors.request("cavage_post", signature=signature("cavage_post", KEY_ID, key_id))))


@given(position=st.integers(min_value=0), bit=st.integers(min_value=0, max_value=7))
def test_a_changed_bit_of_the_signed_text_never_verifies(position: int, bit: int):
    read = cavage.parse(vectors.request("cavage_post"))
    changed = bytearray(read.bases[0])
    changed[position % len(changed)] ^= 1 << bit
    assert not keys.is_signed(vectors.rsa().public_key(), signature=read.signature, data=bytes(changed))


@given(
    name=st.sampled_from(["Host", "Date", "Digest", "Content-Type", "Signature"]),
    position=st.integers(min_value=0),
    letter=st.characters(),
)
def test_a_changed_letter_of_a_signed_field_never_verifies(name: str, position: int, letter: str):
    fields = vectors.vector("cavage_post")["headers"]
    value, at = fields[name], position % len(fields[name])
    changed = value[:at] + letter + value[at + 1 :]
    try:
        request = post({**fields, name: changed})
        read = cavage.parse(request)
        signed.verify(read, vectors.rsa().public_key())
    except (Malformed, Unauthenticated):
        return
    was = cavage.parse(vectors.request("cavage_post"))
    assert (read.bases, read.signature) == (was.bases, was.signature)  # only what carries no meaning was changed


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_fail_in_another_way(text: str):
    with pytest.raises((Malformed, Unauthenticated)):
        cavage.parse(vectors.request("cavage_post", signature=text))
