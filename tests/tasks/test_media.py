from __future__ import annotations

from fedisw.jobs.chores import MoveFiles
from fedisw.jobs.work import RemoveFiles
from fedisw.media.keys import new_key, remote_key
from fedisw.media.probe import Kind
from fedisw.tasks import jobs
from fedisw.tasks.house import House


async def test_files_are_removed_once_and_nothing_else_is(house: House) -> None:
    gone, stays = new_key(Kind.PNG), new_key(Kind.PNG)
    copy = remote_key("https://far.test/a", Kind.PNG, part="x", secret=b"s" * 16)
    for key in (gone, stays, copy):
        await house.store.put(key, b"bytes")
    job = RemoveFiles(keys=(gone, copy, "../etc/passwd", ""))
    for _ in range(2):
        await jobs.run(house, job)
    assert await house.store.find([gone]) is None
    assert await house.store.find([stays]) is not None
    assert await house.store.find([copy]) is not None


async def test_a_moved_file_has_only_its_new_name_however_often_the_job_runs(house: House) -> None:
    old, new = new_key(Kind.PNG), new_key(Kind.PNG)
    await house.store.put(old, b"bytes")
    for _ in range(2):
        await jobs.run(house, MoveFiles(moves=((old, new),)))
    assert await house.store.find([old]) is None
    assert b"".join([chunk async for chunk in house.store.read(new)]) == b"bytes"
