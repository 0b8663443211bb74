import threading
import time

import pytest
from hypothesis import example, given, settings

from fedisw.text import quick, sanitise
from fedisw.text.allowed import POST, PROFILE
from fedisw.text.sanitise import clean, thorough, to_plain_text
from tests.text.hostile import CORPUS, hostile, plain
from tests.text.html_checks import faults

REL = 'target="_blank" rel="nofollow noopener noreferrer"'
TAGGED = 'target="_blank" rel="tag nofollow noopener noreferrer"'


@settings(max_examples=400, deadline=None)
@given(hostile)
def test_htm1_random_html_never_yields_a_tag_attribute_or_scheme_outside_the_list(html):
    assert faults(clean(html, POST)) == []


@settings(max_examples=200, deadline=None)
@given(hostile)
def test_htm1_what_a_second_cleaning_yields_is_allowed_as_well(html):
    assert faults(clean(clean(html, POST), POST)) == []


@pytest.mark.parametrize("html", CORPUS)
def test_htm2_known_attacks_come_out_harmless(html):
    for form in (html, html.replace("'", '"'), html.upper(), f"<p>{html}", f"<p><b>{html}</b></p>"):
        cleaned = clean(form, POST)
        assert faults(cleaned) == []
        assert "onerror=alert(1)>" not in cleaned.lower().replace("&gt;", "")


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("<p>Hello<br>there</p>", "<p>Hello<br />there</p>"),
        ("<h1>Title</h1><p>x</p>", "<p><strong>Title</strong></p><p>x</p>"),
        ("<h3 lang=es>Uno <em>dos</em></h3>", '<p lang="es"><strong>Uno <em>dos</em></strong></p>'),
        ("<h2><ul><li>x</ul></h2>", "<p><strong>x</strong></p>"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<table><tr><td>a</td></tr></table>", "a"),
        ("a<!-- b -->c", "ac"),
        ("<p>a<script>b</script>c<style>d</style>e<iframe>f</iframe>g<svg><text>h</text></svg>i</p>", "<p>acegi</p>"),
        ('<a href="https://a.example/b?c=d&amp;e">x</a>', f'<a href="https://a.example/b?c=d&amp;e" {REL}>x</a>'),
        ('<a href="https://a.example/?a&copy=1&lt;">x</a>', f'<a href="https://a.example/?a&amp;copy=1%3C" {REL}>x</a>'),
        ('<a href=" https://a.example/a b ">x</a>', f'<a href="https://a.example/a%20b" {REL}>x</a>'),
        ('<a href="HTTPS://a.example/ñ">x</a>', f'<a href="HTTPS://a.example/ñ" {REL}>x</a>'),
        ('<a href="mailto:a@b.example">x</a> <a>y</a> <a href="/z">z</a> <a href="#w">w</a>', "x y z w"),
        ('<a href="https://a.example" rel="me tag evil" target="_top">x</a>', f'<a href="https://a.example" {TAGGED}>x</a>'),
        ('<span class="h-card big invisible" id="x">y</span>', '<span class="h-card invisible">y</span>'),
        ('<p class="quote-inline mention">RE: x</p>', '<p class="quote-inline">RE: x</p>'),
        ('<ol start="3" reversed type="a"><li value="7">x</li></ol>', '<ol start="3" reversed=""><li value="7">x</li></ol>'),
        ('<ol start="x"><li value="1;">x</li></ol>', "<ol><li>x</li></ol>"),
        (
            '<p lang="en-GB" translate="no">x</p><p lang="a b" translate="yes">y</p>',
            '<p translate="no" lang="en-GB">x</p><p>y</p>',
        ),
        ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>"),
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<b><i>x</b></i>", "<b><i>x</i></b>"),
        ("</p>x</b>", "<p></p>x"),
        ("<pre><code>a\n  b</code></pre>", "<pre><code>a\n  b</code></pre>"),
        ("a < b & c > d &amp; &foo; &nbsp;", "a &lt; b &amp; c &gt; d &amp; &amp;foo; &nbsp;"),
        ("a\x00b\x07c\ud800d", "abcd"),
        ('<math><annotation encoding="application/x-tex">x&lt;y</annotation><mi>q</mi></math>', "$x&lt;y$"),
        ('<math display="block"><mi>x</mi></math>z', "z"),
        (":sw_heart: <b>:x:</b>", ":sw_heart: <b>:x:</b>"),
        ("", ""),
    ],
)
def test_htm1_what_stays_and_what_goes(html, cleaned):
    assert clean(html, POST) == cleaned
    assert clean(cleaned, POST) == cleaned


