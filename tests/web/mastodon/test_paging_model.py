"""Every list that is paged by ids is the same window of them as a plain model gives, for any mixture of cursors (section 3.4)."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from tests.web.mastodon.conftest import Api

POSTS = 30
TRIES = 60


def window(ids: Sequence[int], *, limit: int, max_id: int | None, since_id: int | None, min_id: int | None) -> list[int]:
    """What the documented table says; `ids` in ascending order."""
    below = [one for one in ids if max_id is None or one < max_id]
    if min_id is not None:
        return [one for one in below if one > min_id][:limit][::-1]
    return [one for one in below if since_id is None or one > since_id][::-1][:limit]


@pytest.mark.parametrize("seed", [20261122])
async def test_any_mixture_of_cursors_gives_the_window_of_the_model(api: Api, seed: int) -> None:
    amy, _ = await api.join("amy", "ben")
    await api.follow("ben", "amy")
    mine = await api.ok("POST", "/api/v1/lists", "ben", json={"title": "Team"})
    await api.ok("POST", f"/api/v1/lists/{mine['id']}/accounts", "ben", json={"account_ids": [amy.id]})
    made = await api.write_many("amy", POSTS)
    for number in range(8):
        await api.post("ben", f"@amy {number} #t", visibility="direct" if number % 2 else "public")
    lists = {
        "/api/v1/timelines/home": made,
        "/api/v1/timelines/public": made,
        f"/api/v1/timelines/list/{mine['id']}": made,
        f"/api/v1/accounts/{amy.id}/statuses": made,
        "/api/v1/timelines/tag/t": [],
        "/api/v1/notifications": [],
        "/api/v1/conversations": [],
    }
    chance = random.Random(seed)
    for path in lists:
        who = "amy" if path.endswith(("notifications", "conversations")) else "ben"
        everything = await ids_of(api, f"{path}?limit=80&min_id=0", who)
        ids = sorted(everything)
        assert set(lists[path]) <= set(ids)
        assert len(ids) >= 4
        for _ in range(TRIES // (1 if lists[path] else 3)):
            asked = {name: chance.choice([*ids, ids[0] - 1, ids[-1] + 1, chance.choice(ids) + 1]) for name in cursors(chance)}
            limit = chance.randrange(1, 12)
            query = "&".join([f"limit={limit}", *(f"{name}={one}" for name, one in asked.items())])
            wanted = {"max_id": None, "since_id": None, "min_id": None} | asked
            assert await ids_of(api, f"{path}?{query}", who) == window(ids, limit=limit, **wanted), (path, query)


def cursors(chance: random.Random) -> list[str]:
    """Some of the three."""
    return [name for name in ("max_id", "since_id", "min_id") if chance.random() < 0.5]


async def ids_of(api: Api, path: str, who: str) -> list[int]:
    """Ids that page a list, as ordered in the answer."""
    found = await api.ok("GET", path, who)
    return [int(item["last_status"]["id"] if "last_status" in item else item["id"]) for item in found]
