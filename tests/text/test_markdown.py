import time
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fedisw.text import mentions
from fedisw.text.allowed import POST, PROFILE
from fedisw.text.markdown import MAX_LINKS, Mentioned, to_html, to_inline_html
from fedisw.text.sanitise import clean, thorough
from tests.text.html_checks import faults

REL = 'rel="nofollow noopener noreferrer"'
PEOPLE = {
    "amy": Mentioned(url="https://swork.example/@amy", acct="amy"),
    "ben@b.example": Mentioned(url="https://b.example/@ben", acct="ben@b.example"),
    "a_b_": Mentioned(url="https://swork.example/@a_b_", acct="a_b_"),
}


def tag_url(name: str) -> str:
    return f"https://swork.example/tags/{quote(name)}"


def html(text: str) -> str:
    return to_html(text, mentions=PEOPLE, tag_url=tag_url)


def mention(url: str, shown: str) -> str:
    link = f'<a href="{url}" class="u-url mention" target="_blank" {REL}>@<span>{shown}</span></a>'
    return f'<span class="h-card" translate="no">{link}</span>'


def hashtag(name: str, shown: str) -> str:
    rel = 'rel="tag nofollow noopener noreferrer"'
    return f'<a href="https://swork.example/tags/{name}" class="mention hashtag" target="_blank" {rel}>#<span>{shown}</span></a>'


def url(href: str, prefix: str, shown: str, rest: str = "", *, rel: str = REL) -> str:
    style = "ellipsis" if rest else ""
    return (
        f'<a href="{href}" target="_blank" {rel} translate="no"><span class="invisible">{prefix}</span>'
        f'<span class="{style}">{shown}</span><span class="invisible">{rest}</span></a>'
    )


AMY = mention("https://swork.example/@amy", "amy")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Supervision group, Tuesday 18:00", "<p>Supervision group, Tuesday 18:00</p>"),
        ("one\ntwo\n\nthree", "<p>one<br />two</p><p>three</p>"),
        ("one\r\n\r\n\r\ntwo", "<p>one</p><p>two</p>"),
        ("a < b & c > d \"e\" 'f'", "<p>a &lt; b &amp; c &gt; d \"e\" 'f'</p>"),
        ("<script>x</script> <b>y</b>", "<p>&lt;script&gt;x&lt;/script&gt; &lt;b&gt;y&lt;/b&gt;</p>"),
        ("*a* **b** ~~c~~ `d*e*`", "<p><em>a</em> <strong>b</strong> <s>c</s> <code>d*e*</code></p>"),
        ("# Head\n## *Two*", "<p><strong>Head</strong></p><p><strong><em>Two</em></strong></p>"),
        ("#head", f"<p>{hashtag('head', 'head')}</p>"),
        ("text\n---", "<p>text<br />---</p>"),
        ("    not code", "<p>not code</p>"),
        ("- a\n- b\n\n3. c\n4. d", '<ul><li>a</li><li>b</li></ul><ol start="3"><li>c</li><li>d</li></ol>'),
        ("> a\n> b", "<blockquote><p>a<br />b</p></blockquote>"),
        ("```py\nx < 1\n\n  y\n```", "<pre><code>x &lt; 1\n\n  y</code></pre>"),
        ("[x](https://z.example/?a&b 'title')", f'<p><a href="https://z.example/?a&amp;b" target="_blank" {REL}>x</a></p>'),
        ("[x](javascript:y) [x](/rel) [x](mailto:a@b.example)", "<p>[x](javascript:y) [x](/rel) [x](mailto:a@b.example)</p>"),
        ("![x](https://z.example/y.png)", f'<p>!<a href="https://z.example/y.png" target="_blank" {REL}>x</a></p>'),
        ("a\x00b\x1bc", "<p>abc</p>"),
        ("", ""),
    ],
)
def test_markdown_becomes_html_that_clients_expect(text, expected):
    assert html(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://a.example/b.", f"see {url('https://a.example/b', 'https://', 'a.example/b')}."),
        ("http://www.a.example/?b&c", url("http://www.a.example/?b&amp;c", "http://www.", "a.example/?b&amp;c")),
        ("<https://a.example/b>", url("https://a.example/b", "https://", "a.example/b")),
        (f"https://{'a' * 22}.example/", url(f"https://{'a' * 22}.example/", "https://", f"{'a' * 22}.example/")),
        (f"https://{'a' * 22}.example/b", url(f"https://{'a' * 22}.example/b", "https://", f"{'a' * 22}.example", "/b")),
        ("*https://a.example/*", f"<em>{url('https://a.example/', 'https://', 'a.example/')}</em>"),
        ("https://a.example/b_c_d", url("https://a.example/b_c_d", "https://", "a.example/b_c_d")),
        ("a.example ftp://a.example //a.example xhttps://a.example", "a.example ftp://a.example //a.example xhttps://a.example"),
        ("ana@a.example mailto:ana@a.example", "ana@a.example mailto:ana@a.example"),
        ("`https://a.example`", "<code>https://a.example</code>"),
    ],
)
def test_urls_are_shortened_for_the_eye_only(text, expected):
    assert html(text) == f"<p>{expected}</p>"


def test_mentions_become_links_to_the_page_of_the_account():
    assert html("hi @amy, @Ben@B.example!") == f"<p>hi {AMY}, {mention('https://b.example/@ben', 'ben')}!</p>"