def test_htm1_me_stays_only_on_links_of_local_profiles():
    html = f'<a href="https://a.example" {REL[:-1]} me">x</a>'
    assert clean(html, PROFILE) == html
    assert clean(html, POST) == f'<a href="https://a.example" {REL}>x</a>'


def test_htm2_nesting_deeper_than_32_is_unwrapped():
    nested = "<blockquote>" * 31 + "<p>x</p>" + "</blockquote>" * 31
    assert clean(nested, POST) == nested
    deeper = clean("<blockquote>" * 32 + "<p>x</p>" + "</blockquote>" * 32, POST)
    assert deeper == "<blockquote>" * 32 + "x" + "</blockquote>" * 32
    assert clean("<span>" * 100 + "x", POST) == "<span>" * 32 + "x" + "</span>" * 32


def test_htm2_where_the_parser_fails_the_text_is_shown_escaped(monkeypatch):
    def broken(html: str, policy: object) -> str:
        raise RuntimeError("the parser has a bug")

    monkeypatch.setattr(sanitise._GATE, "clean", broken)
    assert clean('<b onclick="x">a & b</b><table>', POST) == '&lt;b onclick="x"&gt;a &amp; b&lt;/b&gt;&lt;table&gt;'


@pytest.mark.parametrize(
    "html",
    [
        "".join(f"<p><b lang=a{number}></p>" for number in range(3000)),
        "<span>" * 10_000,
        "<a " + " ".join(f"a{number}=1" for number in range(8000)) + ">",
        "<b></b>" * 9000,
        "<x " * 20_000,
        '<a " <a "' * 7000,
        "&" * 65_536,
        "<!--" * 16_000,
        "<li>" * 16_000,
    ],
)
def test_htm2_input_made_to_keep_the_parser_busy_ends_soon_and_harmless(html):
    before = time.process_time()
    assert faults(clean(html, POST)) == []
    assert time.process_time() - before < 10  # seconds; 1 on a quiet machine, minutes without the limits


def test_lim_input_over_64_kib_is_cut_without_half_a_tag():
    whole = "<p>" + "é" * 32_764 + "</p>"
    assert len(whole.encode()) == 65_535
    assert clean(whole, POST) == whole
    cut = clean("<p>" + "é" * 32_760 + '<a href="https://a.example">x</a></p>', POST)
    assert cut == "<p>" + "é" * 32_760 + "</p>"


def test_lim_output_over_200_000_characters_is_cut():
    assert len(clean("&" * 40_000, POST)) == 200_000
    assert len(clean("&" * 40_001, POST)) <= 200_000
    assert len(clean("<i>" + "&" * 60_000, POST)) <= 200_000


def test_every_thread_has_its_own_parser():
    results: list[str] = []

    def work(number: int) -> None:
        for _ in range(20):
            results.append(clean(f"<div><b>{number}", POST))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == sorted(f"<b>{number}</b>" for number in range(4) for _ in range(20))


@settings(max_examples=500, deadline=None)
@given(plain | hostile)
@example("<b><b>x</b></b>")
@example("<p><pre>x</pre></p>")
@example("<pre>\nx</pre>")
@example("<ul>x<li>y</li></ul>")
def test_the_short_way_returns_what_the_thorough_way_returns(html):
    html = sanitise.printable(html)
    short = quick.clean(html, POST)
    assert short is None or short == thorough(html, POST)


def test_the_short_way_is_taken_for_what_servers_usually_send():
    post = (
        '<p><span class="h-card" translate="no"><a href="https://a.example/@b" class="u-url mention">@<span>b</span></a></span>'
        ' see <a href="https://b.example/x" rel="nofollow noopener" translate="no"><span class="invisible">https://'
        '</span><span class="">b.example/x</span><span class="invisible"></span></a><br />and '
        '<a href="https://a.example/tags/x" class="mention hashtag" rel="tag">#<span>x</span></a> &amp; you</p><p>Bye</p>'
    )
    assert quick.clean(post, POST) is not None


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One<br>two</p><p>Three &amp; <b>four</b></p>", "One\ntwo\n\nThree & four"),
        ("<ul><li>a</li><li>b</li></ul><p>c</p>", "a\nb\n\nc"),
        ("<p>a\n  b</p>\n<p>c</p>", "a b\n\nc"),
        ("<pre><code>a\n  b</code></pre>", "a\n  b"),
        ('<a href="https://x.example/"><span class="invisible">https://</span>x.example</a>', "https://x.example"),
        ("<script>x</script>&lt;b&gt; &nbsp;", "<b>"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_html_becomes_plain_text(html, text):
    assert to_plain_text(html) == text
