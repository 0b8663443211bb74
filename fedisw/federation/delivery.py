"""Sending one activity to one inbox (reliability, section 3.3): it ends in exactly one visible state (P-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import structlog

from fedisw.crypto.signatures import NOTHING
from fedisw.federation import audience, knocking, rerouting, synchronising, transferable
from fedisw.federation.answers import Judgement, Outcome, judge
from fedisw.federation.catching_up import catch_up
from fedisw.federation.context import Peer
from fedisw.federation.synchronising import Shared
from fedisw.jobs.backoff import retry_delay
from fedisw.jobs.running import JobRun, Postpone
from fedisw.jobs.work import Deliver
from fedisw.model.errors import FediswError, NotFound, Unreachable
from fedisw.model.peers import Delivery, DeliveryState, OutboundActivity, PeerHost
from fedisw.model.statuses import Visibility
from fedisw.net.answer import MAX_RETRY_AFTER, Answer
from fedisw.net.breaker import CLOSED, Breaker, LeftAlone, counts
from fedisw.observe import metrics
from fedisw.storage.db import Tx
from fedisw.storage.queries import activities, deliveries, hosts, job_ends

log = structlog.get_logger("fedisw.delivery")

DEAD_AFTER: Final = timedelta(days=30)  # of failures without one success
CLOCKS_APART: Final = timedelta(minutes=5)
ENDED: Final = frozenset({DeliveryState.DELIVERED, DeliveryState.REFUSED, DeliveryState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be sent, as it stands now; `obstacle` says why it is not, `shared` whom a post for followers is for there."""

    delivery: Delivery
    activity: OutboundActivity
    host: PeerHost | None
    obstacle: str
    shared: Shared | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A delivery that was taken: `answer` is the status."""

    run: JobRun
    plan: Plan
    answer: int | None
    at: datetime
    scheme: str


async def deliver(peer: Peer, job: Deliver, run: JobRun) -> None:
    """Job Deliver. A second time finds that the delivery ended; one that was given up is tried again.

    Raises:
        Unreachable: to be tried again.
        Postpone: the host is left alone for now; this was no attempt.
    """
    plan = await peer.together.read(peer.db, _plans, (job.delivery_id, peer))
    if plan is None:
        return
    if plan.obstacle:
        await _end(peer, run, plan, DeliveryState.CANCELLED, Judgement(outcome=Outcome.FINAL, reason=plan.obstacle))
        return
    before = peer.client.breakers.state(plan.delivery.host)
    if before.open_until is not None and peer.now() < before.open_until:
        raise Postpone(before.open_until)
    fields = plan.shared.headers() if plan.shared is not None else NOTHING
    activity = await transferable.current(peer, plan.activity)
    run.check()
    try:
        remembered = plan.host.scheme_now(peer.now()) if plan.host is not None else ""
        answer, scheme = await knocking.post(peer, activity, plan.delivery.inbox, remembered=remembered, more=fields)
    except LeftAlone as error:
        raise Postpone(peer.now() + timedelta(seconds=error.retry_after)) from error
    except Unreachable as error:
        await _keep_breaker(peer, plan, before, missed=True)
        await _again(peer, job, run, plan, Judgement(outcome=Outcome.LATER, reason=str(error)))
        return
    except NotFound:
        await _end(peer, run, plan, DeliveryState.CANCELLED, Judgement(outcome=Outcome.FINAL, reason="the sender has no key"))
        return
    except FediswError as error:  # an address that we never call, or an answer that is no HTTP
        await _end(peer, run, plan, DeliveryState.REFUSED, Judgement(outcome=Outcome.FINAL, reason=str(error)), tries=1)
        return
    await _answered(peer, job, run, plan, before, answer, scheme.value)


async def _answered(peer: Peer, job: Deliver, run: JobRun, plan: Plan, before: Breaker, answer: Answer, scheme: str) -> None:
    found = judge(answer, refusals=plan.delivery.refusals, now=peer.now())
    _note(peer, plan, answer, found)
    if found.pauses_host and found.wait is not None:
        _pause(peer, plan.delivery.host, until=peer.now() + found.wait)
    match found.outcome:
        case Outcome.DELIVERED:
            done = Done(run=run, plan=plan, answer=found.status, at=peer.now(), scheme=scheme)
            run.ended(await peer.together.write(peer.db, _delivered, done))
            if before.is_open or (plan.host is not None and hosts.is_back(plan.host, now=done.at)):
                await catch_up(peer, plan.delivery.host)
            _count("done")
        case Outcome.FINAL:
            await _end(peer, run, plan, DeliveryState.REFUSED, found, tries=1)
        case Outcome.LATER:
            await _keep_breaker(peer, plan, before, missed=counts(answer.status))
            await _again(peer, job, run, plan, found)
        case Outcome.MOVED | Outcome.MISSING:
            await rerouting.look_again(peer, job, plan.activity, plan.delivery, missing=found.outcome is Outcome.MISSING)
            await _end(peer, run, plan, DeliveryState.REFUSED, found, tries=1)


def _plans(tx: Tx, asked: Sequence[tuple[int, Peer]]) -> list[Plan | None]:
    """None for a delivery that ended; an open one is asked again whether it is still due (VIS-7)."""
    open_ones = [item for item in deliveries.among(tx, [delivery_id for delivery_id, _ in asked]) if item.state not in ENDED]
    sent = {item.id: item for item in activities.by_ids(tx, (item.activity_id for item in open_ones))}
    due = {item.id: (item, sent[item.activity_id]) for item in open_ones if item.activity_id in sent}
    if not due:
        return [None] * len(asked)
    known = audience.Known.of(tx, list(due.values()))
    states = {state.host: state for state in hosts.among(tx, {item.host for item in open_ones})}

    def plan(delivery_id: int, peer: Peer) -> Plan | None:
        if delivery_id not in due:
            return None
        delivery, activity = due[delivery_id]
        obstacle = audience.why_not(tx, peer, activity, delivery, known)
        shared = None if obstacle else _shared(tx, activity, delivery, known)
        return Plan(delivery=delivery, activity=activity, host=states.get(delivery.host), obstacle=obstacle, shared=shared)

    return [plan(*item) for item in asked]


def _shared(tx: Tx, activity: OutboundActivity, delivery: Delivery, known: audience.Known) -> Shared | None:
    """With a post for followers goes what its author's followers there are (FEP-8fcf)."""
    post, author = known.posts.get(activity.status_id or 0), known.authors.get(activity.account_id)
    if post is None or author is None or post.visibility is not Visibility.PRIVATE:
        return None
    return synchronising.shared_with(tx, author, delivery.inbox)


