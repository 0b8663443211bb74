"""Templates with sample values: well-formed, nothing inline, usable with a keyboard and a screen reader, in two languages."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from typing import Any

import pytest
from markupsafe import Markup

from fedisw.i18n import LANGUAGES, translator
from fedisw.web.assets import assets
from fedisw.web.frame import FormView, Head
from fedisw.web.house_rules import Rule
from fedisw.web.pages.views import OptionView, Pager, PollView, ServerView
from fedisw.web.render import Templates
from tests.i18n import messages
from tests.support.clock import START
from tests.web.pages import samples
from tests.web.pages.markup import Document, faults

PAGES = samples.every_page()
EVIL = "\"'><script>alert(1)</script>{{ 7*7 }}"
PAGE_BYTES = 60_000  # compressed, HTML and CSS, 20 posts (professional, section 15.6)
LONG = 12  # letters of a piece that cannot be part of a Spanish word by chance
TEMPLATES = Templates(now=lambda: START)


def rendered(template: str, language: str = "en", **values: Any) -> str:
    return TEMPLATES.render(template, language=language, **samples.values_of(values, language))


def sample(name: str, language: str = "en") -> str:
    template, values = PAGES[name]
    return rendered(template, language, **values)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_fault(name: str, language: str) -> None:
    assert faults(sample(name, language)) == []


def english_texts() -> Iterator[str]:
    """The longest piece between fields of each text that reads otherwise in Spanish."""
    for message in messages.translated("es"):
        forms = (message.id,) if isinstance(message.id, str) else message.id or ()
        said = (message.string,) if isinstance(message.string, str) else message.string
        for form, other in zip(forms, said, strict=True):
            if form and form != other:
                yield max(re.split(r"%\(\w+\)s", form), key=len).strip()


@pytest.mark.parametrize("name", PAGES)
def test_a_spanish_page_says_nothing_in_english(name: str) -> None:
    page = Document.of(sample(name, "es"))
    said = {element.text.strip() for element in page.elements}
    said |= {value for e in page.elements for key, value in e.attributes.items() if key in ("aria-label", "title", "alt")}
    assert page.one("html").attributes["lang"] == "es"
    whole = " ".join(said)
    assert {text for text in english_texts() if text in said or (len(text) > LONG and text in whole)} == set()


def test_what_people_type_is_text_wherever_it_is_shown() -> None:
    who = samples.person(EVIL, host="beta.test")
    bad = samples.post(
        1,
        author=who,
        boosted_by=who,
        note=EVIL,
        language=EVIL,
        reply_to=EVIL,
        poll=PollView(options=(OptionView(title=EVIL, votes=1, percent=100),), voters=1, ends=None, ended=True),
    )
    head = Head(title=EVIL, description=EVIL, canonical="https://alpha.test/")
    for page in (
        rendered("thread.html", ancestors=[], post=bad, descendants=[bad], more_elsewhere=False, delivered=None, head=head),
        rendered("profile.html", profile=samples.profile(person=who), timeline=[bad], links=Pager(), head=head),
        rendered("about.html", server=ServerView(rules=(Rule(text=EVIL, hint=EVIL),), contact=who)),
        rendered("oauth/consent.html", app_name=EVIL, scope_words=[EVIL], hidden=[(EVIL, EVIL)], redirect_host=EVIL),
        rendered(
            "auth/signup.html", form=FormView(values={"username": EVIL}, problems={"username": EVIL}), domain="x", rule_list=()
        ),
        rendered("closed.html", person=who, next=EVIL),
        rendered("error.html", heading=EVIL, explanation=EVIL, detail=EVIL),
    ):
        assert "<script" not in page
        assert "alert(1)" in page
        assert "{{ 7*7 }}" in page
        assert Document.of(page).all("script") == []


def test_names_are_isolated_from_the_direction_of_their_letters() -> None:
    for name in ("home", "profile", "thread", "closed", "remote", "consent"):
        page = Document.of(sample(name))
        names = [e for e in page.elements if {"name", "p-name"} & set(e.attributes.get("class", "").split())]
        isolated = [e.text for e in page.all("bdi")]
        assert isolated
        assert all(e.text in isolated for e in names)


def test_a_content_note_hides_text_and_pictures_until_it_is_opened() -> None:
    page = Document.of(rendered("thread.html", **(PAGES["thread"][1] | {"post": samples.every_post()[1]})))
    shown = [e for e in page.all("img") if e.attributes.get("src") == "/media/2"]
    assert shown
    assert all("details" in element.inside for element in shown)


def test_sensitive_pictures_without_a_note_are_hidden_too() -> None:
    page = Document.of(rendered("thread.html", **(PAGES["thread"][1] | {"post": samples.every_post()[2]})))
    files = [e for e in page.all("img", "video", "audio") if e.attributes.get("src", "").startswith("/media/")]
    assert len(files) == 4
    assert all("details" in element.inside for element in files)


def test_totals_of_a_poll_that_hides_them_are_not_on_the_page() -> None:
    page = rendered("thread.html", **(PAGES["thread"][1] | {"post": samples.every_post()[4], "descendants": [], "ancestors": []}))
    assert "XoNone" in page
    assert " %" not in page
    assert "voted" not in page


def test_the_links_of_a_profile_carry_rel_me() -> None:
    page = Document.of(sample("profile"))
    assert page.one("a", href="https://xa.test").attributes["rel"] == "me"


def test_a_page_of_twenty_posts_is_small() -> None:
    text = translator("en").gettext("Post by %(name)s", name="x") + " words of many kinds, never quite the same: "
    timeline = [
        samples.post(
            number,
            content=f"<p>{text} {number * 7919} {hash((number, text)):x}</p>" * 6,
            media=(samples.media(),) * 4,
            likes=number,
        )
        for number in range(20)
    ]
    values = PAGES["timeline"][1] | {"timeline": timeline}
    files = [rendered("timeline.html", **values).encode(), assets().by_name["site.css"].body, assets().by_name["icons.svg"].body]
    assert sum(len(gzip.compress(file, 6)) for file in files) < PAGE_BYTES


def test_markup_is_only_what_the_sanitiser_made() -> None:
    page = rendered(
        "profile.html", profile=samples.profile(bio=Markup("<p>a &amp; b</p>"), summary=""), timeline=[], links=Pager()
    )
    assert "<p>a &amp; b</p>" in page
