"""Collects the texts for people from code and templates; `python -m tests.i18n.messages` adds new ones to the catalogues."""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "fedisw" / "i18n" / "locale"
KEYWORDS = {"_": None, "gettext": None, "later": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
OPTIONS = {"**.html": {"silent": "false"}, "**.txt": {"silent": "false"}}
WIDTH = 120


def collected(folder: Path = ROOT / "fedisw") -> Catalog:
    """All texts for people below a folder."""
    catalogue = Catalog(project="fedisw", charset="utf-8")
    for _file, _line, text, comments, context in extract_from_dir(
        folder, method_map=METHODS, options_map=OPTIONS, keywords=KEYWORDS, comment_tags=("Translators:",)
    ):
        catalogue.add(text, auto_comments=comments, context=context)
    return catalogue


def translated(language: str) -> Catalog:
    """The catalogue of a language as it is stored."""
    with (LOCALE / language / "messages.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def main() -> int:
    """Bring every catalogue up to date: new texts come in empty, unused ones go; 1 if any is left empty."""
    empty = 0
    for folder in sorted(path for path in LOCALE.iterdir() if path.is_dir()):
        catalogue = translated(folder.name)
        made = catalogue.creation_date
        catalogue.update(collected(), no_fuzzy_matching=True, update_creation_date=False)
        catalogue.creation_date = made
        with (folder / "messages.po").open("wb") as file:
            write_po(file, catalogue, width=WIDTH, no_location=True, sort_output=True, ignore_obsolete=True)
        for message in catalogue:
            if message.id and not all(message.string if isinstance(message.string, tuple) else [message.string]):
                empty += 1
                print(f"{folder.name}: {message.id!r} has no translation yet", file=sys.stderr)
    return 1 if empty else 0


if __name__ == "__main__":
    sys.exit(main())
