"""HTML of others: statement 121 of the federation reference."""

from __future__ import annotations

import re

from fedisw.web.middleware.sessions import cookie_name
from tests.conformance.meeting import Meeting
from tests.conformance.meeting import meeting as meeting
from tests.security.arriving import ONE
from tests.text.hostile import KEYS, NAMES, VALUES
from tests.text.html_checks import faults

MASTODON = (
    '<p><span class="h-card" translate="no"><a href="https://beta.test/@ben" class="u-url mention" target="_blank" '
    'rel="nofollow noopener noreferrer">@<span>ben</span></a></span> <a href="https://beta.test/tags/soup" '
    'class="mention hashtag" target="_blank" rel="tag nofollow noopener noreferrer">#<span>soup</span></a> '
    '<a href="https://beta.test/a/b" target="_blank" rel="nofollow noopener noreferrer" translate="no">'
    '<span class="invisible">https://</span><span class="ellipsis">beta.test/a</span><span class="invisible">/b</span></a></p>'
    "<blockquote><p>So <em>it</em> <strong>is</strong></p></blockquote><ul><li>one</li></ul>"
    '<ol start="3" reversed=""><li value="3">two</li>'
    "</ol><pre><code>x &lt; y</code></pre><p><del>no</del><br />\U0001f331</p>"
)
ATTACKS = (
    "<script>alert(1)</script><p>a</p>",
    "<p onclick=alert(1)>b</p><img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">c</a><a href="data:text/html,x">d</a><a href="//evil.example">e</a>',
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></math>",
    "<iframe src=https://evil.example></iframe><form action=https://evil.example><input name=password></form>",
    '<p style="position:fixed;inset:0" id="top" class="post-main mention">f</p><link rel=stylesheet href=//evil.example>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript><template><script>x</script></template>',
    '<a href="https://a.example/" target=_top rel=opener onmouseover=alert(1)>g</a><meta http-equiv=refresh content=0>',
    "<p>" * 3_000 + "<b>" * 3_000 + "h",
    "<" * 5_000 + "a href='x' " * 400,
)
DANGEROUS = re.compile(
    r"<script|<iframe|<style|<svg><script|<img[^>]*onerror|javascript:|evil\.example\"|\son[a-z]+=\"?alert", re.IGNORECASE
)


def corpus() -> list[str]:
    """Every element with a script inside, every attribute with every value, and what is known to have worked elsewhere."""
    elements = ["".join(f"<{name}><script>alert(1)</script>x</{name}>" for name in NAMES)]
    attributes = ["".join(f'<{tag} {key}="{value}">x</{tag}>' for tag in ("a", "p", "span") for key in KEYS) for value in VALUES]
    return [*ATTACKS, *elements, *attributes]


@ONE
async def test_121_no_script_handler_style_or_foreign_scheme_gets_through_and_mastodons_markup_stays(meeting: Meeting):
    us, ben = meeting.us, meeting.ben
    await meeting.befriend(ben)
    plain = await meeting.create(ben, ben.note() | {"content": MASTODON})
    assert (await meeting.shown(plain))["content"] == MASTODON
    notes = []
    for html in corpus():
        note = ben.note() | {"content": html, "summary": html, "contentMap": {"en": html, "es": f"{html} "}}
        notes.append(note)
    for start in range(0, len(notes), 10):
        await meeting.send(ben, ben.activity("Create", notes[start : start + 10]))
    titled = ben.note() | {"type": "Article", "name": ATTACKS[0], "summary": ATTACKS[1], "content": ATTACKS[2]}
    await meeting.create(ben, titled)
    for note in (*notes, titled):
        post = await meeting.shown(note)
        assert faults(post["content"]) == [], note["content"][:80]
    profile = ben.document | {
        "summary": "".join(ATTACKS[:8]),
        "name": ATTACKS[0],
        "attachment": [{"type": "PropertyValue", "name": ATTACKS[0], "value": html} for html in ATTACKS[:8]],
    }
    await meeting.send(ben, ben.activity("Update", profile))
    account = await us.ask(f"/api/v1/accounts/{post['account']['id']}")
    assert [faults(html) for html in (account["note"], *(row["value"] for row in account["fields"]))] == [[]] * 9
    await _on_pages(meeting, post["id"])


async def _on_pages(meeting: Meeting, post_id: str) -> None:
    """Nothing of it is on a page: names and titles are text, what is HTML was cleaned."""
    text = (await meeting.us.people.session(meeting.us.account))[1]
    cookie = f"{cookie_name(meeting.us.runtime.settings)}={text}"
    for path in ("/@ben@beta.test", f"/@ben@beta.test/{post_id}"):
        url = f"https://127.0.0.1:{meeting.us.port}{path}"
        headers = {"Host": "alpha.test", "Accept": "text/html", "Cookie": cookie}
        async with meeting.us.session.get(url, headers=headers, server_hostname="alpha.test") as got:
            html = await got.text()
            assert got.status == 200
        assert DANGEROUS.findall(html) == []
