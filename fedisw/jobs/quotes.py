"""Jobs about quotes between servers (federation, section 4.12)."""

from __future__ import annotations

from typing import ClassVar

from fedisw.jobs.kinds import Job, Queue
from fedisw.jobs.work import Publish, PublishPost


class AskToQuote(PublishPost, frozen=True, kw_only=True):
    """QuoteRequest for a new post of ours, to the author of what it quotes."""


class WithdrawQuote(PublishPost, frozen=True, kw_only=True):
    """Delete of a stamp: the author of a quoted post of ours took the consent back."""

    account_id: int
    stamp: str


class AnswerQuote(Publish, frozen=True, kw_only=True):
    """Accept, with our stamp, or Reject of a QuoteRequest. Without `stamp` it is no; `mark` tells requests apart."""

    account_id: int
    asker_id: int
    request_uri: str
    object_uri: str
    instrument_uri: str
    stamp: str = ""
    mark: str = ""


class FetchQuoted(Job, frozen=True, kw_only=True):
    """Fetch what a stored post quotes and see whether its author agreed, bounded. Twice: the same answer."""

    queue: ClassVar[Queue] = Queue.BULK

    status_id: int
    depth: int = 1
    is_legacy: bool = False

    @property
    def key(self) -> str | None:
        return f"FetchQuoted:{self.status_id}"


class ForwardRevocation(PublishPost, frozen=True, kw_only=True):
    """Delete of somebody else's stamp, on to everybody who got the post of ours that it was for."""

    activity_uri: str
    actor_uri: str
    stamp: str
