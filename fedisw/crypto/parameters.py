"""`name="value",name=123`: the form of draft-cavage signatures and of `Collection-Synchronization`."""

from __future__ import annotations

import re

from fedisw.model.errors import Malformed

MAX_LENGTH = 8_192  # characters of one field (security LIM)

_PARAMETER = re.compile(r"""[ \t]*([A-Za-z][A-Za-z0-9_-]*)[ \t]*=[ \t]*(?:"([^"\\]*)"|([0-9]+))[ \t]*(,|$)""")


def parse(text: str) -> dict[str, str]:
    """Names and values, in any order, with optional white space; unknown names are kept.

    Raises:
        Malformed: not of this form, a name given twice, or longer than 8,192 characters.
    """
    if len(text) > MAX_LENGTH:
        raise Malformed("the field is too long")
    found: dict[str, str] = {}
    at, more = 0, True
    while more:
        match = _PARAMETER.match(text, at)
        if match is None:
            raise Malformed("parameters cannot be read")
        name, quoted, number, comma = match.groups()
        if name in found:
            raise Malformed(f"parameter {name} is repeated")
        found[name] = number if quoted is None else quoted
        at, more = match.end(), bool(comma)
    return found
