"""Which function does which job of federation; one table, closed."""

from __future__ import annotations

from typing import Final, TypeAlias, assert_never, get_args

from fedisw.federation import (
    backfill,
    consent,
    delivery,
    featured,
    inbox,
    keychange,
    own_links,
    publish,
    publish_blocks,
    publish_people,
    quoting,
    readers,
    refetch,
    relaying,
    synchronising,
    threads,
)
from fedisw.federation.context import Peer
from fedisw.jobs import consent as consent_jobs
from fedisw.jobs import fetching, work
from fedisw.jobs import keychange as keychange_jobs
from fedisw.jobs import quotes as quote_jobs
from fedisw.jobs import relays as relay_jobs
from fedisw.jobs.kinds import Job
from fedisw.jobs.running import JobRun

Arrived: TypeAlias = work.ProcessInbound | work.FetchParent | work.RefreshAccount | work.RefreshPoll | work.CheckLinks
AboutQuote: TypeAlias = (
    quote_jobs.AskToQuote
    | quote_jobs.WithdrawQuote
    | quote_jobs.AnswerQuote
    | quote_jobs.FetchQuoted
    | quote_jobs.ForwardRevocation
)
AboutRelay: TypeAlias = relay_jobs.SubscribeRelay | relay_jobs.LeaveRelay
Missing: TypeAlias = fetching.SynchroniseFollowers | fetching.FetchPosts | fetching.FetchThread | fetching.NoteReader
AboutPost: TypeAlias = (
    work.PublishStatus
    | work.PublishEdit
    | work.PublishDelete
    | work.PublishBoost
    | work.PublishUndoBoost
    | work.PublishPoll
    | work.PublishPin
)
AboutPeople: TypeAlias = (
    work.PublishFollow
    | work.PublishUndoFollow
    | work.AnswerFollow
    | work.RejectFollow
    | work.PublishLike
    | work.PublishUndoLike
    | work.PublishBlock
    | work.PublishUndoBlock
    | work.PublishProfile
    | work.PublishAccountDelete
    | work.PublishMove
    | work.PublishVote
    | work.PublishFlag
)
AboutKeys: TypeAlias = keychange_jobs.PublishKeys | keychange_jobs.FollowAgain
AboutConsent: TypeAlias = consent_jobs.Answer | consent_jobs.PublishApproved | consent_jobs.WithdrawFeature
FederationJob: TypeAlias = (
    Arrived | AboutKeys | Missing | AboutRelay | AboutQuote | AboutConsent | AboutPost | AboutPeople | work.Deliver
)
KINDS: Final[tuple[type[Job], ...]] = get_args(FederationJob)


async def run(peer: Peer, job: FederationJob, run: JobRun) -> None:
    """Do a job; errors as the worker reads them (jobs/worker.py)."""
    match job:
        case work.Deliver():
            await delivery.deliver(peer, job, run)
        case work.ProcessInbound() | work.FetchParent() | work.RefreshAccount() | work.RefreshPoll() | work.CheckLinks():
            await _arrived(peer, job, run)
        case fetching.SynchroniseFollowers() | fetching.FetchPosts() | fetching.FetchThread() | fetching.NoteReader():
            await _missing(peer, job, run)
        case relay_jobs.SubscribeRelay():
            await relaying.subscribe(peer, job)
        case relay_jobs.LeaveRelay():
            await relaying.leave(peer, job)
        case (
            quote_jobs.AskToQuote()
            | quote_jobs.WithdrawQuote()
            | quote_jobs.AnswerQuote()
            | quote_jobs.FetchQuoted()
            | quote_jobs.ForwardRevocation()
        ):
            await _about_quote(peer, job)
        case keychange_jobs.PublishKeys():
            await keychange.publish_keys(peer, job)
        case keychange_jobs.FollowAgain():
            await keychange.follow_again(peer, job)
        case consent_jobs.Answer():
            await consent.answer(peer, job)
        case consent_jobs.PublishApproved():
            await publish.publish_approved(peer, job)
        case consent_jobs.WithdrawFeature():
            await consent.withdraw_feature(peer, job)
        case (
            work.PublishStatus()
            | work.PublishEdit()
            | work.PublishDelete()
            | work.PublishBoost()
            | work.PublishUndoBoost()
            | work.PublishPoll()
            | work.PublishPin()
        ):
            await _about_post(peer, job)
        case _:
            await _about_people(peer, job, run)


