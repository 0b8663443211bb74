"""Rate limits of the real application (security section 15): no way of asking passes more than the limit."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from yarl import URL

from fedisw.config import Settings
from fedisw.live.buckets import API_NETWORK, API_TOKEN, INBOX_HOST, POSTING, SIGN_IN_NETWORK, SIGN_UP, Rule
from fedisw.model.errors import TooMany
from tests.support.browser import OURS
from tests.support.people import make_settings
from tests.web.mastodon.conftest import Api

FACTOR = 0.05  # of every limit, so that tests reach them soon
HOME, INSTANCE = "/api/v1/timelines/home", "/api/v2/instance"


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """One process keeps its buckets in memory."""
    return str(request.param)


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path, make_database_url: Callable[[], str]) -> Settings:
    """Settings of https://alpha.test with small limits; more by `parametrize(…, indirect=True)`."""
    more: dict[str, str] = getattr(request, "param", {})
    return make_settings(
        tmp_path,
        FEDISW_DATABASE_URL=make_database_url(),
        FEDISW_DATABASE_THREADS="4",
        FEDISW_LIMITS_RATE_FACTOR=str(FACTOR),
        **more,
    )


def most(rule: Rule) -> int:
    """How many pass."""
    return max(1, round(rule.limit * FACTOR))


def left(api: Api, rule: Rule, key: str | int) -> int:
    """What is left of a bucket."""
    return api.runtime.buckets.look(rule, key).remaining


async def test_rat_2_of_many_requests_at_once_no_more_than_the_limit_pass(api: Api) -> None:
    await api.join("amy")
    count = 4 * most(API_TOKEN)
    answers = await asyncio.gather(*(api.call("GET", HOME, "amy") for _ in range(count)))
    assert Counter(answer.status for answer in answers) == {200: most(API_TOKEN), 429: count - most(API_TOKEN)}
    answers = await asyncio.gather(*(api.call("GET", INSTANCE) for _ in range(count)))
    assert Counter(answer.status for answer in answers) == {200: most(API_NETWORK), 429: count - most(API_NETWORK)}


async def test_rat_2_posts_of_many_apps_at_once_are_counted_for_their_author(api: Api) -> None:
    (amy,) = await api.join("amy")
    tokens = [await api.people.bearer(amy) for _ in range(5)]
    sent = [
        api.call("POST", "/api/v1/statuses", headers=tokens[n % 5], json={"status": f"post {n}"})
        for n in range(2 * most(POSTING))
    ]
    answers = await asyncio.gather(*sent)
    assert Counter(answer.status for answer in answers)[200] == most(POSTING)
    posts = await api.call("GET", f"/api/v1/accounts/{amy.id}/statuses?limit=40", headers=await api.people.bearer(amy))
    assert len(posts.json) == most(POSTING)


SIGN_IN_PATHS = (
    "/auth/sign_in", "/auth/sign_in/", "/auth/sign_in.json", "/AUTH/sign_in", "/auth/%73ign_in", "/auth//sign_in",
    "/auth/./sign_in", "/auth/sign_in?a=1", "/auth/sign_in;x", "/auth/sign_in%2f", "/auth/sign%5Fin",
)  # fmt: skip
API_PATHS = (
    HOME, f"{HOME}/", f"{HOME}?limit=1", "/api/v1/timelines/%68ome", "/api/v1/timelines/HOME", f"{HOME}.json",
    "/api/v1/./timelines/home", "/api//v1/timelines/home", "/%61pi/v1/timelines/home", "/API/v1/timelines/home",
)  # fmt: skip


async def test_rat_3_no_other_way_to_write_an_address_has_a_bucket_of_its_own(api: Api) -> None:
    """Each variant is the same address, or none at all."""
    passed = 0
    for number in range(6 * len(SIGN_IN_PATHS)):
        path = SIGN_IN_PATHS[number % len(SIGN_IN_PATHS)]
        form = {"email": f"x{number}", "password": "wrong password"}
        answer = await api.client.post(URL(path, encoded=True), data=form, headers=OURS, allow_redirects=False)
        assert answer.status in (422, 429, 404, 405, 400), (path, answer.status)
        passed += answer.status == 422
    assert passed == most(SIGN_IN_NETWORK)


async def test_rat_3_no_other_way_to_write_an_address_of_the_api_is_free(api: Api) -> None:
    await api.join("amy")
    passed = 0
    for number in range(5 * len(API_PATHS)):
        path = API_PATHS[number % len(API_PATHS)]
        method = "HEAD" if number % 3 == 0 else "GET"
        answer = await api.client.request(method, URL(path, encoded=True), headers=api.tokens["amy"])
        assert answer.status in (200, 429, 404, 405), (path, answer.status)
        passed += answer.status == 200
    assert passed == most(API_TOKEN)


