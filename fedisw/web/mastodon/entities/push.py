"""A Web Push subscription as clients see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from fedisw.model.push import PushSubscription
from fedisw.web.mastodon.entities.site import Site

ALWAYS: Final = ("follow", "favourite", "reblog", "mention", "poll", "status")  # IceCubes fails where one is missing


class WebPushSubscription(msgspec.Struct, frozen=True, kw_only=True):
    """mastodon-entities.md, section 4. The id is a number below 2^31."""

    id: int
    endpoint: str
    standard: bool
    alerts: Mapping[str, bool]
    server_key: str
    policy: str


def subscription_entity(subscription: PushSubscription, site: Site) -> WebPushSubscription:
    """For the client that made it; its keys and the token stay here."""
    return WebPushSubscription(
        id=subscription.id,
        endpoint=subscription.endpoint,
        standard=subscription.standard,
        alerts=dict.fromkeys(ALWAYS, False) | dict(subscription.alerts),
        server_key=site.vapid_key,
        policy=subscription.policy.value,
    )
