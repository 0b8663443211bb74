"""What we keep about other servers and what passes between us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

SCHEME_KEPT: Final = timedelta(days=30)  # how long a form of signature is remembered
SCHEME_NOTED: Final = timedelta(days=1)  # how exactly


class InboundState(StrEnum):
    """How far an arrived activity is (reliability, section 3.4)."""

    WAITING = "waiting"
    DONE = "done"
    IGNORED = "ignored"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """An activity as it arrived; unique on (activity id, verified signer) until authority is proved (ING-10)."""

    id: int
    activity_id: str
    signer_id: int
    raw: bytes
    state: InboundState = InboundState.WAITING
    reason: str = ""
    received_at: datetime


class DeliveryState(StrEnum):
    """Where a delivery ended; each ends in exactly one of the last four (P-3)."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    REFUSED = "refused"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundActivity:
    """An activity of ours: the body as sent and its digest, once for all its deliveries.

    `object_uri` is what it is about (for order), `status_id` the post whose audience is asked again when sent
    (VIS-7), `target_id` the account it is about (follows, blocks), None for both: to the recorded inboxes as is.
    `signed_until` is when the linked-data signature inside ends, None without one (federation, section 3.8).
    `settled_at` is when it was old, and what is not needed any more of it and its deliveries was removed.
    """

    id: int
    uri: str
    account_id: int
    type: str
    object_uri: str
    status_id: int | None = None
    target_id: int | None = None
    body: bytes
    body_sha256: bytes
    public: bool = False
    created_at: datetime
    signed_until: datetime | None = None
    settled_at: datetime | None = None

    @property
    def announces_keys(self) -> bool:
        """Whether it tells that the actor has new keys (services/rotating.py names it so)."""
        return self.type == "Update" and f"/{self.account_id}-keys-" in self.uri


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One activity to one inbox; `refusals` are answers 401 and 403 so far."""

    id: int
    activity_id: int
    inbox: str
    host: str
    shared: bool = False
    state: DeliveryState = DeliveryState.WAITING
    attempts: int = 0
    refusals: int = 0
    answer: int | None = None
    reason: str = ""
    created_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerHost:
    """State of another server: which signature form it took last and when, and its circuit breaker.

    `delivered_at` and `failed_at` are when it last took something and when it last could not be reached, to ten minutes.
    `unanswered_since` is the first failure after which it neither took anything nor was heard of.
    """

    host: str
    first_seen_at: datetime
    heard_at: datetime | None = None
    scheme: str = ""
    scheme_at: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    open_until: datetime | None = None
    opened: int = 0
    dead_since: datetime | None = None
    delivered_at: datetime | None = None
    failed_at: datetime | None = None
    unanswered_since: datetime | None = None

    def scheme_now(self, now: datetime) -> str:
        """The form of signature, empty when none was taken in the last 30 days (federation, section 3.5)."""
        return self.scheme if self.scheme_at is not None and now - self.scheme_at < SCHEME_KEPT else ""

    def should_note(self, scheme: str, now: datetime) -> bool:
        """Whether it is to be written down that this form was taken: another one than before, or not noted today."""
        return self.scheme != scheme or self.scheme_at is None or now - self.scheme_at >= SCHEME_NOTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """A walk through lists of other servers: `name` says what for, `found` how many new posts it brought."""

    name: str
    asked_at: datetime
    ended_at: datetime | None = None
    found: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """An id that was deleted; what arrives for it later is a no-op for a year (ING-7).

    `public`: everybody could read it, so everybody may know that it is gone (federation, section 1.5).
    """

    uri: str
    account_id: int | None
    former_type: str
    public: bool = False
    published_at: datetime | None = None
    deleted_at: datetime
