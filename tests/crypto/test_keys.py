"""Keys are made, written and read; weak and foreign ones are refused (SIG-4)."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from fedisw.crypto import keys, multibase, vapid
from fedisw.crypto.keys import Algorithm
from fedisw.model.errors import Invalid, Malformed, Unauthenticated
from tests.support import vectors

FEP_521A_RSA_DER = bytes.fromhex(
    "3082010a0282010100b1b5fcd8d4d5e88ca5c4287b31f578865caf6a78826a3b8ff7b1b23aa4af4e6a0474139f945bd9d3a911ffd0fa72db78"
    "e4593a86c91f9da836186ebd3402d51f6a3844247ab5088b46929c311b43604fed84499f06f0f39bf55590e2187f1bbe229ba8f49fd2e570cd0"
    "e3733c76bfede80e1e7e0881e4538ea1bc5782be9512f8bf132526e05f4923564fe6e1e21bf7087adebb660fa533fca06d0a8e66991e1312d70"
    "b64a61da8ca77c028cdf939601e2cffe2855759b1d479f0847bcac59d7d62427a431d4e3dfd2697428b9dd6309a7b1167db99fe01af1ff1b739"
    "566fb949e47089d1dae84aef1214ef7f5773e86a0d3e9da246f9bec09d60c705891183d0203010001"
)
FEP_521A_RSA = (
    "z4MXj1wBzi9jUstyPMS4jQqB6KdJaiatPkAtVtGc6bQEQEEsKTic4G7Rou3iBf9vPmT5dbkm9qsZsuVNjq8HCuW1w24nhBFGkRE4cd2Uf2tfrB3N7h4m"
    "nyPp1BF3ZttHTYv3DLUPi1zMdkULiow3M1GfXkoC6DoxDUm1jmN6GBj22SjVsr6dxezRVQc7aj9TxE7JLbMH1wh5X3kA58H3DFW8rnYMakFGbca5CB2J"
    "f6CnGQZmL7o5uJAdTwXfy2iiiyPxXEGerMhHwhjTA1mKYobyk2CpeEcmvynADfNZ5MBvcCS7m3XkFCMNUYBS9NQ3fze6vMSUPsNa6GVYmKx2x6JrdEjC"
    "k3qRMMmyjnjCMfR4pXbRMZa3i"
)


def test_new_keys_are_written_and_read_again():
    for key in (keys.generate_rsa(), keys.generate_ed25519()):
        pem = keys.private_pem(key)
        for read in (keys.load_private(pem), keys.import_private(pem)):
            assert keys.private_pem(read) == pem


def test_a_new_rsa_key_has_2048_bits():
    assert keys.generate_rsa().key_size == 2_048


def test_public_keys_of_the_vectors_are_read_and_written_alike():
    rsa_key, ed_key = vectors.rsa().public_key(), vectors.ed25519().public_key()
    assert keys.parse_pem(vectors.key_text("rsa_public_pem")) == rsa_key
    assert keys.public_pem(rsa_key) == vectors.key_text("rsa_public_pem")
    assert keys.parse_multikey(vectors.key_text("rsa_public_multibase")) == rsa_key
    assert keys.public_multibase(rsa_key) == vectors.key_text("rsa_public_multibase")
    assert keys.parse_multikey(vectors.key_text("ed25519_public_multibase")) == ed_key
    assert keys.public_multibase(ed_key) == vectors.key_text("ed25519_public_multibase")


def test_the_keys_of_fep_521a_are_read():
    assert keys.public_multibase(keys.parse_multikey(FEP_521A_RSA)) == FEP_521A_RSA
    assert multibase.decode(FEP_521A_RSA)[2:] == FEP_521A_RSA_DER
    ed = keys.parse_multikey("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")
    assert keys.public_multibase(ed) == "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"


def test_a_pkcs1_public_key_as_mobilizon_sends_it_is_read():
    pem = vectors.rsa().public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()
    assert pem.startswith("-----BEGIN RSA PUBLIC KEY")
    assert keys.parse_pem(pem) == vectors.rsa().public_key()


@pytest.mark.parametrize("bits", [1_024, 2_047])
def test_short_rsa_keys_are_refused(bits: int):
    key = rsa.generate_private_key(public_exponent=65_537, key_size=bits)
    with pytest.raises(Unauthenticated):
        keys.parse_pem(keys.public_pem(key.public_key()))
    with pytest.raises(Unauthenticated):
        keys.parse_multikey(keys.public_multibase(key.public_key()))
    with pytest.raises(Unauthenticated):
        keys.import_private(keys.private_pem(key))


@pytest.mark.parametrize(("modulus", "exponent"), [(2**8_192 + 1, 65_537), (2**2_048 - 1, 2**33 + 1)])
def test_giant_rsa_keys_are_refused(modulus: int, exponent: int):
    key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    with pytest.raises(Unauthenticated):
        keys.parse_pem(keys.public_pem(key))


def test_other_kinds_of_keys_are_refused():
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(Malformed):
        keys.load_private(pem)
    with pytest.raises(Malformed):
        keys.parse_pem(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())


@pytest.mark.parametrize("text", ["", "ñ", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "A" * 5_000])
def test_what_is_no_pem_is_refused(text: str):
    with pytest.raises(Malformed):
        keys.parse_pem(text)


@pytest.mark.parametrize(
    "text", ["", "z", "z0", "fabcd", "z6Mk", "u7QE", "u!", "z" + "2" * 3_000, "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"]
)
def test_what_is_no_multikey_is_refused(text: str):
    with pytest.raises(Malformed):
        keys.parse_multikey(text)


def test_a_private_key_whose_numbers_do_not_fit_is_refused_on_import():
    numbers = vectors.rsa().private_numbers()
    wrong = rsa.RSAPrivateNumbers(
        p=numbers.p,
        q=numbers.q,
        d=numbers.d + 2,
        dmp1=numbers.dmp1,
        dmq1=numbers.dmq1,
        iqmp=numbers.iqmp,
        public_numbers=numbers.public_numbers,
    ).private_key(unsafe_skip_rsa_key_validation=True)
    with pytest.raises(Malformed):
        keys.import_private(keys.private_pem(wrong))


def test_signatures_fit_their_key_and_text_only():
    for key in (vectors.rsa(), vectors.ed25519()):
        signature = keys.sign(key, b"text")
        assert keys.is_signed(key.public_key(), signature=signature, data=b"text")
        assert not keys.is_signed(key.public_key(), signature=signature, data=b"texT")
        assert not keys.is_signed(key.public_key(), signature=signature[:-1], data=b"text")
        assert not keys.is_signed(key.public_key(), signature=b"", data=b"text")
    assert not keys.is_signed(vectors.ed25519().public_key(), signature=keys.sign(vectors.rsa(), b"text"), data=b"text")


def test_the_algorithm_follows_the_key():
    assert keys.algorithm_of(vectors.rsa()) is keys.algorithm_of(vectors.rsa().public_key()) is Algorithm.RSA
    assert keys.algorithm_of(vectors.ed25519()) is keys.algorithm_of(vectors.ed25519().public_key()) is Algorithm.ED25519


def test_multibase_keeps_leading_zeros():
    for data in (b"", b"\0", b"\0\0ab", b"\xff" * 40):
        assert multibase.decode(multibase.encode(data)) == data
    assert multibase.decode("uAAFi") == b"\0\x01b"


def test_a_web_push_key_is_made_and_read_again():
    text = vapid.generate()
    assert len(text) == 43
    assert len(vapid.public_text(vapid.load(text))) == 87


@pytest.mark.parametrize("text", ["", "AAAA", "!" * 43, "A" * 43, "_" * 43])
def test_what_is_no_web_push_key_is_refused(text: str):
    with pytest.raises(Invalid):
        vapid.load(text)
