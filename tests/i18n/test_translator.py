"""Texts, plurals, numbers and dates in the language of a person."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from gettext import GNUTranslations
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from jinja2 import Environment
from markupsafe import Markup

from fedisw.i18n import LANGUAGES, Translator, later, preferred, translator

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def spanish() -> Translator:
    catalogue = Catalog(locale="es")
    catalogue.add("Hello %(name)s", "Hola, %(name)s")
    catalogue.add(("%(n)s post", "%(n)s posts"), ("%(n)s publicación", "%(n)s publicaciones"))
    catalogue.add("Post", "Publicar", context="verb")
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translator("es", GNUTranslations(compiled))


def test_texts_are_translated_and_filled(spanish: Translator) -> None:
    assert spanish.gettext("Hello %(name)s", name="Ana") == "Hola, Ana"
    assert spanish.pgettext("verb", "Post") == "Publicar"
    assert spanish.gettext("Not known, 100 %") == "Not known, 100 %"
    assert later("Hello") == "Hello"


def test_the_plural_fits_the_number(spanish: Translator) -> None:
    assert [spanish.ngettext("%(n)s post", "%(n)s posts", n) for n in (0, 1, 12345)] == [
        "0 publicaciones", "1 publicación", "12.345 publicaciones",
    ]  # fmt: skip
    assert translator("en").ngettext("%(n)s post", "%(n)s posts", 12345) == "12,345 posts"


def test_safe_html_in_a_field_stays_and_all_else_is_escaped(spanish: Translator) -> None:
    page = Environment(autoescape=True).from_string("{{ _('Hello %(name)s', name=name) }}")
    assert page.render(**spanish.names, name="<b>") == "Hola, &lt;b&gt;"
    assert page.render(**spanish.names, name=Markup("<b>Ana</b>")) == "Hola, <b>Ana</b>"
    assert spanish.gettext("a < %(x)s %(y)s", x=Markup("<i>"), y="<u>") == "a &lt; <i> &lt;u&gt;"


def test_dates_are_written_as_people_write_them_where_they_are() -> None:
    madrid, night = ZoneInfo("Europe/Madrid"), datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert translator("es").date(night, zone=madrid) == "22 de noviembre de 2026"
    assert translator("en").date(night, zone=UTC) == "November 21, 2026"
    assert translator("es").moment(night, zone=madrid) == "22 nov 2026, 0:30"


@pytest.mark.parametrize(
    ("passed", "english", "spanish"),
    [
        (timedelta(hours=3, minutes=50), "4 hours ago", "hace 4 horas"),
        (timedelta(days=400), "1 year ago", "hace 1 año"),
        (timedelta(seconds=-30), "just now", "ahora mismo"),
    ],
)
def test_times_that_passed_are_rounded_and_never_in_the_future(passed: timedelta, english: str, spanish: str) -> None:
    assert translator("en").ago(NOON - passed, now=NOON) == english
    assert translator("es").ago(NOON - passed, now=NOON) == spanish


@pytest.mark.parametrize(("tag", "language"), [("es-MX", "es"), ("ES", "es"), ("es_AR", "es"), ("fr", "en"), ("", "en")])
def test_a_language_that_we_lack_is_english(tag: str, language: str) -> None:
    assert translator(tag).language == language
    assert translator(tag) is translator(language)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("fr, en;q=0.3, es;q=0.7", "es"),
        ("en, es", "en"),
        ("fr", "es"),
        ("", "es"),
        ("en;q=0", "es"),
        ("en;q=nonsense", "es"),
        ("en;level=1", "en"),
        (",".join(["fr"] * 1000 + ["en"]), "es"),
    ],
)
def test_the_browser_says_which_language_is_wanted(header: str, language: str) -> None:
    assert preferred(header, default="es") == language


def test_every_language_has_a_translator() -> None:
    assert [translator(language).language for language in LANGUAGES] == list(LANGUAGES)