@pytest.mark.parametrize("settings", [{"FEDISW_LISTEN_PROXIES": "192.0.2.1"}], indirect=True)
async def test_rat_1_what_an_unlisted_peer_says_of_addresses_changes_nothing(api: Api) -> None:
    said = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Client-IP", "CF-Connecting-IP", "True-Client-IP")
    statuses = []
    for number in range(2 * most(API_NETWORK)):
        headers = dict.fromkeys(said, f"198.51.100.{number}") | {"Forwarded": f"for=198.51.100.{number}"}
        statuses.append((await api.call("GET", INSTANCE, headers=headers)).status)
    assert statuses == [200] * most(API_NETWORK) + [429] * most(API_NETWORK)


async def test_rat_1_through_a_listed_proxy_a_network_is_an_address_or_a_64_of_ipv6(api: Api) -> None:
    async def ask(address: str) -> int:
        return (await api.call("GET", INSTANCE, headers={"X-Forwarded-For": address})).status

    for number in range(most(API_NETWORK)):
        assert await ask(f"2001:db8:1:1::{number:x}") == 200
    assert await ask("2001:db8:1:1:ffff::1") == 429
    assert await ask("2001:db8:1:2::1") == 200
    assert await ask("198.51.100.7") == 200
    assert await ask("6.6.6.6, 2001:db8:1:1::9") == 429  # what the client itself wrote in front does not count


async def test_rat_who_is_refused_is_counted(api: Api) -> None:
    amy = await api.people.person("amy")
    una = await api.people.person("una", confirmed_at=None)
    narrow, alone, waiting = (
        await api.people.bearer(amy, "write:lists"), await api.people.bearer(None, "read"), await api.people.bearer(una),
    )  # fmt: skip
    for headers, status in ((narrow, 403), (alone, 422), (waiting, 403)):
        statuses = [(await api.call("GET", HOME, headers=headers)).status for _ in range(most(API_TOKEN) + 1)]
        assert statuses == [status] * most(API_TOKEN) + [429]
    unknown = [
        (await api.call("GET", HOME, headers={"Authorization": f"Bearer {n}"})).status for n in range(most(API_NETWORK) + 1)
    ]
    assert unknown == [401] * most(API_NETWORK) + [429]


async def test_rat_a_refusal_says_how_long_in_the_form_of_its_address(api: Api) -> None:
    for _ in range(most(API_NETWORK)):
        await api.call("GET", INSTANCE)
    answer = await api.call("GET", INSTANCE, headers={"Origin": "https://client.test"})
    assert (answer.status, answer.json) == (429, {"error": "Too many requests"})
    assert 0 < int(answer.headers["Retry-After"]) <= API_NETWORK.seconds
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    for _ in range(most(SIGN_UP) + 1):
        page = await api.call("POST", "/auth/sign_up", headers=OURS | {"Accept": "text/html"}, data={"username": "x"})
    assert page.status == 429
    assert page.headers["Content-Type"].startswith("text/html")
    assert int(page.headers["Retry-After"]) > 0


async def test_rat_a_window_ends(api: Api) -> None:
    for _ in range(most(API_NETWORK) + 1):
        last = await api.call("GET", INSTANCE)
    assert last.status == 429
    api.clock.forward(seconds=int(last.headers["Retry-After"]) + 1)
    assert (await api.call("GET", INSTANCE)).status == 200


async def test_rat_nobody_uses_up_the_inbox_of_another_host_by_naming_it(api: Api) -> None:
    """The bucket of a host is counted by proof only; without one the network pays."""
    before = left(api, INBOX_HOST, "victim.test")
    signature = 'keyId="https://victim.test/users/v#main-key",headers="(request-target) host date digest",signature="YQ=="'
    headers = {"Signature": signature, "Content-Type": "application/activity+json"}
    for _ in range(5):
        assert (await api.call("POST", "/inbox", data=b"{}", headers=headers)).status in (400, 401)
    assert left(api, INBOX_HOST, "victim.test") == before
    assert left(api, INBOX_HOST, "127.0.0.1") == most(INBOX_HOST) - 5


def test_rat_4_a_host_may_tighten_limits_and_never_passes_one_by_rounding(api: Api) -> None:
    rule = Rule(name="rare", limit=1, seconds=60)
    assert most(rule) == 1
    api.runtime.buckets.take(rule, "x")
    with pytest.raises(TooMany):
        api.runtime.buckets.take(rule, "x")