@pytest.mark.parametrize(
    "text", ["x@amy", "/@amy", "=@amy", "\\@amy", "`@amy`", "@amyx", "@amy@c.example", "ana@amy.example", "_@amyx_"]
)
def test_what_only_looks_like_a_mention_stays_text(text):
    assert "mention" not in html(text)


def test_a_mention_in_a_link_or_url_is_no_link_in_a_link():
    assert html("[@amy](https://a.example)") == f'<p><a href="https://a.example" target="_blank" {REL}>@amy</a></p>'
    assert html("https://a.example/@amy") == f"<p>{url('https://a.example/@amy', 'https://', 'a.example/@amy')}</p>"


def test_underscores_in_handles_and_short_codes_are_no_emphasis():
    someone = mention("https://swork.example/@a_b_", "a_b_")
    assert html("@a_b_ and @a_b_ :_x_:") == f"<p>{someone} and {someone} :_x_:</p>"
    assert html("_hi @amy_") == f"<p>_hi {'@amy_'}</p>"


def test_the_host_is_shown_only_when_two_people_share_a_name():
    people = {
        "amy": Mentioned(url="https://swork.example/@amy", acct="amy"),
        "amy@b.example": Mentioned(url="https://b.example/@amy", acct="amy@b.example"),
    }
    both = to_html("@amy @amy@b.example", mentions=people)
    assert both == f"<p>{AMY} {mention('https://b.example/@amy', 'amy@b.example')}</p>"


def test_the_same_person_under_two_spellings_is_one():
    someone = PEOPLE["amy"]
    assert to_html("@amy", mentions={"amy": someone, "amy@swork.example": someone}) == f"<p>{AMY}</p>"


def test_a_mention_that_leads_nowhere_stays_text():
    assert to_html("@amy", mentions={"amy": Mentioned(url="javascript:x", acct="amy")}) == "<p>@amy</p>"


def test_hashtags_become_links_to_their_normalised_name():
    assert html("Let's #Süpervise #日本語!") == (
        f"<p>Let's {hashtag('supervise', 'Süpervise')} {hashtag('%E6%97%A5%E6%9C%AC%E8%AA%9E', '日本語')}!</p>"
    )
    assert to_html("#x") == "<p>#x</p>"


def test_only_so_many_links():
    many = html("#a " * (MAX_LINKS + 5))
    assert many.count("<a ") == MAX_LINKS
    assert html("http://a.b " * (MAX_LINKS + 5)).count("<a ") == MAX_LINKS


def test_links_of_a_profile_say_me():
    me = 'rel="nofollow noopener noreferrer me"'
    assert to_html("https://a.example", profile=True) == f"<p>{url('https://a.example', 'https://', 'a.example', rel=me)}</p>"
    assert to_inline_html("https://a.example\n*x*", profile=True) == (
        url("https://a.example", "https://", "a.example", rel=me) + "<br /><em>x</em>"
    )


def test_nesting_stays_within_what_the_gate_lets_through():
    deep = html("> " * 40 + "x")
    assert faults(deep) == []
    assert deep.count("<blockquote>") <= 16


@pytest.mark.parametrize("part", ["<https://", "[", "[a](", "*a ", "> ", "- a\n", "`", "@a", "#a", "&", ":", "http://a.b ", "~~"])
def test_the_longest_post_is_composed_in_time(part):
    before = time.process_time()
    assert faults(html((part * 20_000)[:20_000])) == []
    assert time.process_time() - before < 5  # seconds; under 0.5 on a quiet machine


WORDS = (
    "@amy @ben@b.example @a_b_ @x @amy_ #tag #Ñandú #1 ＃日本 :blob: :_x_: https://a.example/b_c?d&e http://www.x.example/( "
    "<https://y.example> * ** _ __ ~~ ` ``` [ ] ( ) [x](https://z.example) [x](javascript:y) ![i](https://i.example) \\ < > & "
    "&amp; &lt; &copy; &#35; &#x0; &nbsp; <b> </p> <script> ' \" # - + 1. 3) > = --- | a b"
)
words = st.sampled_from(WORDS.split(" "))
glue = st.sampled_from(["", "", " ", " ", "\n", "\n\n", "  \n", "\t", "    "])
texts = st.lists(st.one_of(words, glue, st.text(max_size=4)), max_size=30).map("".join)


@settings(max_examples=500, deadline=None)
@given(texts)
@example("```\n\nx\n```")
@example("*a *b *c *d* e* f* g*")
@example("> - 1. # x\n>   y")
def test_what_is_composed_passes_the_gate_unchanged(text):
    composed = html(text)
    assert thorough(composed, POST) == composed
    assert clean(composed, POST) == composed
    assert faults(composed) == []


@settings(max_examples=100, deadline=None)
@given(texts)
def test_what_is_composed_for_a_profile_passes_the_gate_unchanged(text):
    composed = to_html(text, mentions=PEOPLE, profile=True)
    assert thorough(composed, PROFILE) == composed


@settings(max_examples=200, deadline=None)
@given(texts)
def test_the_handles_found_are_those_that_become_links(text):
    found = {handle.key for handle in mentions.find(text)}
    everyone = {key: Mentioned(url=f"https://p.example/{key}", acct=key) for key in found}
    linked = to_html(text, mentions=everyone)
    assert all(f'href="https://p.example/{key}"' in linked for key in found)
    assert to_html(text, mentions=PEOPLE) == to_html(text, mentions={key: PEOPLE[key] for key in found if key in PEOPLE})
