"""Posts that quote others, and who may quote a post (FEP-044f; federation, section 4.12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from fedisw.model.statuses import Visibility


class QuoteState(StrEnum):
    """How far a quote is agreed to. The last four are never stored: they depend on who looks."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REVOKED = "revoked"
    DELETED = "deleted"
    UNAUTHORIZED = "unauthorized"
    BLOCKED_ACCOUNT = "blocked_account"
    BLOCKED_DOMAIN = "blocked_domain"
    MUTED_ACCOUNT = "muted_account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A post (`status_id`, by `account_id`) quotes another one.

    `quoted_id` is None while the quoted post is not known here, and when it is gone. `approval_uri` is the id of the
    stamp by which the quoted author agreed, empty where there is none.
    """

    status_id: int
    account_id: int
    quoted_id: int | None = None
    quoted_account_id: int | None = None
    state: QuoteState = QuoteState.PENDING
    approval_uri: str = ""
    created_at: datetime


class Approval(StrEnum):
    """What would happen if somebody quoted a post."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"
    DENIED = "denied"
    UNKNOWN = "unknown"


PUBLIC: Final = "public"
FOLLOWERS: Final = "followers"
FOLLOWING: Final = "following"
UNSUPPORTED: Final = "unsupported_policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotePolicy:
    """Who may quote at once, and who after the author agreed: `public`, `followers`, `following`, `unsupported_policy`."""

    automatic: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()

    @staticmethod
    def of(text: str) -> QuotePolicy:
        """From its stored form; empty text is nobody."""
        automatic, _, manual = text.partition("|")
        return QuotePolicy(automatic=_words(automatic), manual=_words(manual))

    @property
    def text(self) -> str:
        """Its stored form."""
        return ",".join(self.automatic) + ("|" + ",".join(self.manual) if self.manual else "")

    def verdict(self, *, own: bool, follows: bool) -> Approval:
        """What it means for one person who may read the post.

        Args:
            own: the author.
            follows: an accepted follower of the author.
        """
        if own or PUBLIC in self.automatic or (follows and FOLLOWERS in self.automatic):
            return Approval.AUTOMATIC
        if PUBLIC in self.manual or (follows and FOLLOWERS in self.manual):
            return Approval.MANUAL
        unclear = {FOLLOWING, UNSUPPORTED} & {*self.automatic, *self.manual}
        return Approval.UNKNOWN if unclear else Approval.DENIED


NOBODY: Final = QuotePolicy()


class Policy(StrEnum):
    """What our own people choose from."""

    PUBLIC = "public"
    FOLLOWERS = "followers"
    NOBODY = "nobody"

    @property
    def text(self) -> str:
        """The stored form of the policy."""
        return "" if self is Policy.NOBODY else self.value


def policy_of(text: str, visibility: Visibility) -> QuotePolicy:
    """What counts: what is not for everybody is quoted by its author at most (VIS-5)."""
    return QuotePolicy.of(text) if visibility in (Visibility.PUBLIC, Visibility.UNLISTED) else NOBODY


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split(",") if word)
