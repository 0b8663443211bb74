"""Mail addresses (AUT-8)."""

from __future__ import annotations

import pytest

from fedisw.model.emails import normal_email
from fedisw.model.errors import Invalid


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        (" Ana.Ruiz+x@Mail.Example ", "ana.ruiz+x@mail.example"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("a_b-c@mail.example.", "a_b-c@mail.example"),
    ],
)
def test_an_address_has_one_form(text: str, normal: str) -> None:
    assert normal_email(text) == normal


@pytest.mark.parametrize("char", [*"\x00\t\n\r \"'\\%!,;()<>:@é"])
def test_characters_that_mean_something_to_mail_programs_are_refused(char: str) -> None:
    with pytest.raises(Invalid):
        normal_email(f"an{char}a@mail.example")


@pytest.mark.parametrize(
    "text",
    ["", "ana", "@mail.example", "ana@", "ana@localhost", "ana@mail..example", "ana@-mail.example", "ana@[127.0.0.1]",
     "ana@1.2.3.4", ".ana@mail.example", "ana.@mail.example", "a..b@mail.example",
     "a" * 65 + "@mail.example", "a@" + "b" * 64 + ".example"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        normal_email(text)
