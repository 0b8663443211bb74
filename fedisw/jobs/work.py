"""The jobs of the field: what other servers sent, what goes out to them, and what our own people wait for.

Payloads carry ids, never text of people. "Twice" says what a second run does (P-4).
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from fedisw.jobs.backoff import Retry
from fedisw.jobs.kinds import Job, Queue

WEEK, MONTH = timedelta(days=7), timedelta(days=30)


class ProcessInbound(Job, frozen=True, kw_only=True):
    """Apply an activity that arrived. Twice: the row says that it is done."""

    queue: ClassVar[Queue] = Queue.INBOUND

    inbound_id: int
    actor_id: int
    from_host: str

    @property
    def key(self) -> str | None:
        return f"ProcessInbound:{self.inbound_id}"

    @property
    def order_key(self) -> str | None:
        return f"inbound:{self.actor_id}"

    @property
    def host(self) -> str | None:
        return self.from_host


class FanOut(Job, frozen=True, kw_only=True):
    """Put a post into home timelines and tell the streams. Twice: rows that exist are left alone."""

    status_id: int
    after: int = 0

    @property
    def key(self) -> str | None:
        return f"FanOut:{self.status_id}:{self.after}"


class FanOutTags(Job, frozen=True, kw_only=True):
    """Put a post into the home timelines of people who follow one of its tags. Twice: rows that exist are left alone."""

    status_id: int
    after: int = 0

    @property
    def key(self) -> str | None:
        return f"FanOutTags:{self.status_id}:{self.after}"


class ClosePoll(Job, frozen=True, kw_only=True):
    """Tell author and voters that a poll ended. Twice: one notification each, by the schema.

    `ends` is when that is, in seconds since 1970: its author may change it.
    """

    max_age: ClassVar[timedelta] = WEEK

    poll_id: int
    ends: int = 0

    @property
    def key(self) -> str | None:
        return f"ClosePoll:{self.poll_id}:{self.ends}"


class PublishScheduled(Job, frozen=True, kw_only=True):
    """Post what waited for its time, `at` (milliseconds since 1970). Twice: it does not wait any more."""

    max_age: ClassVar[timedelta] = WEEK

    scheduled_id: int
    at: int

    @property
    def key(self) -> str | None:
        return f"PublishScheduled:{self.scheduled_id}:{self.at}"


class PurgeAccount(Job, frozen=True, kw_only=True):
    """Remove what a deleted account left behind, in chunks. Twice: there is nothing left."""

    queue: ClassVar[Queue] = Queue.BULK
    max_age: ClassVar[timedelta] = MONTH

    account_id: int


class RemoveFiles(Job, frozen=True, kw_only=True):
    """Delete files of the media store that nothing refers to any more. Twice: they are gone."""

    queue: ClassVar[Queue] = Queue.BULK
    max_age: ClassVar[timedelta] = MONTH

    keys: tuple[str, ...]


class SendMail(Job, frozen=True, kw_only=True):
    """Send one mail; `template` names it, the text is made when it is sent. Twice: the person gets it twice."""

    queue: ClassVar[Queue] = Queue.BULK

    account_id: int
    template: str
    token: str = ""


class Publish(Job, frozen=True, kw_only=True):
    """Make an activity and its deliveries. Twice: the activity's uri is unique, deliveries too."""

    max_age: ClassVar[timedelta] = WEEK

    @property
    def key(self) -> str | None:
        return self.kind + ":" + self.encode().decode()


class PublishPost(Publish, frozen=True, kw_only=True):
    """An activity about one post of ours, in the order of what happened to it (P-9)."""

    status_id: int

    @property
    def order_key(self) -> str | None:
        return f"publish:{self.status_id}"


class PublishStatus(PublishPost, frozen=True, kw_only=True):
    """Create of a new post."""


class PublishEdit(PublishPost, frozen=True, kw_only=True):
    """Update of an edited post; `revision` tells edits apart."""

    revision: int


class PublishDelete(PublishPost, frozen=True, kw_only=True):
    """Delete of a post that is gone here; `account_ids` are those it mentioned."""

    max_age: ClassVar[timedelta] = MONTH

    account_id: int
    object_uri: str
    public: bool
    account_ids: tuple[int, ...] = ()


class PublishBoost(PublishPost, frozen=True, kw_only=True):
    """Announce of a boost (a status with `reblog_of_id`)."""


class PublishUndoBoost(Publish, frozen=True, kw_only=True):
    """Undo of a boost that is gone here."""

    account_id: int
    boost_id: int
    boost_uri: str
    object_uri: str
    author_id: int
    visibility: str

    @property
    def order_key(self) -> str | None:
        return f"publish:{self.boost_id}"


class PublishLike(Publish, frozen=True, kw_only=True):
    """Like of a post of another server."""

    favourite_id: int


class PublishUndoLike(Publish, frozen=True, kw_only=True):
    """Undo of a like that is gone here."""

    account_id: int
    like_uri: str
    object_uri: str
    author_id: int


