"""Sending one activity to one inbox (reliability, section 3.3): it ends in exactly one visible state (P-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import structlog

from fedisw.federation import audience, knocking, rerouting
from fedisw.federation.answers import Judgement, Outcome, judge
from fedisw.federation.context import Peer
from fedisw.jobs.backoff import retry_delay
from fedisw.jobs.running import JobRun, Postpone
from fedisw.jobs.work import Deliver
from fedisw.model.accounts import Account
from fedisw.model.errors import FediswError, NotFound, Unreachable
from fedisw.model.peers import Delivery, DeliveryState, OutboundActivity, PeerHost
from fedisw.net.answer import MAX_RETRY_AFTER, Answer
from fedisw.net.breaker import CLOSED, Breaker, LeftAlone
from fedisw.observe import metrics
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, activities, deliveries, hosts

log = structlog.get_logger("fedisw.delivery")

DEAD_AFTER: Final = timedelta(days=30)  # of failures without one success
CLOCKS_APART: Final = timedelta(minutes=5)
ENDED: Final = frozenset({DeliveryState.DELIVERED, DeliveryState.REFUSED, DeliveryState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be sent, as it stands now; `obstacle` says why it is not."""

    delivery: Delivery
    activity: OutboundActivity
    host: PeerHost | None
    author: Account | None
    obstacle: str

    @property
    def scheme(self) -> str:
        """The form of signature that the host took last."""
        return self.host.scheme if self.host is not None else ""


async def deliver(peer: Peer, job: Deliver, run: JobRun) -> None:
    """Job Deliver. A second time finds that the delivery ended; one that was given up is tried again.

    Raises:
        Unreachable: to be tried again.
        Postpone: the host is left alone for now; this was no attempt.
    """
    plan = await peer.db.read(_plan, job.delivery_id, peer)
    if plan is None:
        return
    if plan.obstacle:
        await _end(peer, run, plan, DeliveryState.CANCELLED, Judgement(outcome=Outcome.FINAL, reason=plan.obstacle))
        return
    before = peer.client.breakers.state(plan.delivery.host)
    if before.open_until is not None and peer.now() < before.open_until:
        raise Postpone(before.open_until)
    run.check()
    try:
        answer, scheme = await knocking.post(peer, plan.activity, plan.delivery.inbox, remembered=plan.scheme)
    except LeftAlone as error:
        raise Postpone(peer.now() + timedelta(seconds=error.retry_after)) from error
    except Unreachable as error:
        await _keep_breaker(peer, plan, before)
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
            await run.finish_with(peer.db, _delivered, plan, found, peer.now(), scheme=scheme, was_open=before.is_open)
            _count("done")
        case Outcome.FINAL:
            await _end(peer, run, plan, DeliveryState.REFUSED, found, tries=1)
        case Outcome.LATER:
            await _keep_breaker(peer, plan, before)
            await _again(peer, job, run, plan, found)
        case Outcome.MOVED | Outcome.MISSING:
            await rerouting.look_again(peer, job, plan.activity, plan.delivery, missing=found.outcome is Outcome.MISSING)
            await _end(peer, run, plan, DeliveryState.REFUSED, found, tries=1)


def _plan(tx: Tx, delivery_id: int, peer: Peer) -> Plan | None:
    """None for a delivery that ended; an open one is asked again whether it is still due (VIS-7)."""
    delivery = deliveries.find(tx, delivery_id)
    activity = activities.find(tx, delivery.activity_id) if delivery is not None else None
    if delivery is None or activity is None or delivery.state in ENDED:
        return None
    return Plan(
        delivery=delivery,
        activity=activity,
        host=hosts.find(tx, delivery.host),
        author=accounts.find(tx, activity.account_id),
        obstacle=audience.why_not(tx, peer, activity, delivery),
    )


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


def _delivered(tx: Tx, plan: Plan, found: Judgement, now: datetime, *, scheme: str, was_open: bool) -> None:
    """It is there; the host is well, and what waited for it may go (P-8)."""
    host, known = plan.delivery.host, plan.host
    deliveries.end(tx, plan.delivery.id, DeliveryState.DELIVERED, now=now, answer=found.status, tries=1)
    if plan.scheme != scheme:
        hosts.remember_scheme(tx, host, scheme, now=now)
    if known is not None and (known.failures or known.open_until is not None or known.dead_since is not None):
        hosts.heard(tx, host, now=now)
    if was_open:
        deliveries.release(tx, host, now=now)


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


async def _keep_breaker(peer: Peer, plan: Plan, before: Breaker) -> None:
    """Breakers live over restarts; a host that has failed for 30 days is given up."""
    host = plan.delivery.host
    state = peer.client.breakers.state(host)
    if state != before:
        await peer.db.write(_put_breaker, host, state, peer.now())


def _put_breaker(tx: Tx, host: str, state: Breaker, now: datetime) -> None:
    hosts.put_breaker(
        tx,
        host,
        failures=state.failures,
        failing_since=state.failing_since,
        open_until=state.open_until,
        opened=state.opened,
        now=now,
    )
    if state.failing_since is not None and now - state.failing_since >= DEAD_AFTER:
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
