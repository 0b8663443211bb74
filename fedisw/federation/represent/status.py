"""Posts of ours as Note and Question (federation, sections 4.2, 4.3 and 4.8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from fedisw.federation.represent import policy
from fedisw.federation.represent.here import Here
from fedisw.federation.represent.tags import emoji, hashtag, mention
from fedisw.model.accounts import Account
from fedisw.model.media import Media, MediaKind
from fedisw.model.policies import HELD
from fedisw.model.quotes import FOLLOWERS, QuoteState, policy_of
from fedisw.model.quotes import PUBLIC as PUBLIC_WORD
from fedisw.model.statuses import Poll, Visibility
from fedisw.model.urls import same_origin
from fedisw.model.views import StatusView
from fedisw.services import hydrate
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, statuses
from fedisw.vocab import build, media, polls
from fedisw.vocab.build_notes import build_note
from fedisw.vocab.collections import Collection, Page
from fedisw.vocab.names import PUBLIC, NoteType
from fedisw.vocab.objects import Note, Quote, Source
from fedisw.vocab.read import Document
from fedisw.vocab.tags import Tags

DISPENSABLE: Final = ("contentMap", "source")  # left out in this order
KINDS = {
    MediaKind.IMAGE: NoteType.IMAGE,
    MediaKind.GIFV: NoteType.VIDEO,
    MediaKind.VIDEO: NoteType.VIDEO,
    MediaKind.AUDIO: NoteType.AUDIO,
    MediaKind.UNKNOWN: NoteType.DOCUMENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A post with everything that its document says.

    `named` are all whom it is addressed to by name, also those whom the text does not name. `context` is the
    address of its thread, empty when it has none that others can use.
    """

    view: StatusView
    named: tuple[Account, ...]
    context: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressing:
    """The same on an activity and on its object (section 4.1)."""

    to: tuple[str, ...]
    cc: tuple[str, ...] = ()


def load(tx: Tx, ids: Sequence[int]) -> list[Posted]:
    """These posts, in the order given; those that are gone are left out. Twelve statements at most."""
    views = hydrate.views(tx, ids)
    named: dict[int, list[int]] = {}
    for item in statuses.mentions_of(tx, [view.status.id for view in views]):
        named.setdefault(item.status_id, []).append(item.account_id)
    people = {account.id: account for account in accounts.by_ids(tx, {item for items in named.values() for item in items})}
    threads = statuses.conversation_uris(tx, {view.status.conversation_id for view in views})
    return [
        Posted(
            view=view,
            named=tuple(people[item] for item in named.get(view.status.id, ()) if item in people),
            context=_context(threads.get(view.status.conversation_id, "")),
        )
        for view in views
    ]


def find(tx: Tx, status_id: int) -> Posted | None:
    """One post."""
    found = load(tx, [status_id])
    return found[0] if found else None


def addressing(visibility: Visibility, author: Account, named: Sequence[Account]) -> Addressing:
    """Who is meant, as the table of section 4.2 has it."""
    people = tuple(account.uri for account in named if account.id != author.id)
    followers = f"{author.uri}/followers"
    match visibility:
        case Visibility.PUBLIC:
            return Addressing(to=(PUBLIC,), cc=(followers, *people))
        case Visibility.UNLISTED:
            return Addressing(to=(followers,), cc=(PUBLIC, *people))
        case Visibility.PRIVATE:
            return Addressing(to=(followers,), cc=people)
        case Visibility.DIRECT:
            return Addressing(to=people)