class PublishFollow(Publish, frozen=True, kw_only=True):
    """Follow of an account of another server."""

    follow_id: int


class PublishUndoFollow(Publish, frozen=True, kw_only=True):
    """Undo of a follow, or of a request, that is gone here."""

    follower_id: int
    target_id: int
    follow_uri: str


class AnswerFollow(Publish, frozen=True, kw_only=True):
    """Accept of a follow by somebody elsewhere; `answer` tells repeated answers apart."""

    follow_id: int
    answer: int = 0


class RejectFollow(Publish, frozen=True, kw_only=True):
    """Reject of a follow, or removal of a follower elsewhere."""

    follow_uri: str
    follower_id: int
    target_id: int


class PublishBlock(Publish, frozen=True, kw_only=True):
    """Block of an account of another server."""

    block_id: int


class PublishUndoBlock(Publish, frozen=True, kw_only=True):
    """Undo of a block that is gone here."""

    account_id: int
    target_id: int
    block_uri: str


class PublishProfile(Publish, frozen=True, kw_only=True):
    """Update of a local actor, as it is when this runs; several changes in a minute are told together."""

    account_id: int
    revision: int

    @property
    def key(self) -> str | None:
        return f"PublishProfile:{self.account_id}"


class PublishMove(Publish, frozen=True, kw_only=True):
    """Move of a local actor, after the Update that says where it went."""

    account_id: int
    move_id: int
    target_uri: str
    revision: int


class PublishAccountDelete(Publish, frozen=True, kw_only=True):
    """Delete of a local actor, to every server that ever got something."""

    max_age: ClassVar[timedelta] = MONTH

    account_id: int


class PublishVote(Publish, frozen=True, kw_only=True):
    """Votes of a local person in a poll of another server."""

    poll_id: int
    account_id: int


class PublishPoll(Publish, frozen=True, kw_only=True):
    """New counts of a local poll, at most one a minute (`minute` since 1970).

    Not in the order of its post: it waits for the end of the minute, and an edit or a deletion must not wait for it.
    When it comes it tells the post as it is then, or nothing when it is gone.
    """

    status_id: int
    minute: int


class PublishPin(Publish, frozen=True, kw_only=True):
    """Add to, or Remove from, the featured collection: behind the post itself, whose number ends its id."""

    account_id: int
    object_uri: str
    added: bool
    change_id: int

    @property
    def order_key(self) -> str | None:
        return f"publish:{self.object_uri.rpartition('/')[2]}"


class PublishFlag(Publish, frozen=True, kw_only=True):
    """A report forwarded to the server of the account it is about, by the instance actor (MOD-7)."""

    report_id: int


class Deliver(Job, frozen=True, kw_only=True):
    """Send one activity to one inbox. Twice: the delivery row says that it ended; the peer knows the id."""

    queue: ClassVar[Queue] = Queue.DELIVERY
    retry: ClassVar[Retry] = Retry.PATIENT
    max_age: ClassVar[timedelta] = WEEK

    delivery_id: int
    to_host: str
    about: str

    @property
    def key(self) -> str | None:
        return f"Deliver:{self.delivery_id}"

    @property
    def order_key(self) -> str | None:
        return f"deliver:{self.about}:{self.to_host}"

    @property
    def host(self) -> str | None:
        return self.to_host


class DeliverErasure(Deliver, frozen=True, kw_only=True):
    """The same for deletes and erasures, which are tried for 30 days."""

    max_age: ClassVar[timedelta] = MONTH


class FetchParent(Job, frozen=True, kw_only=True):
    """Fetch what a stored post answers, up the thread, bounded. Twice: it is stored already."""

    queue: ClassVar[Queue] = Queue.BULK

    status_id: int

    @property
    def key(self) -> str | None:
        return f"FetchParent:{self.status_id}"


class RefreshAccount(Job, frozen=True, kw_only=True):
    """Fetch a remote actor anew. Twice: the newer document stays."""

    queue: ClassVar[Queue] = Queue.BULK

    account_id: int
    at_host: str

    @property
    def key(self) -> str | None:
        return f"RefreshAccount:{self.account_id}"

    @property
    def host(self) -> str | None:
        return self.at_host


class CheckLinks(Job, frozen=True, kw_only=True):
    """Look whether the pages that a profile names name it back. Twice: what is checked is not asked again."""

    queue: ClassVar[Queue] = Queue.BULK

    account_id: int

    @property
    def key(self) -> str | None:
        return f"CheckLinks:{self.account_id}"


class RefreshPoll(Job, frozen=True, kw_only=True):
    """Fetch the counts of a remote poll anew. Twice: the same counts."""

    queue: ClassVar[Queue] = Queue.BULK

    status_id: int
    at_host: str

    @property
    def key(self) -> str | None:
        return f"RefreshPoll:{self.status_id}"

    @property
    def host(self) -> str | None:
        return self.at_host
