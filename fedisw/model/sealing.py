"""Names of rows that hold sealed values: each value is bound to its row (security KEY-1), so a changed name opens nothing."""

from __future__ import annotations

from typing import Final

MAIL_ROW: Final = "jobs/mail_token"


def totp_row(account_id: int) -> str:
    """The secret of an authenticator app."""
    return f"totps/{account_id}/secret"


def push_row(token_id: int) -> str:
    """The keys of a browser that wants to be told."""
    return f"push_subscriptions/{token_id}/sealed"


def retired_row(activity_uri: str) -> str:
    """A key that signs one more activity."""
    return f"retired_keys/{activity_uri}"
