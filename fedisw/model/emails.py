"""Mail addresses as they are stored and compared (security AUT-8)."""

from __future__ import annotations

import re

from fedisw.model.errors import Invalid

MAX_ADDRESS, MAX_LOCAL = 254, 64  # characters (RFC 5321, section 4.5.3)
_BAD = re.compile("[\\x00-\\x20\\x7f\"'\\\\%!,;()<>:@]")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


def normal_email(text: str) -> str:
    """The address in lower case with its domain in ASCII; letter case of the first part matters to nobody today.

    Raises:
        Invalid: no mail address, or one with characters that mean something to mail programs.
    """
    local, at, domain = text.strip().lower().rpartition("@")
    if not at or not local or not domain:
        raise Invalid(
            "email", "is invalid" if text.strip() else "can't be blank", code="ERR_INVALID" if text.strip() else "ERR_BLANK"
        )
    try:
        domain = domain.rstrip(".").encode("idna").decode("ascii")
    except UnicodeError as error:
        raise Invalid("email", "is invalid") from error
    labels = domain.split(".")
    if _BAD.search(local) or not local.isascii() or ".." in local or local[0] == "." or local[-1] == ".":
        raise Invalid("email", "is invalid")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdecimal():
        raise Invalid("email", "is invalid")
    if len(local) > MAX_LOCAL or len(local) + 1 + len(domain) > MAX_ADDRESS:
        raise Invalid("email", "is too long", code="ERR_TOO_LONG")
    return f"{local}@{domain}"