async def _arrived(peer: Peer, job: Arrived, run: JobRun) -> None:
    match job:
        case work.ProcessInbound():
            await inbox.process(peer, job.inbound_id, run)
        case work.FetchParent():
            await threads.fetch_parent(peer, job.status_id)
        case work.RefreshAccount():
            await featured.refresh(peer, job.account_id)
        case work.RefreshPoll():
            await refetch.poll(peer, job.status_id)
        case work.CheckLinks():
            await own_links.check_links(peer, job.account_id)
        case _:
            assert_never(job)


async def _missing(peer: Peer, job: Missing, run: JobRun) -> None:
    match job:
        case fetching.SynchroniseFollowers():
            await synchronising.synchronise(peer, job, asked_at=run.created_at)
        case fetching.FetchPosts():
            await backfill.fetch_posts(peer, job)
        case fetching.FetchThread():
            await backfill.fetch_thread(peer, job)
        case fetching.NoteReader():
            await readers.note(peer, job, asked_at=run.created_at)
        case _:
            assert_never(job)


async def _about_quote(peer: Peer, job: AboutQuote) -> None:
    match job:
        case quote_jobs.AskToQuote():
            await quoting.ask(peer, job)
        case quote_jobs.WithdrawQuote():
            await quoting.withdraw(peer, job)
        case quote_jobs.AnswerQuote():
            await quoting.answer(peer, job)
        case quote_jobs.FetchQuoted():
            await quoting.look_up(peer, job)
        case quote_jobs.ForwardRevocation():
            await quoting.forward_revocation(peer, job)
        case _:
            assert_never(job)


async def _about_post(peer: Peer, job: AboutPost) -> None:
    match job:
        case work.PublishStatus():
            await publish.publish_status(peer, job)
        case work.PublishEdit():
            await publish.publish_edit(peer, job)
        case work.PublishDelete():
            await publish.publish_delete(peer, job)
        case work.PublishBoost():
            await publish.publish_boost(peer, job)
        case work.PublishUndoBoost():
            await publish.publish_undo_boost(peer, job)
        case work.PublishPoll():
            await publish.publish_poll(peer, job)
        case work.PublishPin():
            await publish.publish_pin(peer, job)
        case _:
            assert_never(job)


async def _about_people(peer: Peer, job: AboutPeople, run: JobRun) -> None:
    match job:
        case work.PublishFollow():
            await publish_people.publish_follow(peer, job)
        case work.PublishUndoFollow():
            await publish_people.publish_undo_follow(peer, job)
        case work.AnswerFollow():
            await publish_people.answer_follow(peer, job)
        case work.RejectFollow():
            await publish_people.reject_follow(peer, job, asked_at=run.created_at)
        case work.PublishLike():
            await publish_people.publish_like(peer, job)
        case work.PublishUndoLike():
            await publish_people.publish_undo_like(peer, job)
        case work.PublishProfile():
            await publish_people.publish_profile(peer, job)
        case work.PublishAccountDelete():
            await publish_people.publish_account_delete(peer, job)
        case work.PublishMove():
            await publish_people.publish_move(peer, job)
        case work.PublishVote():
            await publish_people.publish_vote(peer, job)
        case work.PublishFlag():
            await publish_people.publish_flag(peer, job)
        case work.PublishBlock():
            await publish_blocks.publish_block(peer, job)
        case work.PublishUndoBlock():
            await publish_blocks.publish_undo_block(peer, job)
        case _:
            assert_never(job)
