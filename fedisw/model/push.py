"""Where browsers and phones want to be told (Web Push)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fedisw.model.notices import Bond
from fedisw.model.notifications import NotificationType


class PushPolicy(StrEnum):
    """Whose notifications are sent."""

    ALL = "all"
    FOLLOWED = "followed"
    FOLLOWER = "follower"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSubscription:
    """One an access token. `sealed` holds the browser's keys and the token (crypto/webpush.py reads them, KEY-1).

    `standard`: RFC 8291; otherwise the draft that older apps know. `alerts`: what was asked for, by type.
    """

    id: int
    token_id: int
    account_id: int
    endpoint: str
    sealed: bytes
    standard: bool = False
    alerts: Mapping[str, bool]
    policy: PushPolicy = PushPolicy.ALL
    created_at: datetime
    updated_at: datetime

    def wants(self, kind: NotificationType, bond: Bond) -> bool:
        """Whether a notification of this kind, from somebody with this bond, is sent."""
        if not self.alerts.get(kind.value, False):
            return False
        match self.policy:
            case PushPolicy.ALL:
                return True
            case PushPolicy.FOLLOWED:
                return bond.following
            case PushPolicy.FOLLOWER:
                return bond.follower_since is not None
            case PushPolicy.NONE:
                return False
