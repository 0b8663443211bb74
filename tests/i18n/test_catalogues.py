"""Every text for people has a form in every language, with the same fields."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from fedisw.i18n import LANGUAGES
from tests.i18n import messages

FIELD = re.compile(r"%\((\w+)\)s")
OTHERS = [language for language in LANGUAGES if language != "en"]
PAGES = messages.ROOT / "fedisw" / "web" / "pages"


def fields_of(text: str | tuple[str, ...]) -> set[str]:
    return set(FIELD.findall(text if isinstance(text, str) else " ".join(text)))


def forms_of(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    wanted = {(message.context, message.id) for message in messages.collected() if message.id}
    assert wanted or not PAGES.exists()
    there = {(message.context, message.id): message for message in messages.translated(language) if message.id}
    assert wanted - there.keys() == set(), "run `make messages` and fill in what is new"
    assert there.keys() - wanted == set(), "run `make messages`: these texts are used nowhere"
    assert [key for key in wanted if not all(forms_of(there[key])) or there[key].fuzzy] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_fields_of_its_text(language: str) -> None:
    for message in messages.translated(language):
        if message.id:
            assert fields_of(message.id) == fields_of(forms_of(message)), message.id
            for form in forms_of(message) if fields_of(message.id) else ():
                assert form % dict.fromkeys(fields_of(message.id), "x"), form


def test_texts_are_found_in_code_and_in_templates(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        '<p>{{ _("One") }} {{ ngettext("%(n)s post", "%(n)s posts", n) }} {{ _("Two", x=1) }}</p>'
    )
    (tmp_path / "code.py").write_text('A = later("Three")\nt.gettext("Four", name=name)\nt.pgettext("verb", "Post")\n')
    found = {(message.context, message.id) for message in messages.collected(tmp_path) if message.id}
    assert found == {
        (None, "One"),
        (None, "Two"),
        (None, "Three"),
        (None, "Four"),
        (None, ("%(n)s post", "%(n)s posts")),
        ("verb", "Post"),
    }


def test_a_broken_template_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text('{{ _("One") ')
    with pytest.raises(Exception, match="unexpected"):
        messages.collected(tmp_path)