async def _end(peer: Peer, run: JobRun, plan: Plan, state: DeliveryState, found: Judgement, *, tries: int = 0) -> None:
    """The end of delivery and job, in one transaction."""
    await run.finish_with(
        peer.db,
        deliveries.end,
        plan.delivery.id,
        state,
        now=peer.now(),
        answer=found.status,
        reason=found.reason,
        tries=tries,
        refused=found.refused,
    )
    _count("refused" if state is DeliveryState.REFUSED else "cancelled")


def _delivered(tx: Tx, arrived: Sequence[Done]) -> list[bool]:
    """They are there: the ends of deliveries and jobs, in one transaction. False for a job that was not ours any more.

    Their hosts are well.
    """
    held = job_ends.finish(tx, [done.run.lease for done in arrived], now=max(done.at for done in arrived))
    ended = [done for done in arrived if done.run.lease.id in held]
    deliveries.end_delivered(tx, [(done.plan.delivery.id, done.answer, done.at) for done in ended])
    for done in ended:
        _host_is_well(tx, done)
    return [done.run.lease.id in held for done in arrived]


def _host_is_well(tx: Tx, done: Done) -> None:
    host, known = done.plan.delivery.host, done.plan.host
    if known is None or known.should_note(done.scheme, done.at):
        hosts.remember_scheme(tx, host, done.scheme, now=done.at)
    hosts.took(tx, host, known, now=done.at)


async def _again(peer: Peer, job: Deliver, run: JobRun, plan: Plan, found: Judgement) -> None:
    """Note the failure; the worker waits and tries again, or gives up when the time is over."""
    now, asked = peer.now(), found.wait or timedelta()
    longest = max(asked, retry_delay(run.attempt, jitter=1.0, retry=job.retry))
    expired = now + longest >= run.created_at + job.max_age
    await peer.db.write(
        deliveries.fail,
        plan.delivery.id,
        answer=found.status,
        reason=found.reason,
        refused=found.refused,
        expired=expired,
        now=now,
    )
    _count("given_up" if expired else "retry")
    wait = MAX_RETRY_AFTER if expired else asked  # so long that the worker gives the job up as well
    raise Unreachable(found.reason, retry_after=int(wait.total_seconds()))


async def _keep_breaker(peer: Peer, plan: Plan, before: Breaker, *, missed: bool) -> None:
    """Breakers live over restarts; `missed` says that the host could not be reached, or not take it."""
    host = plan.delivery.host
    state = peer.client.breakers.state(host)
    if missed or state != before:
        await peer.db.write(_note_failure, host, state, missed=missed, now=peer.now())


def _note_failure(tx: Tx, host: str, state: Breaker, *, missed: bool, now: datetime) -> None:
    """A host that has neither taken anything nor been heard of for 30 days is given up."""
    hosts.put_breaker(
        tx,
        host,
        failures=state.failures,
        failing_since=state.failing_since,
        open_until=state.open_until,
        opened=state.opened,
        now=now,
    )
    if missed and now - hosts.missed(tx, host, now=now) >= DEAD_AFTER:
        hosts.mark_dead(tx, host, now=now)


def _pause(peer: Peer, host: str, *, until: datetime) -> None:
    """`Retry-After` holds for everything that goes to the host; its failures count as before."""
    breakers = peer.client.breakers
    state = breakers.state(host)
    if state.open_until is None or state.open_until < until:
        breakers.put(
            host, Breaker(failures=state.failures, failing_since=state.failing_since, open_until=until, opened=state.opened)
        )


async def restore_breakers(peer: Peer) -> int:
    """At the start of a process: which hosts were left alone before. Gives their number."""
    failing = await peer.db.read(hosts.failing)
    for row in failing:
        state = Breaker(failures=row.failures, failing_since=row.failing_since, open_until=row.open_until, opened=row.opened)
        if state != CLOSED:
            peer.client.breakers.put(row.host, state)
    return len(failing)


def _note(peer: Peer, plan: Plan, answer: Answer, found: Judgement) -> None:
    if found.outcome is Outcome.DELIVERED:
        return
    apart = _clock_difference(answer, peer.now()) if found.refused else timedelta()
    log.info(
        "delivery.answered",
        host=plan.delivery.host,
        status=answer.status,
        outcome=found.outcome.value,
        clock_apart=round(apart.total_seconds()) if abs(apart) > CLOCKS_APART else None,
    )


def _clock_difference(answer: Answer, now: datetime) -> timedelta:
    """How far the peer's clock is ahead of ours: the first suspect when it refuses signatures."""
    try:
        return parsedate_to_datetime(answer.headers.get("Date", "")) - now
    except (ValueError, TypeError):
        return timedelta()


def _count(outcome: str) -> None:
    metrics.deliveries.labels(outcome=outcome).inc()
