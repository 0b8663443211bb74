"""What an answer to a delivery means (federation, section 5.3; reliability, section 3.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from fedisw.net.answer import Answer, retry_after

REFUSALS: Final = 3  # answers 401 and 403 until a delivery is given up
PASSING: Final = frozenset({408, 425, 429})
PAUSING: Final = frozenset({429, 503})  # `Retry-After` with these holds for the whole host
REFUSING: Final = frozenset({401, 403})
ABOUT_SIGNATURE: Final = b"signature"  # a 403 that says this word is about the signature, not about us
LOOKED_AT: Final = 4_096  # bytes of the body


class Outcome(StrEnum):
    """How an attempt ended."""

    DELIVERED = "delivered"
    FINAL = "final"  # another try cannot help
    LATER = "later"
    MOVED = "moved"  # nothing is taken at this address: look where the actor has its inbox now
    MISSING = "missing"  # the same, and there may be nobody any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What to do with a delivery.

    Attributes:
        wait: what the peer asks for, None if it says nothing.
        refused: counts towards the three refusals.
        pauses_host: `wait` holds for everything that goes there.
    """

    outcome: Outcome
    reason: str = ""
    status: int | None = None
    wait: timedelta | None = None
    refused: bool = False
    pauses_host: bool = False


def judge(answer: Answer, *, refusals: int, now: datetime) -> Judgement:
    """The row of the table for an answer.

    Args:
        refusals: answers 401 and 403 that this delivery got before.
    """
    status = answer.status
    if answer.ok:
        return Judgement(outcome=Outcome.DELIVERED, status=status)
    if 300 <= status < 400:
        return Judgement(outcome=Outcome.MOVED, reason="redirected", status=status)
    if status in REFUSING:
        last = refusals + 1 >= REFUSALS
        outcome = Outcome.FINAL if last else Outcome.LATER
        return Judgement(outcome=outcome, reason="refused", status=status, refused=True)
    if status in (404, 410):
        return Judgement(outcome=Outcome.MISSING, reason="nobody there", status=status)
    if status in PASSING or (status >= 500 and status != 501):
        wait = retry_after(answer.headers, now=now)
        reason = f"answered {status}"
        return Judgement(
            outcome=Outcome.LATER, reason=reason, status=status, wait=wait, pauses_host=bool(wait) and status in PAUSING
        )
    return Judgement(outcome=Outcome.FINAL, reason=f"answered {status}", status=status)


def doubts_signature(answer: Answer) -> bool:
    """Whether the other form of signature may help, in the same attempt (federation, section 3.5)."""
    if answer.status == 403:
        return ABOUT_SIGNATURE in answer.body[:LOOKED_AT].lower()
    return answer.status in (400, 401)


def clearer(first: Answer, second: Answer) -> Answer:
    """Of two answers about the signature the one that leaves more hope: 401, then 403, then 400."""
    return min(first, second, key=lambda answer: (answer.status == 400, answer.status))
