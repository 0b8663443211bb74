"""The measures: each starts the server in the roles that it is about, loads it, and tells what it cost."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import cycle, islice

import uvloop
from sqlalchemy import bindparam, update
from sqlalchemy.dialects.postgresql import insert

from bench.goals import Figure
from bench.installation import Installation
from bench.load import Result, Task, quantile, write_requests
from bench.processes import Process, begin, running, send, wait_for
from fedisw.model.accounts import Account
from fedisw.model.statuses import Status, Visibility
from fedisw.storage.db import Tx
from fedisw.storage.opening import open_database
from fedisw.storage.statements import Command, IdIn
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.statuses import home_feed, statuses

ROUNDS = 3
SECONDS = 2.5  # of one round
ARRIVALS = 2_500
POSTS = 400
MIXED = 8.0  # seconds
PATIENCE = 120.0  # seconds until a backlog must be worked off
DELIVERIES = "SELECT count(*) FROM deliveries WHERE state = 'delivered'"
WAITING = "SELECT count(*) FROM jobs WHERE finished_at IS NULL AND kind <> 'FetchCard'"  # which waits up to a minute by design
NOTIFICATIONS, REPLIES = "/api/v1/notifications?limit=20", 200
HOME, PUBLIC, STATUSES = "/api/v1/timelines/home?limit=20", "/api/v1/timelines/public?limit=20", "/api/v1/statuses"


def start(place: Installation) -> tuple[Figure, Figure]:
    """`fedisw run` until it is ready, and what it takes when nobody asks for anything; the best of three."""
    found = []
    for _ in range(ROUNDS):
        with running("-m", "fedisw", "run", env=place.env) as server:
            seconds = wait_for(server, place.port, "/health/ready")
            time.sleep(1)
            found.append((seconds, server.memory()))
    return Figure(value=min(seconds for seconds, _ in found)), Figure(value=min(memory for _, memory in found))


def home(place: Installation) -> Figure:
    """Home timelines of many people, all posts rendered before."""
    with place.serving(roles="web,stream") as server:
        return _pages(place, server, HOME)


def home_uncached(place: Installation) -> Figure:
    """The same where no rendered post is kept."""
    with place.serving(roles="web,stream", BENCH_UNCACHED="1") as server:
        return _pages(place, server, HOME)


def public(place: Installation) -> Figure:
    """The public timeline."""
    with place.serving(roles="web,stream") as server:
        return _pages(place, server, PUBLIC)


def notifications(place: Installation) -> Figure:
    """A page of notifications of many people."""
    with place.serving(roles="web,stream") as server:
        return _pages(place, server, NOTIFICATIONS)


def thread(place: Installation) -> Figure:
    """A conversation of 200 replies, read by many people."""
    root, *replies = [post for post in place.world.posts if post.visibility is Visibility.PUBLIC and not post.reblog_of_id][
        : REPLIES + 1
    ]
    asyncio.run(_tie(place, root, replies))
    with place.serving(roles="web,stream") as server:
        return _pages(place, server, f"{STATUSES}/{root.id}/context")


async def _tie(place: Installation, root: Status, replies: Sequence[Status]) -> None:
    """Make replies of posts that were none."""
    tie = Command(
        update(statuses)
        .where(IdIn(statuses.c.id, "ids"))
        .values(in_reply_to_id=bindparam("root"), in_reply_to_account_id=bindparam("author"), conversation_id=bindparam("talk"))
    )
    ids = [post.id for post in replies]
    database = await open_database(place.settings.database.url)
    await database.write(lambda tx: tx.exec(tie, ids=ids, root=root.id, author=root.account_id, talk=root.conversation_id))
    await database.close()


def accept(place: Installation) -> Figure:
    """Signed activities are taken in; nobody works on them yet."""
    with place.serving(roles="web,stream") as server:
        _send(place, [place.get(HOME, place.tokens[0])] * 50)
        return _cost(server, lambda: _send(place, _arrivals(place, ARRIVALS)))


def process(place: Installation) -> Figure:
    """The activities that `accept` left are worked on, and put into timelines."""
    return _backlog(place, "SELECT count(*) FROM inbound WHERE state = 'done'")


def post(place: Installation) -> Figure:
    """People post; nobody delivers yet."""
    with place.serving(roles="web,stream") as server:
        people = islice(cycle(place.tokens), POSTS)
        requests = [place.post(STATUSES, token, {"status": f"Meeting number {at} #care"}) for at, token in enumerate(people)]
        return _cost(server, lambda: _send(place, requests))


def deliver(place: Installation) -> Figure:
    """What `post` left is published and delivered, each post to some servers."""
    return _backlog(place, DELIVERIES)


def lag(place: Installation) -> Figure:
    """Reading, writing and receiving at once, at a pace that the server can keep: how late is its event loop?"""
    tokens = place.tokens
    pages = [place.get(path, token) for token in tokens for path in (HOME, PUBLIC)]
    posts = [place.post(STATUSES, token, {"status": f"Mixed {at}"}) for at, token in enumerate(islice(cycle(tokens), 200))]
    with place.serving() as server:
        _send(place, pages)
        place.forget_lags()
        loads = [
            begin(_task(place, name, requests, rate=rate, seconds=MIXED))
            for name, requests, rate in (
                ("pages", pages, 100.0),
                ("arrivals", _arrivals(place, 300), 30.0),
                ("posts", posts, 5.0),
            )
        ]
        before = server.cpu()
        results = [finished() for finished in loads]
        count = sum(_good(result).count for result in results)
        lags, cpu = place.lags(), (server.cpu() - before) / count * 1e6
    return Figure(
        value=quantile(lags, 0.99) * 1e3,
        rate=count / MIXED,
        cpu=cpu,
        p50=quantile(lags, 0.5) * 1e3,
        p99=quantile(lags, 0.99) * 1e3,
    )


def unit(place: Installation) -> Figure:
    """Units of two statements from 32 tasks, each waiting until it is on disk."""
    add = Command(insert(home_feed).on_conflict_do_nothing())
    count = Command(update(accounts).where(accounts.c.id == bindparam("key")).values(updated_at=bindparam("at")))

    def write(tx: Tx, account_id: int, status_id: int) -> None:
        tx.exec(add, None, account_id=account_id, status_id=status_id)
        tx.exec(count, None, key=account_id, at=datetime.now(UTC))

    async def run() -> list[float]:
        database, waits = await open_database(place.settings.database.url), list[float]()
        end = time.perf_counter() + SECONDS

        async def task(person: Account) -> None:
            for status in place.world.posts:
                if time.perf_counter() > end:
                    return
                began = time.perf_counter()
                await database.write(write, person.id, status.id)
                waits.append(time.perf_counter() - began)

        try:
            await asyncio.gather(*(task(person) for person in place.world.local[:32]))
        finally:
            await database.close()
        return waits

    before = resource.getrusage(resource.RUSAGE_SELF)
    waits = uvloop.run(run())
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    p99 = quantile(waits, 0.99) * 1e3
    return Figure(value=p99, rate=len(waits) / SECONDS, cpu=cpu / len(waits) * 1e6, p50=quantile(waits, 0.5) * 1e3, p99=p99)


def _pages(place: Installation, server: Process, path: str) -> Figure:
    requests = [place.get(path, token) for token in place.tokens]
    _send(place, requests)
    found = [_cost(server, lambda: _send(place, requests, seconds=SECONDS)) for _ in range(ROUNDS)]
    return sorted(found, key=lambda figure: figure.value)[ROUNDS // 2]


def _cost(server: Process, work: Callable[[], Result]) -> Figure:
    before = server.cpu()
    result = work()
    cpu = (server.cpu() - before) / result.count * 1e6
    return Figure(value=cpu, rate=result.rate, cpu=cpu, p50=result.p50 * 1e3, p99=result.p99 * 1e3)


def _backlog(place: Installation, done: str) -> Figure:
    """Let a worker do what waits; what is counted has reached the state `done`. The start of the process is not measured."""
    nothing = place.number(done)
    with place.serving(roles="worker,scheduler") as server:
        _wait(server, lambda: place.number(done) > nothing, pause=0.01)
        began, before, first = time.perf_counter(), server.cpu(), place.number(done)
        _wait(server, lambda: not place.number(WAITING), pause=0.2)
        cpu, seconds = server.cpu() - before, time.perf_counter() - began
    count = place.number(done) - first
    return Figure(value=cpu / count * 1e6, rate=count / seconds, cpu=cpu / count * 1e6)


def _wait(server: Process, over: Callable[[], bool], *, pause: float) -> None:
    """Look every `pause` seconds whether it is over; RuntimeError when it takes too long."""
    began = time.perf_counter()
    while not over():
        server.check()
        if time.perf_counter() - began > PATIENCE:
            raise RuntimeError("jobs are still waiting")
        time.sleep(pause)


def _arrivals(place: Installation, count: int) -> list[bytes]:
    return [place.arrival(author) for author in islice(cycle(place.world.remote), count)]


def _send(place: Installation, requests: Sequence[bytes], *, seconds: float = 0.0) -> Result:
    return _good(send(_task(place, "load", requests, seconds=seconds)))


def _task(place: Installation, name: str, requests: Iterable[bytes], *, seconds: float, rate: float = 0.0) -> Task:
    path = place.folder / f"{name}.requests"
    write_requests(path, requests)
    return Task(host="127.0.0.1", port=place.port, requests=str(path), seconds=seconds, rate=rate)


def _good(result: Result) -> Result:
    if not result.statuses.keys() <= {"200", "202"}:
        raise RuntimeError(f"the server did not take what was sent: {result.statuses}")
    return result
