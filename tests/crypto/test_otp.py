"""Codes of authenticator apps against the vectors of RFC 6238, and recovery codes."""

from __future__ import annotations

from base64 import b32encode
from datetime import UTC, datetime

import pytest

from fedisw.crypto import otp

SECRET = b32encode(b"12345678901234567890").decode()  # of RFC 6238, appendix B


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    now = datetime.fromtimestamp(seconds, tz=UTC)
    assert otp.step_of(code, secret=SECRET, now=now) == seconds // 30
    assert otp.step_of(f" {code[:3]} {code[3:]}", secret=SECRET, now=now) == seconds // 30


@pytest.mark.parametrize(("late", "right"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_wrong_by_one_step(late: int, right: bool) -> None:
    now = datetime.fromtimestamp(1111111111 + late, tz=UTC)
    assert (otp.step_of("050471", secret=SECRET, now=now) is not None) is right


@pytest.mark.parametrize("code", ["", "05047", "0504711", "abcdef", "０５０４７１", "-50471"])
def test_what_is_no_code_is_wrong(code: str) -> None:
    assert otp.step_of(code, secret=SECRET, now=datetime.fromtimestamp(1111111111, tz=UTC)) is None


def test_secrets_are_160_bits_and_never_the_same() -> None:
    assert len({otp.new_secret() for _ in range(20)}) == 20
    assert len(otp.new_secret()) == 32


def test_the_link_names_server_and_person() -> None:
    link = otp.link(SECRET, account="@amy@alpha.test", issuer="A & B")
    assert link.startswith("otpauth://totp/A%20%26%20B:%40amy%40alpha.test?secret=")
    assert "issuer=A%20%26%20B" in link


def test_recovery_codes_are_ten_and_forgive_how_they_are_typed() -> None:
    codes = otp.new_recovery_codes()
    assert len(set(codes)) == 10
    assert all(len(code) == 11 and code[5] == "-" for code in codes)
    assert otp.plain_recovery_code("  ABCDE fghjk ") == otp.plain_recovery_code("abcde-fghjk") == "abcdefghjk"
