"""Names on the wire: media types, namespaces, the types we know."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

AS: Final = "https://www.w3.org/ns/activitystreams"
SECURITY: Final = "https://w3id.org/security/v1"
DATA_INTEGRITY: Final = "https://w3id.org/security/data-integrity/v2"
PUBLIC: Final = f"{AS}#Public"
PUBLIC_SPELLINGS: Final = frozenset({PUBLIC, "as:Public", "Public"})

ACTIVITY_JSON: Final = "application/activity+json"
LD_ACTIVITY: Final = f'application/ld+json; profile="{AS}"'
JRD_JSON: Final = "application/jrd+json"
QUOTE_REL: Final = "https://misskey-hub.net/ns#_misskey_quote"
APPLICATION_REL: Final = f"{AS}#Application"
SERVICE_REL: Final = f"{AS}#Service"


class ActorType(StrEnum):
    """Who or what acts (federation, section 2.1); exactly these are actors everywhere."""

    PERSON = "Person"
    SERVICE = "Service"
    GROUP = "Group"
    APPLICATION = "Application"
    ORGANIZATION = "Organization"


class NoteType(StrEnum):
    """A note and its relatives (federation, sections 4.3 and 4.13)."""

    NOTE = "Note"
    ARTICLE = "Article"
    PAGE = "Page"
    QUESTION = "Question"
    EVENT = "Event"
    IMAGE = "Image"
    VIDEO = "Video"
    AUDIO = "Audio"
    DOCUMENT = "Document"
    CHAT_MESSAGE = "ChatMessage"  # Pleroma, Mbin, Lemmy up to 0.19
    REVIEW = "Review"  # BookWyrm, this and the next two
    COMMENT = "Comment"
    QUOTATION = "Quotation"
    OTHER = "Object"  # of a kind that we do not know, but with a name or a text


class CollectionType(StrEnum):
    """Lists and their pages; `items` and `orderedItems` are read under either."""

    COLLECTION = "Collection"
    ORDERED = "OrderedCollection"
    PAGE = "CollectionPage"
    ORDERED_PAGE = "OrderedCollectionPage"


TOMBSTONE: Final = "Tombstone"
ACTORS: Final = frozenset(ActorType)
NOTES: Final = frozenset(NoteType) - {NoteType.OTHER}
COLLECTIONS: Final = frozenset(CollectionType)
PAGES: Final = frozenset({CollectionType.PAGE, CollectionType.ORDERED_PAGE})
MEDIA: Final = frozenset({NoteType.IMAGE, NoteType.VIDEO, NoteType.AUDIO, NoteType.DOCUMENT})
TAGS: Final = frozenset({"Mention", "Hashtag", "Emoji", "Link"})
INTERACTION_REQUESTS: Final = frozenset({"ReplyRequest", "LikeRequest", "AnnounceRequest"})
ACTIVITIES: Final = INTERACTION_REQUESTS | {
    "Create",
    "Update",
    "Delete",
    "Follow",
    "Accept",
    "Reject",
    "Undo",
    "Like",
    "EmojiReact",
    "Dislike",
    "Announce",
    "Block",
    "Flag",
    "Move",
    "Add",
    "Remove",
    "Join",
    "Leave",
    "Invite",
    "QuoteRequest",
    "FeatureRequest",
    "Lock",
    "Warn",
    "Resolve",
    "Offer",
}
KNOWN: Final[frozenset[str]] = ACTORS | NOTES | COLLECTIONS | ACTIVITIES | {TOMBSTONE}
