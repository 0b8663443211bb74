"""`fedisw media …`: what the media store holds, and making room in it (contract, section 2)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

import click

from fedisw.cli.call import Call, Leaf, opened
from fedisw.cli.sizes import readable
from fedisw.config import Settings
from fedisw.media.keys import Area
from fedisw.media.probe import Family
from fedisw.media.store import Amount

MOST_DAYS: Final = 3650


@click.group()
def media() -> None:
    """Files of posts and profiles."""


@media.command("prune", cls=Leaf)
@click.option("--days", type=click.IntRange(0, MOST_DAYS), help="Unused for so long; else media.cache_days.")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.pass_obj
def prune(call: Call, days: int | None, dry_run: bool) -> None:
    """Remove copies of remote files that nobody looked at; they are fetched again when needed."""
    settings = call.settings()
    unused_for = timedelta(days=settings.media.cache_days if days is None else days)
    gone = asyncio.run(_prune(settings, unused_for, dry_run=dry_run))
    call.result(
        {"files": gone.files, "bytes": gone.size, "dry_run": dry_run},
        f"{gone.files:,} files, {readable(gone.size)} {'would go' if dry_run else 'removed'}.",
    )


async def _prune(settings: Settings, unused_for: timedelta, *, dry_run: bool) -> Amount:
    async with opened(settings) as shell:
        return await shell.runtime.store.prune(now=shell.runtime.now(), unused_for=unused_for, dry_run=dry_run)


@media.command("usage", cls=Leaf)
@click.pass_obj
def usage(call: Call) -> None:
    """Bytes by kind; looks at every file."""
    totals = asyncio.run(_usage(call.settings()))
    told: dict[str, dict[str, dict[str, int]]] = {area.value: {} for area in Area}
    lines = []
    for (area, family), amount in sorted(totals.items()):
        told[area.value][family.value] = {"files": amount.files, "bytes": amount.size}
        lines.append(f"{area:<7} {family:<6} {amount.files:>10,} files {readable(amount.size):>12}")
    call.result(told, *lines)


async def _usage(settings: Settings) -> dict[tuple[Area, Family], Amount]:
    async with opened(settings) as shell:
        return await shell.runtime.store.usage()
