import pytest

from fedisw.text.language import THREE_LETTERS, TWO_LETTERS, base, normalise


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("en", "en"),
        ("EN", "en"),
        (" es ", "es"),
        ("pt-br", "pt-BR"),
        ("pt_BR", "pt-BR"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("zh-yue", "zh-YUE"),
        ("es-419", "es-419"),
        ("ckb", "ckb"),
        ("de-DE-1996", "de-DE-1996"),
    ],
)
def test_known_languages_come_out_in_their_usual_spelling(code, result):
    assert normalise(code) == result
    assert normalise(result) == result


@pytest.mark.parametrize(
    "code", [None, "", "xx", "english", "e", "en-", "-en", "en-x y", "en<b>", "qqq", "en-" + "a" * 40, "und"]
)
def test_what_is_no_language_is_none(code):
    assert normalise(code) is None


def test_the_lists_are_whole():
    assert len(TWO_LETTERS) == 183
    assert not TWO_LETTERS & THREE_LETTERS
    assert base("pt-BR") == "pt"
