"""docs/federation.md names the software that stories are told with, and no other."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "federation.md"
DIALECTS = Path(__file__).parent / "dialects"


def test_every_software_with_a_story_is_on_the_page_and_no_other_is():
    part = PAGE.read_text(encoding="utf-8").partition("## Software we tested with, and how")[2].partition("\n#")[0]
    listed = re.findall(r"^\| ([A-Z][A-Za-z]+)", part, re.MULTILINE)
    told = [path.stem for path in DIALECTS.glob("[a-z]*.py")]
    assert sorted(name.lower() for name in listed) == sorted(told)
    assert len(told) >= 18
