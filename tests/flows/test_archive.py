"""Everything of a person in one file (PRI-1)."""

from __future__ import annotations

import asyncio
import io
from zipfile import ZipFile

import orjson

from fedisw.jobs.chores import Chore, Sweep
from fedisw.services import exporting
from fedisw.storage.db import Tx
from fedisw.storage.queries import portability
from tests.support.fediverse import Fediverse


async def test_an_archive_has_what_is_ones_own_and_nothing_else(fediverse: Fediverse) -> None:
    alpha = await fediverse.start("alpha.test", username="amy")
    ben = await alpha.person("ben")
    by_ben = await alpha.sign_in(ben)
    theirs = await alpha.call("POST", "/api/v1/statuses", json={"status": "Ben's words"}, by=by_ben)
    secret = await alpha.call("POST", "/api/v1/statuses", json={"status": "Only followers", "visibility": "private"}, by=by_ben)
    for text, visibility in (("For all", "public"), ("For one: @ben", "direct")):
        await alpha.call("POST", "/api/v1/statuses", json={"status": text, "visibility": visibility})
    for action in ("favourite", "bookmark", "reblog"):
        await alpha.call("POST", f"/api/v1/statuses/{theirs.body['id']}/{action}")
    await fediverse.settle()

    archive_id, now = alpha.runtime.new_id(), alpha.peer.now()
    await alpha.db.write(exporting.ask_for_archive, account_id=alpha.account.id, archive_id=archive_id, now=now)
    await fediverse.settle()

    file = exporting.file_of(alpha.peer.settings.data_dir, archive_id)
    content = await asyncio.to_thread(file.read_bytes)
    with ZipFile(io.BytesIO(content)) as made:
        texts = {name: made.read(name).decode() for name in made.namelist()}
    outbox = orjson.loads(texts["outbox.json"])
    assert [item["type"] for item in outbox["orderedItems"]] == ["Create", "Create", "Announce"]
    assert "For one:" in texts["outbox.json"]
    assert "Ben's words" not in "".join(texts.values())
    assert orjson.loads(texts["likes.json"])["orderedItems"] == [theirs.body["uri"]]
    assert texts["bookmarks.csv"] == f"{theirs.body['uri']}\n"
    assert secret.body["uri"] not in "".join(texts.values())
    assert orjson.loads(texts["actor.json"])["id"] == alpha.account.uri
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    stored = await alpha.db.read(portability.find, archive_id)
    assert stored is not None
    assert stored.size == len(content)

    await alpha.db.write(_forget, archive_id)
    await alpha.db.write(lambda tx: tx.enqueue(Sweep(what=Chore.OLD)))
    await fediverse.settle()
    assert not await asyncio.to_thread(file.exists)


def _forget(tx: Tx, archive_id: int) -> None:
    found = portability.find(tx, archive_id)
    assert found is not None
    portability.remove_old(tx, before=found.created_at.replace(year=found.created_at.year + 1))
