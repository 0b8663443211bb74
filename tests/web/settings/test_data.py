"""Copies of one's own data (PRI-1, AUT-6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import FormData

from fedisw.config import Settings
from fedisw.model.accounts import Account
from fedisw.services import blocking, exporting
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import imports, portability
from tests.support import factories
from tests.support.browser import OURS
from tests.support.clock import Clock
from tests.support.jobs import all_jobs
from tests.support.people import People
from tests.web.pages.markup import faults

PAGE = "/settings/data"


@pytest.fixture
async def amy(people: People) -> Account:
    """Somebody with data."""
    return await people.person("amy")


async def test_lists_are_files_that_others_read(
    as_person: Callable[..., Any], amy: Account, people: People, db: Database, clock: Clock
) -> None:
    ben = await people.person("ben")

    def some(tx: Tx) -> None:
        factories.put_follow(tx, amy, ben)
        blocking.mute(tx, account_id=amy.id, target_id=ben.id, mute_id=70, now=clock())
        blocking.block_host(tx, account=amy, host="beta.test", block_id=71, now=clock())

    await db.write(some)
    browser = await as_person(amy)
    page = await browser.get(PAGE)
    assert faults(await page.text()) == []
    expected = {
        "following_accounts": ("Account address,Show boosts,Notify on new posts,Languages\nben@alpha.test,true,false,\n"),
        "muted_accounts": "Account address,Hide notifications\nben@alpha.test,true\n",
        "blocked_accounts": "",
        "blocked_domains": "beta.test\n",
        "lists": "",
        "bookmarks": "",
    }
    for name, text in expected.items():
        answer = await browser.get(f"{PAGE}/{name}.csv")
        assert (answer.status, await answer.text()) == (200, text)
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}.csv"'
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert (await browser.get(f"{PAGE}/secrets.csv")).status == 404


def test_a_cell_is_no_formula() -> None:
    assert exporting.as_csv([("=1+1", "a@b.test", "-x", "a,b")]) == "'=1+1,a@b.test,'-x,\"a,b\"\n"


async def test_an_archive_is_for_its_owner_and_for_a_week(
    as_person: Callable[..., Any], amy: Account, people: People, db: Database, settings: Settings, clock: Clock
) -> None:
    browser = await as_person(amy)
    token = (await (await browser.get(PAGE)).text()).partition('name="csrf_token" value="')[2].partition('"')[0]
    assert (await browser.send(PAGE, csrf_token=token)).status == 303
    assert [job.kind for job in await all_jobs(db)] == ["MakeArchive"]
    archive = await db.read(portability.latest, amy.id)
    assert archive is not None
    page = await browser.get(PAGE)
    assert "We are making it." in await page.text()
    assert (await browser.get(f"{PAGE}/archives/{archive.id}")).status == 404

    file = exporting.file_of(settings.data_dir, archive.id)
    file.parent.mkdir()
    file.write_bytes(b"PK")
    await db.write(portability.finish, archive.id, size=2, now=clock())
    ready = await browser.get(PAGE)
    html = await ready.text()
    assert (faults(html), f"{PAGE}/archives/{archive.id}" in html) == ([], True)
    answer = await browser.get(f"{PAGE}/archives/{archive.id}")
    assert (answer.status, await answer.read()) == (200, b"PK")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="amy.zip"'
    other = await as_person(await people.person("eve"))
    assert (await other.get(f"{PAGE}/archives/{archive.id}")).status == 404
    assert (await other.get(f"{PAGE}/archives/x")).status == 404
    again = await browser.send(PAGE, csrf_token=token)
    assert again.status == 422
    clock.forward(days=8)
    assert (await (await as_person(amy)).get(f"{PAGE}/archives/{archive.id}")).status == 404


async def test_an_old_session_is_asked_for_the_password_first(as_person: Callable[..., Any], amy: Account, clock: Clock) -> None:
    browser = await as_person(amy)
    clock.forward(minutes=11)
    for path in (f"{PAGE}/bookmarks.csv", f"{PAGE}/archives/1"):
        assert (await browser.get(path)).headers["Location"].startswith("/auth/again")


async def test_a_file_of_another_server_is_taken(as_person: Callable[..., Any], amy: Account, db: Database) -> None:
    browser = await as_person(amy)
    token = (await (await browser.get(PAGE)).text()).partition('name="csrf_token" value="')[2].partition('"')[0]

    async def send(kind: str, text: str) -> Any:
        form = FormData({"csrf_token": token, "kind": kind, "mode": "overwrite"})
        form.add_field("file", text, filename="following.CSV", content_type="text/csv")
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())} | OURS
        return await browser.client.post(f"{PAGE}/imports", data=form, headers=headers, allow_redirects=False)

    for kind, text, words in (("secrets", "x", "Please choose what is in the file."), ("lists", "", "no lines that we can read")):
        wrong = await send(kind, text)
        assert wrong.status == 422
        assert words in await wrong.text()
    taken = await send("following_accounts", "Account address\nben@beta.test\n")
    assert (taken.status, taken.headers["Location"]) == (303, PAGE)
    (item,) = await db.read(imports.latest, amy.id, limit=5)
    assert (item.kind, item.replaces, item.lines) == ("following_accounts", True, (("ben@beta.test",),))
    html = await (await browser.get(PAGE)).text()
    assert (faults(html), "0 of 1 lines done" in html) == ([], True)
    busy = await send("lists", "a,b@c.test\n")
    assert (busy.status, "Another file is being read" in await busy.text()) == (422, True)
