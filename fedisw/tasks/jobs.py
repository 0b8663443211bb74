"""From a job of our own to the function that does it."""

from __future__ import annotations

from typing import Final, TypeGuard, assert_never, get_args

from fedisw.jobs.chores import ComputeTrends, CountWeek, FetchCard, IndexPosts, MoveFiles, ProcessMedia, Sweep
from fedisw.jobs.kinds import Job
from fedisw.jobs.notices import MergeNotifications, SendPush
from fedisw.jobs.own import MoveFollowers
from fedisw.jobs.running import JobRun
from fedisw.jobs.work import ClosePoll, FanOut, FanOutTags, PublishScheduled, PurgeAccount, RemoveFiles, SendMail
from fedisw.services import house_settings
from fedisw.tasks import (
    cleanup,
    fan_out,
    films,
    indexing,
    mail,
    media,
    merging,
    moving,
    polls,
    previews,
    push,
    scheduled,
    trending,
)
from fedisw.tasks.house import House

Task = (
    FanOut
    | FanOutTags
    | MoveFollowers
    | ClosePoll
    | PublishScheduled
    | PurgeAccount
    | RemoveFiles
    | MoveFiles
    | ProcessMedia
    | SendMail
    | Sweep
    | IndexPosts
    | FetchCard
    | MergeNotifications
    | SendPush
    | CountWeek
    | ComputeTrends
)
TASKS: Final[tuple[type[Job], ...]] = get_args(Task)


def is_task(job: Job) -> TypeGuard[Task]:
    """Whether a job is one of ours; all others are federation's."""
    return isinstance(job, TASKS)


async def run(house: House, job: Task, run: JobRun | None = None) -> None:
    """Do a job; errors as jobs/worker.py reads them."""
    match job:
        case FanOut():
            await fan_out.fan_out(house.db, job, now=house.now(), run=run)
        case FanOutTags():
            await fan_out.fan_out_tags(house.db, job)
        case MoveFollowers():
            await moving.move_followers(house, job)
        case ClosePoll():
            await polls.close(house.db, job, now=house.now())
        case PublishScheduled():
            await scheduled.publish(house, job)
        case PurgeAccount():
            await cleanup.purge_account(house.db, job, now=house.now())
        case RemoveFiles():
            await media.remove_files(house.store, job)
        case MoveFiles():
            await media.move_files(house.store, job)
        case ProcessMedia():
            await films.process(house, job)
        case SendMail():
            await mail.send(house, job)
        case FetchCard():
            await previews.fetch(house, job)
        case Sweep():
            await cleanup.sweep(house, job)
        case IndexPosts():
            await indexing.index_posts(house.db)
        case MergeNotifications():
            await merging.merge(house.db, job)
        case SendPush():
            await push.send(house, job, run)
        case ComputeTrends():
            await trending.compute(house.db, now=house.now())
        case CountWeek():
            await house.db.write(house_settings.count_week, now=house.now())
        case _:
            assert_never(job)
