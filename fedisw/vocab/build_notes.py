"""Building posts: Note, Article, Question, and votes (federation, sections 4.3 and 4.8)."""

from __future__ import annotations

from fedisw.vocab.build import iso, without_empty
from fedisw.vocab.collections import Collection, Page
from fedisw.vocab.media import Media
from fedisw.vocab.names import LD_ACTIVITY, QUOTE_REL
from fedisw.vocab.objects import Note, Quote, Source
from fedisw.vocab.policies import InteractionPolicy, Rule
from fedisw.vocab.polls import Poll
from fedisw.vocab.read import Document, Json
from fedisw.vocab.tags import Emoji, Hashtag, Mention, Tags


def build_note(note: Note) -> Document:
    """One post as a document, without `@context`; `parse_note` reads the same value from it again.

    `updated` only after an edit: others take it as one. The link that older software reads as a quote
    is added to the tags. `language`, `links`, `channel` and the like are readers' members and not sent.
    """
    members: Document = {
        "id": note.id,
        "type": note.type.value,
        "attributedTo": note.attributed_to,
        "to": [*note.to],
        "cc": [*note.cc],
        "audience": next(iter(note.audience), None),
        "url": note.url,
        "published": iso(note.published) if note.published else None,
        "updated": iso(note.updated) if note.updated else None,
        "name": note.name,
        "summary": note.summary,
        "content": note.content,
        "contentMap": {**note.content_map} or None,
        "source": source_document(note.source),
        "context": note.context,
        "conversation": note.conversation,
        "tag": _tags(note.tags, note.quote),
        "attachment": [attachment(media) for media in note.attachments],
        **_quote(note.quote),
        "interactionPolicy": policy_document(note.policy),
        "approvedBy": note.approved_by,
        "replies": _collection(note.replies),
        "likes": _collection(note.likes),
        "shares": _collection(note.shares),
        "commentsEnabled": note.comments_enabled,
        **_poll(note.poll),
    }
    return {**without_empty(members), "inReplyTo": note.in_reply_to, "sensitive": note.sensitive}


def build_vote(*, id: str, attributed_to: str, question: str, option: str, to: str) -> Document:
    """A vote: a Note with a name and no content, to the poll's author only."""
    return {
        "id": id,
        "type": "Note",
        "name": option,
        "attributedTo": attributed_to,
        "inReplyTo": question,
        "to": [to],
    }


def attachment(media: Media) -> Document:
    """A picture, sound or film. The description goes into both members that are read for it."""
    members: Document = {
        "type": media.kind.value,
        "mediaType": media.media_type,
        "url": media.url,
        "name": media.description,
        "summary": media.description,
        "width": media.width,
        "height": media.height,
        "duration": _duration(media.duration),
        "blurhash": media.blurhash,
        "focalPoint": [*media.focal_point] if media.focal_point else None,
        "icon": {"type": "Image", "url": media.thumbnail} if media.thumbnail else None,
    }
    return without_empty(members)


def _duration(seconds: float | None) -> str | None:
    return f"PT{seconds:.3f}".rstrip("0").rstrip(".") + "S" if seconds else None


def mention(tag: Mention) -> Document:
    """`href` is the actor's id, not the profile page."""
    return {"type": "Mention", **without_empty({"href": tag.href, "name": tag.name})}


def hashtag(tag: Hashtag) -> Document:
    """With the leading `#`."""
    return {"type": "Hashtag", **without_empty({"href": tag.href, "name": f"#{tag.name}"})}


def emoji(tag: Emoji) -> Document:
    """With the colons."""
    icon: Document = {"type": "Image", **without_empty({"mediaType": tag.media_type, "url": tag.url})}
    updated = iso(tag.updated) if tag.updated else None
    head = without_empty({"id": tag.id, "name": f":{tag.shortcode}:", "updated": updated})
    return {"type": "Emoji", **head, "icon": icon}


def policy_document(policy: InteractionPolicy | None) -> Document | None:
    """Rules that are there; an empty one is sent as an empty list: nobody."""
    if policy is None:
        return None
    rules = {
        "canReply": policy.can_reply,
        "canLike": policy.can_like,
        "canAnnounce": policy.can_announce,
        "canQuote": policy.can_quote,
        "canFeature": policy.can_feature,
    }
    return {name: _rule(rule) for name, rule in rules.items() if rule is not None}


def _rule(rule: Rule) -> Document:
    manual = without_empty({"manualApproval": [*rule.manual]})
    return {"automaticApproval": [*rule.automatic], **manual} if rule.automatic or not manual else manual


def _tags(tags: Tags, quote: Quote | None) -> list[Json]:
    found: list[Json] = [mention(tag) for tag in tags.mentions]
    found.extend(hashtag(tag) for tag in tags.hashtags)
    found.extend(emoji(tag) for tag in tags.emojis)
    if quote is not None and quote.uri is not None:
        link: Document = {"mediaType": LD_ACTIVITY, "rel": QUOTE_REL, "href": quote.uri, "name": f"RE: {quote.uri}"}
        found.append({"type": "Link", **link})
    return found


def _quote(quote: Quote | None) -> Document:
    if quote is None or quote.uri is None:
        return {}
    return {
        "quote": quote.uri,
        "quoteUri": quote.uri,
        "_misskey_quote": quote.uri,
        "quoteAuthorization": quote.authorization,
    }


def source_document(source: Source | None) -> Document | None:
    """What the author typed, for other servers of this software."""
    return without_empty({"content": source.content, "mediaType": source.media_type}) if source else None


def _collection(value: Collection | None) -> Document | None:
    if value is None:
        return None
    first: Json = value.first if not isinstance(value.first, Page) else _first(value.first)
    return {"type": "Collection", **without_empty({"id": value.id, "totalItems": value.total_items, "first": first})}


def _first(page: Page) -> Document:
    items: list[Json] = [*page.items]
    return {"type": "CollectionPage", **without_empty({"partOf": page.part_of, "next": page.next}), "items": items}


def _poll(poll: Poll | None) -> Document:
    if poll is None:
        return {}
    options: list[Json] = [
        {"type": "Note", "name": option.name, "replies": {"type": "Collection", "totalItems": option.votes}}
        for option in poll.options
    ]
    end = iso(poll.end) if poll.end else None
    return {
        "anyOf" if poll.multiple else "oneOf": options,
        "endTime": end,
        "closed": end if poll.is_closed else None,
        "votersCount": poll.voters,
    }
