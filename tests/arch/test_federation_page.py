"""docs/federation.md lists each activity that has a handler, and no other (style section 4)."""

from __future__ import annotations

import re

from tests.arch.source import ROOT

PAGE = ROOT / "docs" / "federation.md"
HANDLERS = ROOT / "fedisw" / "federation" / "handlers"


def test_every_handler_is_on_the_page_and_nothing_else_is() -> None:
    accepted = PAGE.read_text().partition("## Activities we accept")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `([A-Z][A-Za-z]+)` \|", accepted, re.MULTILINE)
    handlers = [path.stem for path in HANDLERS.glob("[a-z]*.py")]
    assert sorted(handlers) == sorted(name.lower() for name in listed)
    assert len(handlers) >= 9
