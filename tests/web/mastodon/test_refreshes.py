"""The rest of a thread is fetched while a client has what we know already."""

from __future__ import annotations

from typing import Any

from fedisw.jobs.fetching import FetchThread
from fedisw.services import threads
from fedisw.storage.queries import crawls
from tests.security.arriving import ONE
from tests.support.jobs import all_jobs
from tests.web.mastodon.conftest import Api

HEADER = "Mastodon-Async-Refresh"


async def _context(api: Api, status_id: int, who: str = "amy") -> str:
    """The header of the answer, empty without one."""
    answer = await api.call("GET", f"/api/v1/statuses/{status_id}/context", who)
    assert answer.status == 200
    return answer.headers.get(HEADER, "")


async def _asked(api: Api, name: str, who: str = "amy") -> Any:
    return (await api.call("GET", f"/api/v1_alpha/async_refreshes/{name}", who)).json


async def test_a_person_who_opens_a_thread_of_another_server_has_the_rest_fetched(api: Api):
    await api.join("amy")
    post = await api.receive(await api.remote())
    name = str(post.id)
    assert await _context(api, post.id) == f'id="{name}", retry=3, result_count=0'
    assert [job.kind for job in await all_jobs(api.db)].count(FetchThread.__name__) == 1
    assert await _asked(api, name) == {"async_refresh": {"id": name, "status": "running", "result_count": 0}}
    api.clock.forward(minutes=1)
    assert await _context(api, post.id) == f'id="{name}", retry=3, result_count=0'
    await api.db.write(crawls.end, threads.name_of(post.id), found=4, now=api.clock())
    assert await _asked(api, name) == {"async_refresh": {"id": name, "status": "finished", "result_count": 4}}
    assert await _context(api, post.id) == ""
    assert [job.kind for job in await all_jobs(api.db)].count(FetchThread.__name__) == 1
    api.clock.forward(minutes=61)
    assert (await api.call("GET", f"/api/v1_alpha/async_refreshes/{name}", "amy")).status == 404


@ONE
async def test_nothing_is_fetched_for_strangers_or_for_threads_that_are_ours_or_not_for_everybody(api: Api):
    amy, _ = await api.join("amy", "ben")
    rob = await api.remote()
    theirs, mine = await api.receive(rob), await api.post("amy")
    secret = await api.receive(rob, visibility="direct", mentioned=(amy.id,))
    assert [await _context(api, theirs.id, ""), await _context(api, int(mine["id"])), await _context(api, secret.id)] == [""] * 3
    assert "FetchThread" not in [job.kind for job in await all_jobs(api.db)]
    assert await api.db.write(threads.look, secret.id, now=api.clock())
    name = str(secret.id)
    assert (await api.call("GET", f"/api/v1_alpha/async_refreshes/{name}", "amy")).status == 200
    for who, asked in (("ben", name), ("amy", str(theirs.id)), ("amy", "1"), ("amy", "x")):
        assert (await api.call("GET", f"/api/v1_alpha/async_refreshes/{asked}", who)).status == 404
