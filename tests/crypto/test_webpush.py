"""Messages to browsers: by the example of the standard, and read by another implementation (npm http_ece)."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

from fedisw.crypto import vapid, webpush
from fedisw.crypto.seal import Sealer, Unsealable, new_key, parse_key
from fedisw.crypto.webpush import MOST_BYTES, PADDED, Secrets
from fedisw.model.errors import Invalid
from tests.support import node
from tests.support.node import Program
from tests.support.pushing import Browser, token_in

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EXAMPLE = {  # RFC 8291, section 5 and appendix A
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}
SENDER, SALT = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw", "DGv6ra1nlYgDCS1FRnbzlw"
WANTED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    with node.running("webpush.mjs") as program:
        yield program


def test_the_example_of_the_standard_comes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webpush, "PADDED", 1)  # the example is not padded
    key = derive_private_key(int.from_bytes(raw(SENDER), "big"), SECP256R1())
    text = b"When I grow up, I want to be a watermelon"
    message = webpush.encrypt(text, **EXAMPLE, standard=True, key=key, salt=raw(SALT))
    assert message.body == raw(WANTED)
    assert message.headers == {"Content-Encoding": "aes128gcm"}


@pytest.mark.parametrize("standard", [True, False])
@pytest.mark.parametrize("size", [2, 400, 511, 512, MOST_BYTES])
def test_browsers_read_both_forms(program: Program, standard: bool, size: int) -> None:
    browser = Browser()
    text = b'"' + b"x" * (size - 2) + b'"'
    message = webpush.encrypt(text, p256dh=browser.p256dh, auth=browser.auth, standard=standard)
    other = Browser()
    asked = {"version": message.headers["Content-Encoding"], "body": webpush._text(message.body)}
    if not standard:
        asked |= {"salt": message.headers["Encryption"][5:], "dh": message.headers["Crypto-Key"][3:]}
    private = webpush._text(browser.key.private_numbers().private_value.to_bytes(32, "big"))
    assert program.ask("decrypt", privateKey=private, auth=browser.auth, **asked) == text.decode()
    assert "error" in program.try_to("decrypt", privateKey=private, auth=other.auth, **asked)


@pytest.mark.parametrize("standard", [True, False])
def test_lengths_tell_little(standard: bool) -> None:
    browser = Browser()
    sizes = {
        len(webpush.encrypt(b"x" * size, p256dh=browser.p256dh, auth=browser.auth, standard=standard).body)
        for size in (1, 100, PADDED - 2)
    }
    assert len(sizes) == 1
    with pytest.raises(Invalid):
        webpush.encrypt(b"x" * (MOST_BYTES + 1), p256dh=browser.p256dh, auth=browser.auth, standard=standard)


@pytest.mark.parametrize("standard", [True, False])
def test_push_services_know_who_sends(program: Program, standard: bool) -> None:
    key = vapid.load(vapid.generate())
    said = webpush.authorization(key, audience="https://push.test", subject="https://a.test", now=NOW, standard=standard)
    token, public = token_in(dict(said))
    found = program.ask("token", token=token, publicKey=public)
    assert found["good"] is True
    assert found["head"] == {"typ": "JWT", "alg": "ES256"}
    assert found["claims"] == {"aud": "https://push.test", "exp": int(NOW.timestamp()) + 43_200, "sub": "https://a.test"}
    assert public == vapid.public_text(key)


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [("", ""), ("BA", "BTBZMqHH6r4Tts7J_aSIgg"), (EXAMPLE["p256dh"], "AAAA"), ("B" + "A" * 86, EXAMPLE["auth"]), ("ü", "ü")],
)
def test_keys_that_are_none_are_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(Invalid):
        webpush.check_keys(p256dh, auth)


def test_keys_are_read_with_and_without_padding() -> None:
    webpush.check_keys(**EXAMPLE)
    webpush.check_keys(EXAMPLE["p256dh"].replace("_", "/").replace("-", "+") + "=", EXAMPLE["auth"] + "==")


def test_secrets_open_only_for_their_token() -> None:
    sealer = Sealer(parse_key(new_key()))
    known = Secrets(p256dh="a", auth="b", token="c")
    sealed = webpush.sealed(known, sealer=sealer, token_id=1)
    assert webpush.opened(sealed, sealer=sealer, token_id=1) == known
    with pytest.raises(Unsealable):
        webpush.opened(sealed, sealer=sealer, token_id=2)
