import pytest

from fedisw.text import emojis, hashtags, mentions
from fedisw.text.hashtags import Hashtag, normalise
from fedisw.text.mentions import Handle


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("@amy", ["amy"]),
        ("hi @amy, @Ben@B.Example. and @amy again", ["amy", "ben@b.example"]),
        ("(@amy) *@ben* \u201c@cat\u201d", ["amy", "ben", "cat"]),
        ("@a.b-c_d @a. @a-", ["a.b-c_d", "a"]),
        (
            "@amy@b.example:8443 @ben@127.0.0.1:8082: @cat@b.example: x",
            ["amy@b.example:8443", "ben@127.0.0.1:8082", "cat@b.example"],
        ),
        ("@amy@bücher.example", ["amy@xn--bcher-kva.example"]),
        ("mail amy@b.example, a@b, /@amy =@amy x@amy _@amy", []),
        ("https://b.example/@amy http://b.example/?q=@amy,@ben", []),
        ("`@amy` \\@amy\n\n```\n@amy\n```", []),
        ("[@amy](https://b.example)", []),
        ("@ @@ @- @é", []),
        ("@" + "a" * 129, []),
        ("", []),
    ],
)
def test_mentions_are_found_where_they_count(text, keys):
    assert [handle.key for handle in mentions.find(text)] == keys


def test_a_handle_keeps_the_spelling_of_the_name():
    assert mentions.find("@AmyLee@B.Example") == [Handle(username="AmyLee", host="b.example")]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("#SocialWork, #socialwork!", ["SocialWork"]),
        ("(#a) *#b* _x #c d_ _#no_", ["a", "b", "c"]),
        ("#日本語 #हिन्दी #العربية #Ñandú ＃全角", ["日本語", "हिन्दी", "العربية", "Ñandú", "全角"]),
        ("#a_b #_x_ #2026vision #b2", ["a_b", "_x_", "2026vision", "b2"]),
        ("#col·lab #a· #·b", ["col·lab", "a"]),
        ("#1 #2026 #_ #٣ # ## #-a", []),
        ("x#a /#a =#a &#a )#a", []),
        ("https://a.example/#frag `#code` \\#no &#35;x [#x](https://a.example)", []),
        ("#" + "a" * 200, ["a" * 100]),
    ],
)
def test_hashtags_are_found_where_they_count(text, shown):
    assert [tag.shown for tag in hashtags.find(text)] == shown


def test_a_tag_is_compared_by_its_normalised_name():
    assert hashtags.find("#Ｓüper #SUPER") == [Hashtag(name="super", shown="Ｓüper")]
    assert normalise("#Straße") == "strasse"
    assert normalise("Łódź-Ø") == "lodzo"
    assert normalise("がぎ") == "がぎ"
    assert normalise("ｶﾞ") == "ガ"
    assert normalise("हिन्दी") == "हिन्दी"
    assert normalise("!?") == ""


@pytest.mark.parametrize("tag", ["Süper", "Straße", "日本語", "İstanbul", "ﬁsh", "col·lab"])
def test_a_normalised_name_stays_as_it_is(tag):
    assert normalise(normalise(tag)) == normalise(tag)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (":sw_heart: x (:c3:) :sw_heart: :ee:", ["sw_heart", "c3", "ee"]),
        ("12:30:45 a:bc: :b: :b-c: ::xx:: :a1::b2: :bc:d", []),
    ],
)
def test_short_codes_are_found(text, codes):
    assert emojis.find(text) == codes


def test_htm3_short_codes_in_code_and_attributes_do_not_count():
    html = '<p>:aa: <code>:bb:</code> <a href="https://x.example/:cc:">:dd:</a></p><pre><code>:ee:</code></pre>:ff:'
    assert emojis.find_in_html(html) == ["aa", "dd", "ff"]
