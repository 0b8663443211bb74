"""The moment when an activity takes effect: once, together with what it changes (ING-10; reliability, section 3.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from fedisw.federation.context import Peer
from fedisw.model.errors import FediswError
from fedisw.storage.db import Tx
from fedisw.storage.queries import applied
from fedisw.vocab.activities import Envelope

P = ParamSpec("P")
T = TypeVar("T")


class NotWanted(FediswError):
    """An activity that has no effect here, and why; kept for diagnosis, never told to its sender."""


async def apply(
    peer: Peer, activity: Envelope, unit: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
) -> T | None:
    """Run a unit as the effect of an activity whose authority is proved; both are one transaction.

    Returns:
        What the unit gave; None when the activity took effect before, or its actor took it back before it came.
    """
    return await peer.db.write(_once, activity.id, activity.actor, peer.now(), unit, args, kwargs)


def _once(
    tx: Tx,
    activity_id: str | None,
    actor_uri: str,
    now: datetime,
    unit: Callable[..., T],
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> T | None:
    if activity_id is not None and not _begins(tx, activity_id, actor_uri, now):
        return None
    return unit(tx, *args, **kwargs)


def _begins(tx: Tx, activity_id: str, actor_uri: str, now: datetime) -> bool:
    return not applied.is_withdrawn(tx, owner_uri=actor_uri, uri=activity_id) and applied.add(tx, activity_id, now=now)
