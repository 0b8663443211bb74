"""Every kind of job has somebody who does it."""

from __future__ import annotations

from fedisw.federation import jobs as federation
from fedisw.jobs import chores, work
from fedisw.jobs.kinds import Job
from fedisw.tasks import jobs as tasks


def kinds_of(module: object) -> set[type[Job]]:
    found = (value for name, value in vars(module).items() if not name.startswith("_"))
    return {kind for kind in found if isinstance(kind, type) and issubclass(kind, Job) and kind is not Job}


def test_every_kind_of_job_is_done_by_exactly_one_part() -> None:
    for kind in kinds_of(work) | kinds_of(chores):
        done_by = [part for part in (tasks.TASKS, federation.KINDS) if issubclass(kind, part)]
        assert len(done_by) == 1, kind.__name__
