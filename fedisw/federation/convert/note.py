"""A note's document to a post: who may see it, its cleaned text, what hangs on it (federation, sections 4.2, 4.3, 4.8, 4.13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fedisw.federation.convert.actor import emojis_of
from fedisw.federation.convert.counts import counts_of
from fedisw.federation.convert.files import media_of
from fedisw.federation.convert.policy import interactions_of
from fedisw.federation.convert.quote import policy_of, quote_of
from fedisw.federation.convert.words import content_of, texts_of, warning_of
from fedisw.model.accounts import Account
from fedisw.model.statuses import ObjectType, RemotePoll, RemoteStatus, Visibility
from fedisw.text import hashtags
from fedisw.vocab.names import PUBLIC, NoteType
from fedisw.vocab.objects import Note
from fedisw.vocab.tags import Mention


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Whom a note names: ids that are both tagged and addressed, and ids that are only addressed."""

    mentioned: tuple[str, ...]
    addressed: tuple[str, ...]


def named_in(note: Note) -> Named:
    """A mention counts only where the note is addressed as well (section 4.2); who is only addressed receives it silently.

    A chat message has no tags: it is for whom it is addressed to.
    """
    recipients = dict.fromkeys((*note.to, *note.cc))
    tagged = dict.fromkeys(tag.href for tag in note.tags.mentions if tag.href is not None)
    if note.type is NoteType.CHAT_MESSAGE:
        tagged = recipients
    mentioned = tuple(uri for uri in tagged if uri in recipients)
    return Named(mentioned=mentioned, addressed=tuple(uri for uri in recipients if uri not in tagged and uri != PUBLIC))


def visibility_of(note: Note, author: Account) -> Visibility:
    """Who a note is for; `audience` grants nothing, and what is not understood is direct."""
    if note.direct_message or note.type is NoteType.CHAT_MESSAGE:
        return Visibility.DIRECT
    if PUBLIC in note.to:
        return Visibility.PUBLIC
    if PUBLIC in note.cc:
        return Visibility.UNLISTED
    if author.followers_uri and author.followers_uri in (*note.to, *note.cc):
        return Visibility.PRIVATE
    return Visibility.DIRECT


def status_of(
    note: Note,
    *,
    author: Account,
    known: Mapping[str, Account],
    own_origin: str,
    now: datetime,
    own_hosts: frozenset[str] = frozenset(),
    depth: int = 0,
) -> RemoteStatus:
    """The post that a note is.

    Args:
        author: whom the note is attributed to, checked by the caller.
        known: accounts by id, of those whom it names.
        own_hosts: ours, as they stand in handles.
        own_origin: ours; threads of ours are found by the post answered, not by their name.
        now: nothing is newer than this (ING-13).
        depth: how many posts above it quote it, one the next.
    """
    named = named_in(note)
    mentioned = _ids((*named.mentioned, *_by_handle(note.tags.mentions, named.addressed, known, own_hosts)), known)
    published = min(note.published or now, now)
    thread, warning = note.context or note.conversation or "", warning_of(note)
    return RemoteStatus(
        uri=note.id,
        url=note.url or note.id,
        object_type=_object_type(note.type),
        visibility=visibility_of(note, author),
        content=content_of(note),
        texts=texts_of(note),
        spoiler_text=warning,
        sensitive=note.sensitive or bool(warning),
        language=note.language or "",
        emojis=emojis_of(note.tags.emojis),
        mentioned=mentioned,
        silent=tuple(item for item in _ids(named.addressed, known) if item not in mentioned),
        tags=tuple(dict.fromkeys(tag.name for tag in note.tags.hashtags if hashtags.normalise(tag.name))),
        media=media_of(note),
        poll=_poll(note, now=now),
        in_reply_to_uri=note.in_reply_to or "",
        quote=quote_of(note, depth=depth),
        quote_policy=policy_of(note, author),
        interaction_policy=interactions_of(note, author),
        approved_by=note.approved_by or "",
        conversation_uri="" if thread.startswith(f"{own_origin}/") else thread,
        published=published,
        elsewhere=counts_of(note),
        updated=min(note.updated, now) if note.updated is not None else None,
    )


def _ids(uris: Iterable[str], known: Mapping[str, Account]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(known[uri].id for uri in uris if uri in known))


def _by_handle(
    tags: Iterable[Mention], addressed: Iterable[str], known: Mapping[str, Account], own_hosts: frozenset[str]
) -> list[str]:
    """Those addressed whom a tag names by nothing but their handle (GoToSocial); nobody is looked up by a text."""
    handles = {tag.name.removeprefix("@").lower() for tag in tags if tag.href is None}
    if not handles:
        return []
    return [uri for uri in addressed if uri in known and not handles.isdisjoint(_handles(known[uri], own_hosts))]


def _handles(account: Account, own_hosts: frozenset[str]) -> set[str]:
    hosts = own_hosts if account.host is None else {account.host}
    return {f"{account.username}@{host}".lower() for host in hosts}


def _object_type(kind: NoteType) -> ObjectType:
    try:
        return ObjectType(kind.value)
    except ValueError:  # chat messages, BookWyrm's kinds: shown like notes
        return ObjectType.NOTE


def _poll(note: Note, *, now: datetime) -> RemotePoll | None:
    if note.poll is None:
        return None
    over = note.poll.is_closed or (note.poll.end is not None and note.poll.end <= now)
    return RemotePoll(
        options=tuple(option.name for option in note.poll.options),
        votes=tuple(option.votes for option in note.poll.options),
        multiple=note.poll.multiple,
        expires_at=note.poll.end,
        closed_at=min(note.poll.end or now, now) if over else None,
        voters_count=note.poll.voters,
    )
