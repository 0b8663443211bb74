"""RFC 9421 signatures: the vectors, what must be covered, and what is refused (SIG-3, SIG-4, SIG-6, SIG-7)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedisw.crypto import digest, rfc9421, signatures, signed, structured
from fedisw.crypto.keys import Algorithm
from fedisw.crypto.signed import Request, Scheme
from fedisw.model.errors import Malformed, Unauthenticated
from tests.support import vectors
from tests.support.vectors import KEY_ID, NOW

VECTORS = ["rfc9421_post", "rfc9421_post_fedify_style", "rfc9421_get"]
INBOX = "https://remote.example/users/ben/inbox"
CREATED = 1_795_262_400


def listed(old: str, new: str) -> str:
    """The `Signature-Input` of the POST vector with a part replaced."""
    value = str(vectors.vector("rfc9421_post")["headers"]["Signature-Input"])
    assert old in value
    return value.replace(old, new)


def signed_with(
    components: list[str], named: dict[str, str | int] | None = None, *, target: str = "/inbox?a=1&b=%20x"
) -> Request:
    """A POST to us, signed over exactly these components."""
    body = digest.content_digest_value(digest.sha256(b"body"))
    headers = [("Host", "remote.example"), ("Content-Digest", body), ("Date", "Sat, 21 Nov 2026 12:00:00 GMT")]
    bare = Request.of(method="POST", target=target, scheme="https", headers=headers)
    fields = rfc9421.signature_fields(bare, components, named or {"created": CREATED, "keyid": KEY_ID}, key=vectors.rsa())
    return Request.of(method="POST", target=target, scheme="https", headers=[*headers, *fields.items()])


@pytest.mark.parametrize("name", VECTORS)
def test_the_vectors_verify(name: str):
    request = vectors.request(name)
    read = signatures.parse(request)
    signed.check_host(request, ours={"remote.example"})
    signed.check_body(read, request, vectors.body(name))
    signed.check_clock(read, now=NOW)
    signed.verify(read, vectors.rsa().public_key())
    assert read.scheme is Scheme.RFC9421
    assert read.key_id == KEY_ID
    assert read.bases == (vectors.vector(name)["signature_base"].encode(),)


def test_the_vectors_are_reproduced_when_signing():
    post, get = vectors.vector("rfc9421_post"), vectors.vector("rfc9421_get")
    common = {"key_id": KEY_ID, "key": vectors.rsa(), "now": NOW}
    fields = rfc9421.sign(method="POST", url=post["url"], body_sha256=digest.sha256(vectors.body("rfc9421_post")), **common)
    assert fields == {name: value for name, value in post["headers"].items() if name != "Content-Type"}
    fields = rfc9421.sign(method="GET", url=get["url"], **common)
    assert fields == {name: value for name, value in get["headers"].items() if name != "Accept"}


def test_the_fedify_vector_is_reproduced_when_signing():
    made = vectors.vector("rfc9421_post_fedify_style")
    components = ["@method", "@target-uri", "@authority", "host", "date", "content-digest"]
    named = {"alg": "rsa-v1_5-sha256", "keyid": KEY_ID, "created": CREATED}
    fields = rfc9421.signature_fields(vectors.request("rfc9421_post_fedify_style"), components, named, key=vectors.rsa())
    assert fields == {name: made["headers"][name] for name in ("Signature-Input", "Signature")}


def test_an_ed25519_key_signs_and_verifies():
    fields = rfc9421.sign(method="GET", url=INBOX, key_id=KEY_ID, key=vectors.ed25519(), now=NOW)
    read = rfc9421.parse(Request.of(method="GET", target="/users/ben/inbox", scheme="https", headers=fields.items()))
    signed.verify(read, vectors.ed25519().public_key())
    with pytest.raises(Unauthenticated):
        signed.verify(read, vectors.rsa().public_key())


@pytest.mark.parametrize(
    "components",
    [
        ["@method", "@authority", "@path", "@query", "content-digest"],
        ["@method", "@target-uri", "@scheme", "@request-target", "date", "content-digest"],
    ],
)
def test_other_ways_to_cover_the_target_verify(components: list[str]):
    signed.verify(rfc9421.parse(signed_with(components)), vectors.rsa().public_key())


def test_authority_and_path_are_enough_without_a_query():
    request = signed_with(["@method", "@authority", "@path", "content-digest"], target="/inbox")
    signed.verify(rfc9421.parse(request), vectors.rsa().public_key())


@pytest.mark.parametrize(
    "components",
    [
        ["@target-uri", "content-digest"],
        ["@method", "content-digest"],
        ["@method", "@target-uri"],
        ["@method", "@path", "content-digest"],
        ["@method", "@authority", "@query", "content-digest"],
        ["@method", "@authority", "@path", "content-digest"],
        [],
    ],
)
def test_a_post_that_covers_too_little_is_refused(components: list[str]):
    with pytest.raises(Unauthenticated):
        rfc9421.parse(signed_with(components))


def test_a_query_parameter_can_be_covered():
    components = '("@method" "@target-uri" "@query-param";name="b" "content-digest")'
    request = signed_with(["@method", "@target-uri", "content-digest"])
    value = str(request.one("signature-input")).replace('("@method" "@target-uri" "content-digest")', components)
    changed = Request.of(
        method="POST",
        target=request.target,
        scheme="https",
        headers=[("Signature-Input", value), *((n, v) for n, vs in request.fields.items() if n != "signature-input" for v in vs)],
    )
    assert b'"@query-param";name="b": %20x\n' in rfc9421.parse(changed).bases[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (";created=1795262400", ""),
        (f';keyid="{KEY_ID}"', ""),
        ('"@method" ', ""),
        ('"@target-uri" ', ""),
        (' "content-digest"', ""),
        ('"content-digest"', '"content-digest";sf'),
        ('"content-digest"', '"content-digest";bs'),
        ('"content-digest"', '"content-digest";req'),
        ('"@method"', '"@status" "@method"'),
        ('"@method"', '"@method" "x-missing"'),
        ('"@method"', '"@query-param";name="none" "@method"'),
        (";created", ';alg="hmac-sha256";created'),
        (";created", ';alg="rsa-pss-sha512";created'),
        (";created", ";alg=ecdsa;created"),
        ("sig1=", "sig2="),
    ],
)
def test_signatures_that_prove_too_little_are_refused(old: str, new: str):
    with pytest.raises(Unauthenticated):
        rfc9421.parse(vectors.request("rfc9421_post", signature_input=listed(old, new)))


def test_two_signatures_are_refused():
    made = vectors.vector("rfc9421_post")["headers"]
    twice = {name: f"{made[name]}, {made[name].replace('sig1', 'sig2')}" for name in ("Signature-Input", "Signature")}
    with pytest.raises(Unauthenticated):
        rfc9421.parse(vectors.request("rfc9421_post", signature_input=twice["Signature-Input"], signature=twice["Signature"]))
    with pytest.raises(Unauthenticated):
        rfc9421.parse(vectors.request("rfc9421_post", signature=twice["Signature"]))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sig1=", "sig1"),
        ("sig1=", "SIG1="),
        ("(", ""),
        (")", ""),
        ('"@method" ', '"@method"'),
        ('"@method"', "@method"),
        ('"@method"', "method"),
        ('"@method"', '"@Method"'),
        ('"@method"', '"@method" "@method"'),
        ("1795262400", '"1795262400"'),
        ("1795262400", "1795262400.5"),
        ("1795262400", "?1"),
        ("1795262400", "1" * 16),
        (";created", ";created=1;created"),
        ("https://swork", "\x01https://swork"),
        (f'keyid="{KEY_ID}"', "keyid=token"),
        (f'keyid="{KEY_ID}"', "keyid=:AAAA:"),
        (";created", ";;created"),
        ("sig1=", "sig1=1, sig2="),
    ],
)
def test_broken_syntax_is_malformed(old: str, new: str):
    with pytest.raises(Malformed):
        rfc9421.parse(vectors.request("rfc9421_post", signature_input=listed(old, new)))


@pytest.mark.parametrize(
    "value", ["", "sig1", "sig1=AAAA", "sig1=:AAA:", "sig1=:!:", "sig1=:AAAA:,", "sig1=:AAAA:, sig1=:AAAA:", "x" * 9_000]
)
def test_a_broken_signature_is_malformed(value: str):
    with pytest.raises(Malformed):
        rfc9421.parse(vectors.request("rfc9421_post", signature=value))


@pytest.mark.parametrize("name", ["Signature", "Signature-Input", "Host"])
def test_repeated_fields_are_malformed(name: str):
    headers = list(vectors.vector("rfc9421_post")["headers"].items())
    headers += [pair for pair in headers if pair[0] == name]
    with pytest.raises(Malformed):
        signatures.parse(Request.of(method="POST", target="/users/ben/inbox", scheme="https", headers=headers))


def test_there_is_no_way_back_to_the_old_form():
    old = vectors.vector("cavage_post")["headers"]
    both = Request.of(
        method="POST",
        target="/users/ben/inbox",
        scheme="https",
        headers=[*old.items(), ("Signature-Input", vectors.vector("rfc9421_post")["headers"]["Signature-Input"])],
    )
    with pytest.raises(Malformed):
        signatures.parse(both)


def test_without_a_signature_field_it_is_refused():
    with pytest.raises(Unauthenticated):
        signatures.parse(vectors.request("rfc9421_post", signature=None))


@pytest.mark.parametrize(("field", "value"), [("host", "other.example"), ("content_digest", "sha-256=:AAAA:")])
def test_a_changed_field_does_not_verify(field: str, value: str):
    with pytest.raises(Unauthenticated):
        signed.verify(rfc9421.parse(vectors.request("rfc9421_post", **{field: value})), vectors.rsa().public_key())


@pytest.mark.parametrize(
    ("method", "target"),
    [("GET", "/users/ben/outbox"), ("GET", "/users/ben/outbox?page=false"), ("HEAD", "/users/ben/outbox?page=true")],
)
def test_another_method_or_target_does_not_verify(method: str, target: str):
    made = Request.of(method=method, target=target, scheme="https", headers=vectors.vector("rfc9421_get")["headers"].items())
    with pytest.raises(Unauthenticated):
        signed.verify(rfc9421.parse(made), vectors.rsa().public_key())


def test_another_body_is_refused():
    request = vectors.request("rfc9421_post")
    with pytest.raises(Unauthenticated):
        signed.check_body(rfc9421.parse(request), request, b"{}")


def test_the_clock_and_expiry_count():
    named = {"created": CREATED, "expires": CREATED + 60, "keyid": KEY_ID, "tag": "x", "nonce": "y"}
    read = rfc9421.parse(signed_with(["@method", "@target-uri", "content-digest"], named))
    signed.verify(read, vectors.rsa().public_key())
    signed.check_clock(read, now=NOW)
    for offset in (timedelta(seconds=60), -timedelta(minutes=6)):
        with pytest.raises(Unauthenticated):
            signed.check_clock(read, now=NOW + offset)


def test_an_algorithm_that_is_not_the_keys_is_refused():
    named = {"created": CREATED, "keyid": KEY_ID, "alg": "ed25519"}
    read = rfc9421.parse(signed_with(["@method", "@target-uri", "content-digest"], named))
    assert read.algorithm is Algorithm.ED25519
    with pytest.raises(Unauthenticated):
        signed.verify(read, vectors.rsa().public_key())


@given(
    name=st.sampled_from(["Host", "Content-Digest", "Signature-Input", "Signature"]),
    position=st.integers(min_value=0),
    letter=st.characters(),
)
def test_a_changed_letter_of_a_signed_field_never_verifies(name: str, position: int, letter: str):
    fields = vectors.vector("rfc9421_post")["headers"]
    value, at = fields[name], position % len(fields[name])
    try:
        changed = {**fields, name: value[:at] + letter + value[at + 1 :]}
        request = Request.of(method="POST", target="/users/ben/inbox", scheme="https", headers=changed.items())
        read = rfc9421.parse(request)
        signed.verify(read, vectors.rsa().public_key())
    except (Malformed, Unauthenticated):
        return
    was = rfc9421.parse(vectors.request("rfc9421_post"))
    assert (read.bases, read.signature) == (was.bases, was.signature)  # only what carries no meaning was changed


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_fail_in_another_way(text: str):
    for parse in (structured.parse_lists_dictionary, structured.parse_bytes_dictionary):
        try:
            parse(text)
        except Malformed:
            continue


@pytest.mark.parametrize("text", ["grün", "a\nb"])
def test_a_string_that_cannot_be_quoted_is_malformed(text: str):
    with pytest.raises(Malformed):
        structured.quote(text)


def test_quotes_and_backslashes_are_escaped_and_read_back():
    quoted = structured.quote('a"b\\c')
    assert structured.parse_lists_dictionary(f"a=({quoted})")["a"].items[0].value == 'a"b\\c'
