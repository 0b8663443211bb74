"""Words that somebody does not want to read are found in any script, however they are written (HTM-8)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedisw.text.filtering import fold, has, searchable, sought


def found(keyword: str, text: str, *, whole: bool = True) -> bool:
    return has(searchable(text, ()), sought(keyword, whole_word=whole))


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("cat", "<p>My CAT sleeps</p>"),
        ("cat", "<p>cat</p>"),
        ("cat", "<p>(cat)</p>"),
        ("cat", "<p>a<br />cat<br>b</p>"),
        ("cat", "<p>wildcat, cat</p>"),
        ("Straße", "<p>STRASSE</p>"),
        ("élève", "<p>un e\u0301le\u0300ve</p>"),
        ("ｃａｔ", "<p>cat</p>"),
        ("cat", "<p>c\u200bat</p>"),
        ("c\u00adat", "<p>cat</p>"),
        ("no way", "<p>no&nbsp;way</p>"),
        ("no way", "<p>no<br />way</p>"),
        ("#grief", '<p><a href="https://a.test/tags/grief">#<span>Grief</span></a></p>'),
        ("a.test/x", '<p><a href="#"><span class="invisible">https://</span><span>a.test</span><span>/x</span></a></p>'),
        ("R&D", "<p>our R&amp;D</p>"),
        ("смерть", "<p>Смерть и жизнь</p>"),
        ("موت", "<p>هنا موت الآن</p>"),
        ("मौत", "<p>यह मौत है</p>"),
        ("自殺", "<p>昨日自殺した</p>"),
        ("ตาย", "<p>เขาตายแล้ว</p>"),
        ("iPhone", "<p>新しいiPhoneを買う</p>"),
        ("죽음", "<p>그 죽음 뒤에</p>"),
        ("😀", "<p>so😀so</p>"),
    ],
)
def test_a_whole_word_is_found(keyword: str, text: str) -> None:
    assert found(keyword, text)


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("cat", "<p>concatenate</p>"),
        ("cat", "<p>cats</p>"),
        ("cat", "<p>cat_1</p>"),
        ("eleve", "<p>élève</p>"),
        ("смерть", "<p>бессмертье смертью</p>"),
        ("मत", "<p>मतलब</p>"),
        ("cafe", "<p>cafe\u0301</p>"),
        ("\u200b", "<p>a\u200bb</p>"),
        ("span", "<p><span>hello</span></p>"),
        ("cat dog", "<p>cat</p><p>and dog</p>"),
    ],
)
def test_another_word_is_not(keyword: str, text: str) -> None:
    assert not found(keyword, text)


def test_a_part_of_a_word_is_found_if_that_is_wanted() -> None:
    assert found("cat", "<p>concatenate</p>", whole=False)
    assert found("смерт", "<p>бессмертье</p>", whole=False)


def test_other_texts_of_a_post_are_looked_through_each_by_itself() -> None:
    text = searchable("<p>Hello</p>", ("a note", "yes", "no"))
    assert has(text, sought("note", whole_word=True))
    assert not has(text, sought("yes no", whole_word=True))


@given(st.text(), st.text(min_size=1))
def test_a_keyword_is_found_wherever_it_was_put_as_a_part(around: str, keyword: str) -> None:
    inside = fold(f"{around} {keyword} {around}")
    assert not fold(keyword) or fold(keyword) in inside


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
