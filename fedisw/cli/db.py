"""`fedisw db …`: migrate, check, measure (contract, section 2)."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import datetime
from typing import Final

import click

from fedisw.cli.call import Call, Leaf, Shell, opened, password_of
from fedisw.cli.sizes import readable
from fedisw.config import Settings
from fedisw.services import audit, reaching
from fedisw.services.reaching import HostView
from fedisw.storage import integrity, migrate
from fedisw.storage.queries import counters, job_keeping

FAILED: Final = 1
SHOWN_HOSTS: Final = 100


@click.group()
def db() -> None:
    """The database."""


@db.command("upgrade", cls=Leaf)
@click.pass_obj
def upgrade(call: Call) -> None:
    """Bring the schema up to date."""
    done = upgrade_schema(call, call.settings())
    call.result({"migrations": done}, f"{len(done)} migrations run." if done else "The database is up to date.")


def upgrade_schema(call: Call, settings: Settings) -> list[str]:
    """Run the migrations that the database lacks; gives them."""
    url, password = settings.database.url, password_of(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    waiting = migrate.pending(url, password=password)
    for number, revision in enumerate(waiting, start=1):
        call.say(f"Preparing the database … {number} of {len(waiting)}")
        migrate.upgrade(url, password=password, revision=revision)
    return waiting


@db.command("check", cls=Leaf)
@click.pass_obj
def check(call: Call) -> int:
    """Look for damage: integrity, foreign keys, counters, audit chain, migrations."""
    settings = call.settings()
    url, password = settings.database.url, password_of(settings)
    call.say("Reading the database …")
    problems = integrity.problems(url, password=password)
    waiting = migrate.pending(url, password=password)
    if waiting:
        problems.append(f"{len(waiting)} migrations are missing: run `fedisw db upgrade`")
    else:
        problems += asyncio.run(_contents(settings))
    call.result({"ok": not problems, "problems": problems}, *(problems or ["The database is in order."]))
    return FAILED if problems else 0


async def _contents(settings: Settings) -> list[str]:
    async with opened(settings) as shell:
        return [*await _counters(shell), *await _audit_chain(shell)]


async def _counters(shell: Shell) -> list[str]:
    found: list[str] = []
    after = 0
    while batch := await shell.runtime.db.read(counters.recount, after=after):
        after = batch[-1].id
        found += [
            f"counters of {one.username}: {one.followers_count} followers and {one.following_count} followed are stored, "
            f"{one.followers} and {one.following} are there"
            for one in batch
            if one.drifts
        ]
    return found


async def _audit_chain(shell: Shell) -> list[str]:
    after, before = 0, audit.START
    while True:
        broken, last, before = await shell.runtime.db.read(audit.broken_row, after=after, before=before)
        if broken is not None:
            return [f"row {broken} of the audit log was changed"]
        if last == after:
            return []
        after = last


@db.command("stats", cls=Leaf)
@click.pass_obj
def stats(call: Call) -> None:
    """Sizes, queues, and servers that do not answer."""
    settings = call.settings()
    size = integrity.size(settings.database.url, password=password_of(settings))
    depths, hosts = asyncio.run(_queues(settings))
    rows = sorted(size.rows.items(), key=lambda item: -item[1])
    call.result(
        {
            "bytes": size.total,
            "rows": size.rows,
            "jobs": [asdict(depth) | {"oldest": depth.oldest.isoformat()} for depth in depths],
            "hosts": [_host(host) for host in hosts],
        },
        f"size  {readable(size.total)}",
        *(f"rows  {name:<20} {count:>12,}" for name, count in rows if count),
        *(
            f"jobs  {depth.queue:<10} {depth.state:<10} {depth.count:>9,}  oldest {depth.oldest:%Y-%m-%d %H:%M}"
            for depth in depths
        ),
        *(
            f"host  {host.host:<30} {host.health:<11} waiting {host.waiting:,}  given up {host.given_up:,}  "
            f"refused {host.refused:,}  last success {_day(host.delivered_at)}  last failure {_day(host.failed_at)}"
            for host in hosts
        ),
    )


def _host(host: HostView) -> dict[str, object]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(host).items()}


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment is not None else "never"


async def _queues(settings: Settings) -> tuple[list[job_keeping.Depth], list[HostView]]:
    """Queues, and the servers that do not answer."""
    async with opened(settings) as shell:
        read = shell.runtime.db.read
        return await read(job_keeping.depths), await read(reaching.troubled_hosts, limit=SHOWN_HOSTS)
