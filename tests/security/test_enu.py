"""What cannot be found out by asking (security section 16): who waits, who is hidden, whose address it is."""

from __future__ import annotations

from typing import Any

import pytest

from fedisw.model.accounts import Account, Reach
from fedisw.model.urls import actor_uri
from tests.security.test_vis_acts import told
from tests.web.mastodon.conftest import Api

MISSING = 9_000_000_001
HTML, DOCUMENT = {"Accept": "text/html"}, {"Accept": "application/activity+json"}
PEOPLE = ("", "/statuses", "/statuses?pinned=true", "/followers", "/following")
ACTS = ("follow", "unfollow", "block", "unblock", "mute", "unmute", "remove_from_followers")


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Rows of both kinds are compared in tests/security/test_vis_acts.py on both."""
    return str(request.param)


async def by_id(api: Api, account: int, who: str, prefix: str = "/api/v1/accounts") -> list[Any]:
    """All that the client API says of an account by its id."""
    return [told(await api.call("GET", f"{prefix}/{account}{part}", who)) for part in PEOPLE]


async def by_name(api: Api, name: str, who: str) -> list[Any]:
    """All that anybody says of a name, without the name."""
    asked = [
        await api.call("GET", f"/api/v1/accounts/lookup?acct={name}", who),
        await api.call("GET", f"/api/v1/accounts/lookup?acct={name}@alpha.test", who),
        await api.call("GET", f"/api/v2/search?q={name}", who),
        await api.call("GET", f"/api/v2/search?q=@{name}@alpha.test", who),
        await api.call("GET", f"/api/v2/search?q=https://alpha.test/@{name}", who),
        await api.call("GET", f"/@{name}", headers=HTML),
        await api.call("GET", f"/@{name}/{MISSING}", headers=HTML),
    ]
    return [(*told(answer), answer.text.replace(name, "NAME")) for answer in asked]


async def waiting_people(api: Api) -> list[Account]:
    return [await api.people.person("wilma", confirmed_at=None), await api.people.person("wanda", approved_at=None)]


async def test_enu_3_whoever_waits_is_as_if_they_were_not_there(api: Api) -> None:
    await api.join("amy")
    for person in await waiting_people(api):
        for who in ("", "amy"):
            assert await by_id(api, person.id, who) == await by_id(api, MISSING, who)
            assert await by_name(api, person.username, who) == await by_name(api, "nobodyx"[: len(person.username)], who)
        for act in ACTS:
            there = await api.call("POST", f"/api/v1/accounts/{person.id}/{act}", "amy")
            assert told(there) == told(await api.call("POST", f"/api/v1/accounts/{MISSING}/{act}", "amy")), act
        between = "/api/v1/accounts/relationships?id[]="
        assert await api.ok("GET", f"{between}{person.id}", "amy") == await api.ok("GET", f"{between}{MISSING}", "amy") == []
        texts = [{"status": f"hello @{name}"} for name in (person.username, "noone")]
        posts = [await api.call("POST", "/api/v1/statuses", "amy", json=text) for text in texts]
        assert told(posts[0]) == told(posts[1])
        assert posts[0].status == 422
        complaints = [await api.call("POST", "/api/v1/reports", "amy", json={"account_id": n}) for n in (person.id, MISSING)]
        assert told(complaints[0]) == told(complaints[1])


async def test_enu_3_whoever_waits_has_no_document_and_no_handle(api: Api) -> None:
    for person in await waiting_people(api):
        for part in ("", "/outbox", "/followers", "/following", "/featured", "/tags"):
            there = await api.call("GET", f"/ap/actors/{person.id}{part}", headers=DOCUMENT)
            nowhere = await api.call("GET", f"/ap/actors/{MISSING}{part}", headers=DOCUMENT)
            assert told(there) == told(nowhere), part
        inbox = await api.call("POST", f"/ap/actors/{person.id}/inbox", data=b"{}")
        assert told(inbox) == told(await api.call("POST", f"/ap/actors/{MISSING}/inbox", data=b"{}"))
        for resource in (f"acct:{person.username}@alpha.test", person.uri, f"https://alpha.test/@{person.username}"):
            asked = resource.replace(person.username, "nobody").replace(str(person.id), str(MISSING))
            there = await api.call("GET", "/.well-known/webfinger", params={"resource": resource})
            assert told(there) == told(await api.call("GET", "/.well-known/webfinger", params={"resource": asked})), resource


async def test_enu_3_to_strangers_members_are_as_if_they_were_not_there(api: Api) -> None:
    """Reach `members`; `fediverse` is told to sign in, and shows name and picture on its page only."""
    await api.join("amy")
    (meg,) = await api.join("meg", reach=Reach.MEMBERS, display_name="Meg M")
    (fio,) = await api.join("fio", reach=Reach.FEDIVERSE, display_name="Fio F", note="<p>about fio</p>")
    assert await by_id(api, meg.id, "") == await by_id(api, MISSING, "")
    assert await by_name(api, "meg", "") == await by_name(api, "nob", "")
    assert await by_id(api, meg.id, "amy") != await by_id(api, MISSING, "amy")
    assert [status for status, _, _ in await by_id(api, fio.id, "")] == [401] * len(PEOPLE)
    page = await api.call("GET", "/@fio", headers=HTML)
    assert "Fio F" in page.text
    assert "about fio" not in page.text


@pytest.mark.parametrize("reach", [Reach.FEDIVERSE, Reach.MEMBERS])
async def test_enu_3_an_unsigned_fetch_of_somebody_not_for_everybody_gets_what_verifying_needs(api: Api, reach: Reach) -> None:
    (fio,) = await api.join("fio", reach=reach, display_name="Fio F", note="<p>about fio</p>")
    assert fio.uri == actor_uri(api.runtime.settings.origin, fio.id)
    for part in ("/outbox", "/followers", "/following", "/featured", "/tags"):
        answer = await api.call("GET", f"/ap/actors/{fio.id}{part}", headers=DOCUMENT)
        assert answer.status == (401 if reach is Reach.FEDIVERSE else 404), part
        assert "fio" not in answer.text.lower()


async def test_enu_2_nobody_is_found_by_their_mail_address(api: Api) -> None:
    await api.join("amy", "ben")
    for who in ("", "ben"):
        for address in ("amy@mail.test", "AMY@mail.test", "@amy@mail.test", "mailto:amy@mail.test"):
            found = await api.call("GET", "/api/v2/search", who, params={"q": address})
            assert found.json["accounts"] == [], address
            assert (await api.call("GET", "/api/v1/accounts/lookup", who, params={"acct": address})).status == 404
            finger = await api.call("GET", "/.well-known/webfinger", params={"resource": f"acct:{address.removeprefix('@')}"})
            assert finger.status in (400, 404)
    assert await api.ok("GET", "/api/v1/accounts/search?q=amy@mail.test", "ben") == []
    for path in ("/api/v1/accounts/verify_credentials", "/api/v1/accounts/lookup?acct=amy", "/@amy", "/ap/actors/1000/outbox"):
        answer = await api.call("GET", path, "ben" if path.startswith("/api") else "")
        assert "amy@mail.test" not in answer.text, path


async def test_enu_5_whom_we_know_and_whom_we_block_is_nobodys_business(api: Api) -> None:
    await api.join("amy")
    await api.remote()
    for path in ("/api/v1/instance/peers", "/api/v1/instance/domain_blocks", "/api/v1/instance/domain_blocks/"):
        for who in ("", "amy"):
            answer = await api.call("GET", path, who)
            assert answer.status in (401, 404), path
            assert "beta.test" not in answer.text
