"""How many statements a request costs: bounded by constants, whatever is on the page (no statement a post)."""

from __future__ import annotations

from typing import Any

import pytest

from fedisw.storage.db import Tx
from fedisw.storage.queries import statuses
from fedisw.web.mastodon.entities.fragments import FRAGMENTS
from fedisw.web.mastodon.entities.recent import Recent
from tests.web.mastodon.conftest import Api

TOKEN = 1  # who asks
COLD = 13  # refs, nine of hydrate, accounts, flags, votes
WARM = 3  # refs, flags, votes


async def _busy(api: Api, count: int) -> None:
    """Posts of two people with all that posts have, boosts of them, and notifications of them."""
    rob = api.accounts.get("rob@beta.test") or await api.remote()
    for number in range(count):
        post = await api.post("ben", f"{number} @amy #t{number}", poll={"options": ["a", "b"], "expires_in": 300})
        boost = await api.ok("POST", f"/api/v1/statuses/{post['id']}/reblog", "amy")
        await api.fan_out(int(boost["id"]))
        await api.ok("POST", f"/api/v1/statuses/{post['id']}/favourite", "amy")
        await api.receive(rob, f"{number}", mentioned=(api.accounts["amy"].id,))


async def _cost(api: Api, path: str, who: str = "amy", *, warm: bool = False) -> tuple[int, Any]:
    if not warm:
        fragments = api.client.server.app[FRAGMENTS]
        fragments._entries, fragments._wholes = Recent(fragments._entries.max_bytes), Recent(fragments._wholes.max_bytes)
    with api.db.counting() as statements:
        answer = await api.ok("GET", path, who)
    return len(statements) - (TOKEN if who else 0), answer


async def test_pages_of_posts_cost_the_same_however_long_they_are(api: Api) -> None:
    await api.join("amy", "ben")
    await api.follow("amy", "ben")
    await _busy(api, 2)
    ben = api.accounts["ben"].id
    pages = (
        ("/api/v1/timelines/home", "amy"),
        ("/api/v1/timelines/public", ""),
        ("/api/v1/timelines/public", "amy"),
        ("/api/v1/timelines/tag/t1", "amy"),
        (f"/api/v1/accounts/{ben}/statuses", "amy"),
        (f"/api/v1/accounts/{ben}/statuses", ""),
        ("/api/v1/favourites", "amy"),
        ("/api/v1/notifications", "amy"),
        ("/api/v2/notifications", "amy"),
    )
    await api.ok("GET", "/api/v1/timelines/tag/nothing")  # who may look at feeds is kept for a while
    short = {page: await _cost(api, *page) for page in pages}
    await _busy(api, 6)
    for page in pages:
        cold, answer = await _cost(api, *page)
        warm, again = await _cost(api, *page, warm=True)
        assert answer == again
        assert len(str(answer)) > len(str(short[page][1])) or "tag" in page[0]
        assert cold == short[page][0], page
        extra = 5 if "v2" in page[0] else 2
        assert cold <= COLD + extra, (page, cold)
        assert warm <= WARM + extra, (page, warm)


async def test_home_from_the_cache_costs_three_statements(api: Api) -> None:
    await api.join("amy", "ben")
    await api.follow("amy", "ben")
    await _busy(api, 2)
    await _cost(api, "/api/v1/timelines/home")
    await api.ok("GET", "/api/v1/timelines/tag/nothing")  # who may look at feeds is kept for a while
    assert (await _cost(api, "/api/v1/timelines/home", warm=True))[0] == 3
    assert (await _cost(api, "/api/v1/timelines/public", "", warm=False))[0] <= COLD
    assert (await _cost(api, "/api/v1/timelines/public", "", warm=True))[0] == 1


async def test_a_thread_costs_the_same_however_long_it_is(api: Api) -> None:
    await api.join("amy", "ben")
    top = last = await api.post("amy", "top")
    costs = []
    for _ in range(2):
        for _ in range(4):
            last = await api.post("ben", "@amy more", in_reply_to_id=last["id"])
        costs.append((await _cost(api, f"/api/v1/statuses/{top['id']}/context"))[0])
    assert costs[0] == costs[1] <= COLD + 3
    assert (await _cost(api, f"/api/v1/statuses/{top['id']}/context", warm=True))[0] <= 6


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_thread_of_two_hundred_replies_is_read_in_as_many_statements_as_one_of_four(api: Api) -> None:
    await api.join("amy", "ben")
    top = await api.post("amy", "top")
    costs = []
    for more in (4, 196):
        ids = await api.write_many("ben", more)
        await api.db.write(_tie, ids, int(top["id"]))
        cost, answer = await _cost(api, f"/api/v1/statuses/{top['id']}/context")
        costs.append(cost)
    assert len(answer["descendants"]) == 200
    assert costs[0] == costs[1] <= COLD + 3
    assert (await _cost(api, f"/api/v1/statuses/{top['id']}/context", warm=True))[0] <= 6


def _tie(tx: Tx, ids: list[int], root: int) -> None:
    """Replies of posts that were none."""
    above = statuses.get(tx, root)
    for number in ids:
        statuses.connect(tx, statuses.get(tx, number), parent=above)


async def test_lists_of_accounts_cost_the_same_however_long_they_are(api: Api) -> None:
    names = [f"p{number}" for number in range(8)]
    await api.join("amy", *names)
    costs: dict[str, list[int]] = {}
    for some in (names[:2], names):
        for name in some:
            await api.follow(name, "amy")
        ids = "&".join(f"id[]={api.accounts[name].id}" for name in some)
        for path in (
            f"/api/v1/accounts/{api.accounts['amy'].id}/followers",
            f"/api/v1/accounts/relationships?{ids}",
            f"/api/v1/accounts?{ids}",
            "/api/v1/accounts/search?q=p",
        ):
            cost, answer = await _cost(api, path)
            assert answer
            costs.setdefault(path.partition("?")[0], []).append(cost)
    assert all(first == second <= 4 for first, second in costs.values()), costs
