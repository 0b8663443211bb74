"""A line for each type of notification that a client may not know (mastodon-api.md, section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fedisw.i18n import Translator, later
from fedisw.model.notifications import NotificationType
from fedisw.web.mastodon.entities.notification import NotificationFallback

LINES: Final[Mapping[NotificationType, str]] = {
    NotificationType.QUOTE: later("Somebody quoted your post"),
    NotificationType.QUOTED_UPDATE: later("A post that you quoted was edited"),
    NotificationType.SEVERED_RELATIONSHIPS: later("You lost followers, or people whom you followed"),
    NotificationType.MODERATION_WARNING: later("The moderators have a message for you"),
    NotificationType.ANNUAL_REPORT: later("Your year is ready to be looked at"),
    NotificationType.ADDED_TO_COLLECTION: later("You were added to a collection"),
    NotificationType.COLLECTION_UPDATE: later("A collection that you are in has changed"),
}


def fallback_of(kind: NotificationType, words: Translator) -> NotificationFallback:
    """What a client shows instead; only types of LINES may be unknown to one."""
    return NotificationFallback(title=words.gettext(LINES[kind]))