def note(posted: Posted, here: Here, *, now: datetime) -> Document:
    """The post as its document, without context."""
    view, status = posted.view, posted.view.status
    address = addressing(status.visibility, view.account, posted.named)
    return build_note(
        Note(
            id=status.uri,
            type=NoteType.NOTE if view.poll is None else NoteType.QUESTION,
            attributed_to=view.account.uri,
            to=address.to,
            cc=address.cc,
            url=status.url,
            published=status.created_at,
            updated=status.edited_at,
            in_reply_to=status.in_reply_to_uri or None,
            summary=status.spoiler_text,
            sensitive=status.sensitive,
            content=status.content,
            content_map={status.language: status.content} if status.language and status.content else {},
            source=Source(content=status.text, media_type="text/markdown") if status.text else None,
            context=posted.context or None,
            conversation=posted.context or None,
            tags=Tags(
                mentions=tuple(mention(account, here) for account in view.mentions),
                hashtags=tuple(hashtag(tag, here) for tag in view.tags),
                emojis=tuple(emoji(item) for item in status.emojis),
            ),
            attachments=tuple(attachment(item, here) for item in view.media),
            quote=_quote(view),
            approved_by=None if status.approval in HELD else status.approval or None,
            policy=policy.of(view, posted.named, quoters=_quoters(view)),
            poll=None if view.poll is None else _poll(view.poll, now=now),
            replies=_replies(status.uri),
            likes=Collection(id=f"{status.uri}/likes", total_items=status.favourites_count),
            shares=Collection(id=f"{status.uri}/shares", total_items=status.reblogs_count),
        )
    )


def _quote(view: StatusView) -> Quote | None:
    """What the post quotes, with the stamp by which its author agreed."""
    if not view.status.quoted_uri:
        return None
    agreed = view.quote is not None and view.quote.state is QuoteState.ACCEPTED
    return Quote(uri=view.status.quoted_uri, authorization=view.quote.approval_uri or None if agreed and view.quote else None)


def _quoters(view: StatusView) -> tuple[str, ...]:
    """Who may quote it at once; the author alone is nobody."""
    told = policy_of(view.status.quote_policy, view.status.visibility)
    if PUBLIC_WORD in told.automatic:
        return (PUBLIC,)
    return (f"{view.account.uri}/followers",) if FOLLOWERS in told.automatic else (view.account.uri,)


def leaner(document: Document) -> Document:
    """The same without the next thing that may be left out where a body is too long for some servers (appendix B)."""
    dropped = next((name for name in DISPENSABLE if name in document), None)
    return {name: value for name, value in document.items() if name != dropped}


def create(posted: Posted, here: Here, *, now: datetime) -> Document:
    """The post as it was published."""
    return build.create(actor=posted.view.account.uri, object=note(posted, here, now=now))


def attachment(item: Media, here: Here) -> media.Media:
    """A file of a post. Films and sounds carry their still picture."""
    picture = item.kind is MediaKind.IMAGE
    found = media.Media(
        kind=KINDS[item.kind],
        url=here.file(item.key) if item.key else item.remote_url,
        media_type=item.media_type,
        description=item.description,
        width=item.width,
        height=item.height,
        blurhash=item.blurhash or None,
        thumbnail=here.file(item.preview_key) if item.preview_key and not picture else None,
    )
    return replace(found, focal_point=(item.focus_x, item.focus_y)) if item.focus_x or item.focus_y else found


def _replies(uri: str) -> Collection:
    """Answers are listed page by page; how many there are is not said (VIS-10)."""
    replies = f"{uri}/replies"
    return Collection(id=replies, first=Page(id=None, part_of=replies, next=f"{replies}?page=1"))


def _poll(poll: Poll, *, now: datetime) -> polls.Poll:
    closed = poll.closed_at is not None or (poll.expires_at is not None and poll.expires_at <= now)
    hidden = poll.hide_totals and not closed
    return polls.Poll(
        options=tuple(
            polls.PollOption(name=name, votes=0 if hidden else votes)
            for name, votes in zip(poll.options, poll.votes, strict=True)
        ),
        multiple=poll.multiple,
        end=poll.closed_at or poll.expires_at,
        is_closed=closed,
        voters=poll.voters_count,
    )


def _context(uri: str) -> str:
    """The thread's address if it is one; what we made up for a post without a thread is not (services/posting.py)."""
    return uri if uri and not uri.endswith("#context") and same_origin(uri, uri) else ""
