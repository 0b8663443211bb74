from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from fedisw.media import images as module
from fedisw.media.images import Images, Purpose
from fedisw.model.errors import Invalid, Unreachable
from tests.media.pictures import encoded, quarters

SMALL = encoded(quarters(20, 20), "PNG")
SLOW = encoded(quarters(5760, 5760), "PNG")  # the most pixels allowed: a second or more of work


async def until(images: Images, count: int) -> tuple[int, ...]:
    """Wait for so many children, at most ten seconds."""
    async with asyncio.timeout(10):
        while len(images.pids) != count:  # noqa: ASYNC110 - the pool says nothing when a child starts
            await asyncio.sleep(0.005)
    return images.pids


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_nothing_runs_before_the_first_image_and_children_end_when_idle(tmp_path: Path) -> None:
    images = Images(temp=tmp_path, idle=0.05)
    assert images.pids == ()

    await images.process(SMALL, purpose=Purpose.AVATAR)
    (pid,) = images.pids
    assert os.listdir(tmp_path) != []
    await until(images, 0)
    await images.close()

    assert not runs(pid)
    assert os.listdir(tmp_path) == []


async def test_a_child_works_on_several_files_and_is_then_replaced(tmp_path: Path) -> None:
    images = Images(temp=tmp_path, children=1, files_per_child=3)
    seen = []
    for _ in range(4):
        await images.process(SMALL, purpose=Purpose.AVATAR)
        seen.append(images.pids)
    await images.close()

    assert seen[0] == seen[1] != ()
    assert seen[2] == ()
    assert seen[3] not in ((), seen[0])


async def test_never_more_children_work_than_allowed(tmp_path: Path) -> None:
    images = Images(temp=tmp_path, children=2)
    most = 0
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(images.process(SMALL, purpose=Purpose.AVATAR)) for _ in range(8)]
        while not all(task.done() for task in tasks):
            most = max(most, len(images.pids))
            await asyncio.sleep(0.002)
    most = max(most, len(images.pids))
    await images.close()

    assert most == 2


async def test_a_file_that_kills_its_child_is_refused_and_the_next_one_is_served(tmp_path: Path) -> None:
    images = Images(temp=tmp_path, children=1)
    work = asyncio.create_task(images.process(SLOW, purpose=Purpose.ATTACHMENT))
    (pid,) = await until(images, 1)
    os.kill(pid, signal.SIGSEGV)
    with pytest.raises(Invalid):
        await work

    assert (await images.process(SMALL, purpose=Purpose.AVATAR)).original.width == 20
    await images.close()


async def test_a_child_spoilt_by_an_earlier_file_is_not_held_against_the_next(tmp_path: Path) -> None:
    images = Images(temp=tmp_path, children=1)
    await images.process(SMALL, purpose=Purpose.AVATAR)
    (first,) = images.pids
    work = asyncio.create_task(images.process(SLOW, purpose=Purpose.ATTACHMENT))
    await asyncio.sleep(0.05)
    os.kill(first, signal.SIGKILL)

    assert (await work).original.width == 2880
    assert images.pids != (first,)
    await images.close()


async def test_a_child_that_died_while_idle_is_replaced(tmp_path: Path) -> None:
    images = Images(temp=tmp_path, children=1)
    await images.process(SMALL, purpose=Purpose.AVATAR)
    os.kill(images.pids[0], signal.SIGKILL)

    assert (await images.process(SMALL, purpose=Purpose.AVATAR)).original.width == 20
    await images.close()


async def test_a_file_that_takes_too_long_is_refused_and_its_child_ended(tmp_path: Path) -> None:
    images = Images(temp=tmp_path, wall=0.7)
    work = asyncio.create_task(images.process(SLOW, purpose=Purpose.ATTACHMENT))
    (pid,) = await until(images, 1)
    with pytest.raises(Invalid, match="too long"):
        await work

    assert images.pids == ()
    assert not runs(pid)
    await images.close()


async def test_a_caller_who_goes_away_takes_the_child_with_him(tmp_path: Path) -> None:
    images = Images(temp=tmp_path)
    work = asyncio.create_task(images.process(SLOW, purpose=Purpose.ATTACHMENT))
    (pid,) = await until(images, 1)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work

    assert images.pids == ()
    assert not runs(pid)
    assert os.listdir(tmp_path) == []
    await images.close()


async def test_closing_ends_work_under_way_and_refuses_more(tmp_path: Path) -> None:
    images = Images(temp=tmp_path)
    work = asyncio.create_task(images.process(SLOW, purpose=Purpose.ATTACHMENT))
    (pid,) = await until(images, 1)
    await images.close()

    with pytest.raises(Unreachable):
        await work
    with pytest.raises(Unreachable):
        await images.process(SMALL, purpose=Purpose.AVATAR)
    assert not runs(pid)
    await images.close()


async def test_too_many_waiting_files_are_refused_at_once(tmp_path: Path) -> None:
    images = Images(temp=tmp_path)
    answers = await asyncio.gather(
        *(images.process(SMALL, purpose=Purpose.AVATAR) for _ in range(module.MAX_WAITING + 2)), return_exceptions=True
    )
    await images.close()

    assert sum(isinstance(answer, Unreachable) for answer in answers) == 2


async def test_a_missing_temporary_folder_is_a_passing_failure_of_ours(tmp_path: Path) -> None:
    images = Images(temp=tmp_path / "gone")
    with pytest.raises(Unreachable):
        await images.process(SMALL, purpose=Purpose.AVATAR)
    await images.close()


async def test_children_know_nothing_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEDISW_SECRET_MASTER_KEY", "do-not-tell")
    images = Images(temp=tmp_path)
    await images.process(SMALL, purpose=Purpose.AVATAR)
    environment = await asyncio.to_thread(Path(f"/proc/{images.pids[0]}/environ").read_bytes)
    await images.close()

    assert b"do-not-tell" not in environment
