"""Voting, here and elsewhere, and the end of a poll."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from fedisw.jobs.work import PublishPoll, PublishVote
from fedisw.model.accounts import Account
from fedisw.model.errors import Invalid, NotFound
from fedisw.model.notifications import NotificationType
from fedisw.model.statuses import Poll, PollVote, Status
from fedisw.services import notifications, policies
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, audience, blocks, polls, statuses


def ended(poll: Poll, *, now: datetime) -> bool:
    """Whether nobody may vote any more."""
    return poll.closed_at is not None or (poll.expires_at is not None and poll.expires_at <= now)


def visible_poll(tx: Tx, poll_id: int, *, viewer_id: int | None) -> Poll:
    """A poll whose post the viewer may read; else NotFound (VIS-2)."""
    poll = polls.get(tx, poll_id)
    if poll.status_id not in audience.readable(tx, [poll.status_id], viewer_id):
        raise NotFound("poll", poll_id)
    return poll


def vote(tx: Tx, *, account: Account, poll_id: int, choices: Sequence[int], now: datetime) -> Poll:
    """A local person votes.

    Args:
        choices: places of the options, from 0; one for a poll with a single choice.

    Raises:
        NotFound: no such poll for this person.
        Invalid: ended, own, voted before, no such option, or too many.
    """
    poll = visible_poll(tx, poll_id, viewer_id=account.id)
    wanted = sorted(set(choices))
    if ended(poll, now=now):
        raise Invalid("base", "The poll has already ended")
    if poll.account_id == account.id:
        raise Invalid("base", "You cannot vote in your own polls")
    if not wanted or any(not 0 <= choice < len(poll.options) for choice in wanted) or (len(wanted) > 1 and not poll.multiple):
        raise Invalid("base", "The chosen vote option does not exist")
    if polls.votes_of(tx, account.id, [poll.id]):
        raise Invalid("base", "You have already voted on this poll")
    for choice in wanted:
        polls.add_vote(tx, PollVote(poll_id=poll.id, account_id=account.id, choice=choice))
    changed = _counted(poll, wanted, new_voter=True)
    _store(tx, changed, now=now)
    if not statuses.get(tx, poll.status_id).local:
        tx.enqueue(PublishVote(poll_id=poll.id, account_id=account.id))
    return changed


def vote_by_remote(tx: Tx, *, voter: Account, status_uri: str, option: str, uri: str, now: datetime) -> bool:
    """Somebody elsewhere votes in a poll of ours; False when the vote does not count (ING table).

    Args:
        option: the text of the option, as it stands in the poll.
    """
    status = statuses.find_by_uri(tx, status_uri)
    if status is None or not status.local or status.poll_id is None:
        return False
    poll = polls.get(tx, status.poll_id)
    if ended(poll, now=now) or option not in poll.options or not _may_vote(tx, status, voter):
        return False
    before = polls.votes_of(tx, voter.id, [poll.id])
    if before and not poll.multiple:
        return False
    choice = poll.options.index(option)
    if not polls.add_vote(tx, PollVote(poll_id=poll.id, account_id=voter.id, choice=choice, uri=uri)):
        return False
    _store(tx, _counted(poll, [choice], new_voter=not before), now=now)
    return True


def _may_vote(tx: Tx, status: Status, voter: Account) -> bool:
    return (
        voter.id != status.account_id
        and not blocks.either(tx, voter.id, status.account_id)
        and policies.reachable(tx, status, voter)
    )


def _counted(poll: Poll, choices: Sequence[int], *, new_voter: bool) -> Poll:
    votes = tuple(count + (at in choices) for at, count in enumerate(poll.votes))
    voters = None if poll.voters_count is None else poll.voters_count + new_voter
    return replace(poll, votes=votes, voters_count=voters)


def _store(tx: Tx, poll: Poll, *, now: datetime) -> None:
    """Counts change what the post shows; other servers hear of them at most once a minute."""
    polls.change(tx, poll)
    statuses.touch(tx, poll.status_id)
    _publish_counts(tx, statuses.get(tx, poll.status_id), now=now)


def _publish_counts(tx: Tx, status: Status, *, now: datetime) -> None:
    if status.local and not status.local_only:
        tx.enqueue(PublishPoll(status_id=status.id, minute=int(now.timestamp()) // 60))


def close(tx: Tx, *, poll_id: int, now: datetime) -> None:
    """A poll has ended: tell its author and the local people who voted, once each, and other servers the last counts."""
    found = polls.by_ids(tx, [poll_id])
    if not found or not ended(found[0], now=now):
        return
    poll = found[0]
    status = statuses.find(tx, poll.status_id)
    if status is None:
        return
    voters = polls.voters(tx, poll.id)
    for account_id in voters:
        notifications.notify(
            tx, account_id=account_id, kind=NotificationType.POLL, from_id=poll.account_id, status=status, now=now
        )
    if accounts.get(tx, poll.account_id).local:
        notifications.notify_self(tx, account_id=poll.account_id, kind=NotificationType.POLL, status=status, now=now)
    _publish_counts(tx, status, now=now)
