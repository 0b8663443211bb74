"""One translator a language: texts, plurals, numbers, dates. The catalogues are read once, from their sources."""

from __future__ import annotations

import io
from datetime import datetime, timedelta, tzinfo
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from typing import Final

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from markupsafe import Markup

ENGLISH: Final = "en"
LANGUAGES: Final = (ENGLISH, "es")  # English first: it is what is shown when nothing else fits
JUST_NOW: Final = timedelta(seconds=10)
MAX_WISHES: Final = 20  # entries of an Accept-Language header that are looked at


def later(text: str) -> str:
    """Mark a constant as a text for people; it is translated with `gettext` where it is shown."""
    return text


class Translator:
    """Texts of one language; `translator(language)` gives it.

    Fields are filled in by name: `gettext("Hello %(name)s", name=…)`. A field that is safe HTML (`Markup`) makes the
    whole result safe HTML, with all other parts escaped; without one the result is plain text.
    """

    def __init__(self, language: str, catalogue: NullTranslations) -> None:
        self.language = language
        self._catalogue, self._locale = catalogue, Locale.parse(language)

    @property
    def names(self) -> dict[str, object]:
        """What a template calls by name: `_`, `ngettext`, `pgettext`, `date`, `moment`, `ago`, `number`, `language`."""
        return {
            "_": self.gettext,
            "gettext": self.gettext,
            "ngettext": self.ngettext,
            "pgettext": self.pgettext,
            "date": self.date,
            "moment": self.moment,
            "ago": self.ago,
            "number": self.number,
            "language": self.language,
        }

    def name_of(self, code: str) -> str:
        """A language named in this one; its code where it has no name."""
        return str(self._locale.languages.get(code, code))

    def gettext(self, text: str, **fields: object) -> str:
        """The text in this language."""
        return _filled(self._catalogue.gettext(text), fields)

    def ngettext(self, one: str, many: str, n: int, **fields: object) -> str:
        """The form of a text that fits the number `n`; `%(n)s` in it is the number as written here."""
        return _filled(self._catalogue.ngettext(one, many, n), {"n": self.number(n)} | fields)

    def pgettext(self, context: str, text: str, **fields: object) -> str:
        """The text in this language, where the same English has several meanings."""
        return _filled(self._catalogue.pgettext(context, text), fields)

    def number(self, n: float) -> str:
        """A number with the separators of this language."""
        return format_decimal(n, locale=self._locale)

    def date(self, when: datetime, *, zone: tzinfo) -> str:
        """A day, such as "21 November 2026", as it is in `zone`."""
        return format_date(when.astimezone(zone).date(), format="long", locale=self._locale)

    def moment(self, when: datetime, *, zone: tzinfo) -> str:
        """A day and time to the minute, as it is in `zone`."""
        there = when.astimezone(zone)
        day = format_date(there.date(), format="medium", locale=self._locale)
        return f"{day}, {format_time(there.timetz(), format='short', locale=self._locale)}"

    def ago(self, when: datetime, *, now: datetime) -> str:
        """How long ago something was, in the largest unit: "3 hours ago"; what seems to lie in the future is just now."""
        if now - when < JUST_NOW:
            return self.gettext("just now")
        return format_timedelta(when - now, granularity="second", add_direction=True, threshold=1, locale=self._locale)


def _filled(text: str, fields: dict[str, object]) -> str:
    if not fields:
        return text
    if any(hasattr(value, "__html__") for value in fields.values()):
        return Markup.escape(text) % fields
    return text % fields


@cache
def translator(language: str) -> Translator:
    """The translator of a language, or of its base ("es" for "es-MX"); English for one that we do not have."""
    base = language.partition("-")[0].partition("_")[0].lower()
    if base not in LANGUAGES:
        return translator(ENGLISH)
    if base != language:
        return translator(base)
    return Translator(base, NullTranslations() if base == ENGLISH else _catalogue(base))


def preferred(accept_language: str, *, default: str = ENGLISH) -> str:
    """The language of ours that an `Accept-Language` header wants most; `default` if it wants none of them.

    Source: RFC 9110, section 12.5.4.
    """
    wishes: list[tuple[float, str]] = []
    for wish in accept_language.split(",")[:MAX_WISHES]:
        tag, _, weight = wish.strip().partition(";")
        base = tag.partition("-")[0].strip().lower()
        if base in LANGUAGES:
            wishes.append((_weight(weight), base))
    best = max(wishes, key=lambda wish: wish[0], default=(0.0, default))  # the first of equals
    return best[1] if best[0] > 0 else default


def _weight(text: str) -> float:
    name, _, value = text.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0


def _catalogue(language: str) -> NullTranslations:
    source = files("fedisw.i18n") / "locale" / language / "messages.po"
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source.read_bytes()), locale=language, abort_invalid=True))
    compiled.seek(0)
    return GNUTranslations(compiled)
