"""Statement 123: names that could be taken for others."""

from __future__ import annotations

import pytest

from fedisw.federation import resolve
from fedisw.model.errors import Invalid
from fedisw.model.handles import check_username
from fedisw.storage.queries import accounts
from tests.federation import reading
from tests.net.servers import Names
from tests.security.arriving import ONE
from tests.support.clock import Clock
from tests.support.home import Home
from tests.support.peers import PeerServer, serving_peer
from tests.web.mastodon.conftest import Api

pytestmark = ONE

TURNED = {
    "a text that runs backwards": "ymа\u202eamy",
    "an invisible mark": "a\u200bmy",
    "an isolate": "\u2066amy\u2069",
    "a Cyrillic letter": "\u0430my",
    "letters of full width": "ａｍｙ",
    "a soft hyphen": "am\u00ady",
    "a tag character": "amy\U000e0061",
}


@pytest.mark.parametrize("name", TURNED.values(), ids=TURNED.keys())
async def test_123_a_name_that_could_deceive_is_shown_in_a_form_that_cannot(home: Home, beta: PeerServer, name: str) -> None:
    amy, plain, other = await home.person("amy"), beta.person("amy"), beta.person(name, path="/users/2")
    for actor in (plain, other):
        await home.receive(actor.signed(actor.activity("Follow", amy.uri)))
    honest, shown = await reading.account(home, plain), await reading.account(home, other)
    assert (honest.acct, shown.host) == ("amy@beta.test", "beta.test")
    assert shown.username.isascii()
    assert shown.username.isprintable()
    assert shown.username.startswith("xn--")
    assert shown.acct != honest.acct
    display = beta.person("bea", path="/users/3")
    display.document["name"] = name
    await home.receive(display.signed(display.activity("Follow", amy.uri)))
    said = (await reading.account(home, display)).display_name
    assert not {"\u202e", "\u200b", "\u2066", "\u2069", "\u00ad", "\U000e0061"} & set(said)


async def test_123_a_host_that_looks_like_another_is_shown_in_punycode(home: Home, names: Names, clock: Clock) -> None:
    seen, real = "\u0430lpha.test", "xn--lpha-43d.test"  # the first letter is Cyrillic
    assert seen.encode("idna").decode() == real
    async with serving_peer(names, real, clock) as alike:
        ben = alike.person("ben")
        found = await resolve.handle(home.peer, "ben", seen)
        assert found is not None
        assert (found.acct, found.uri) == (f"ben@{real}", ben.uri)
        assert await resolve.handle(home.peer, "ben", real) == found
        alike.bind("ben", ben.uri, subject=f"acct:ben@{seen}")  # a server that writes its own name as people see it
        home.clock.forward(hours=25)
        again = await resolve.handle(home.peer, "ben", seen)
        assert again is not None
        assert again.acct == f"ben@{real}"


ALIKE = {
    "alice": ("AIice", "aIice", "a1ice", "alice", "ALICE"),
    "norman": ("nonnan_", "norrnan", "n0rman", "N0RRNAN"),
    "victor": ("vict0r",),
    "wanda": ("vvanda",),
}


@pytest.mark.parametrize(("there", "wanted"), [(there, name) for there, names in ALIKE.items() for name in names])
async def test_123_a_name_that_looks_like_one_here_is_refused(api: Api, there: str, wanted: str) -> None:
    await api.join(there)
    app = await api.people.bearer(None, "read write")
    form = {"username": wanted, "email": "new@mail.test", "password": "seven brown bears", "agreement": "true", "reason": "x"}
    answer = await api.call("POST", "/api/v1/accounts", headers=app, data=form)
    if wanted == "nonnan_":  # this one does not look like it
        assert answer.status == 200
        return
    assert answer.status == 422
    assert answer.json["details"]["username"][0]["error"] == "ERR_TAKEN"
    assert await api.db.read(accounts.find_local, wanted) == (
        await api.db.read(accounts.find_local, there) if wanted.lower() == there else None
    )


LIKE_STAFF = ("adrnin", "4dmin", "adm1n", "m0derator", "rnoderator", "supp0rt", "vvebmaster", "\u0430dmin", "a\u200bmy")


@pytest.mark.parametrize("name", LIKE_STAFF)
async def test_123_a_name_that_looks_like_one_of_the_staff_is_refused(api: Api, name: str) -> None:
    app = await api.people.bearer(None, "read write")
    form = {"username": name, "email": "new@mail.test", "password": "seven brown bears", "agreement": "true", "reason": "x"}
    assert (await api.call("POST", "/api/v1/accounts", headers=app, data=form)).status == 422
    with pytest.raises(Invalid):
        check_username(name)
