"""New posts: of our own people and of other servers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from fedisw.jobs.work import ClosePoll, FanOut, FetchParent, PublishStatus
from fedisw.model.accounts import Account
from fedisw.model.errors import Conflict, Forbidden, Gone, Invalid, NotFound
from fedisw.model.media import Media, MediaKind, MediaState
from fedisw.model.policies import Interaction
from fedisw.model.quotes import Policy
from fedisw.model.statuses import Draft, Mention, PollDraft, RemoteMedia, RemotePoll, RemoteStatus, Status, Tag, Visibility
from fedisw.model.statuses import Poll as PollValue
from fedisw.model.visibility import ANONYMOUS, Audience, Verdict, may_read
from fedisw.services import dialogues, finding, notifications, policies, previews, quoting
from fedisw.services import media as files
from fedisw.storage.db import Tx
from fedisw.storage.queries import (
    accounts,
    audience,
    idempotency,
    media,
    polls,
    scheduled,
    statuses,
    tag_marks,
    texts,
    tombstones,
)
from fedisw.text import hashtags

NewId = Callable[[], int]


def create_status(
    tx: Tx,
    *,
    author: Account,
    draft: Draft,
    status_id: int,
    uri: str,
    url: str,
    now: datetime,
    new_id: NewId,
    idempotency_key: tuple[str, bytes] | None = None,
) -> Status:
    """Post something: the post, its files, poll, notifications and all follow-up work in one transaction (P-2).

    Args:
        draft: what to post; the text is clean and mentions are resolved.
        uri: id on the wire, `{origin}/ap/objects/{status_id}`.
        idempotency_key: the client's key and the hash of its request; the same request again gives the first
            post, also when both arrive at once.

    Raises:
        NotFound: the post to answer does not exist, or not for the author (VIS-2).
        Forbidden: the author of the post to answer does not want that.
        Invalid: the key was used for another request, a file is not the author's own free one, nothing to post.
    """
    if idempotency_key is not None:
        earlier = _earlier(tx, author.id, idempotency_key, status_id, now)
        if earlier is not None:
            return earlier
    if not draft.html and not draft.media_ids and draft.poll is None and draft.quoted_id is None:
        raise Invalid("text", "can't be blank", code="ERR_BLANK")
    parent = readable_parent(tx, draft.in_reply_to_id, author.id)
    approval = policies.check_ours(tx, parent, Interaction.REPLY, author) if parent is not None else ""
    quoted = quoting.quotable(tx, draft, author=author)
    draft = quoting.no_wider(_no_wider(tx, draft, parent), quoted)
    poll = _new_poll(draft.poll, status_id=status_id, author=author, poll_id=new_id()) if draft.poll else None
    status = _local_row(tx, author=author, draft=draft, status_id=status_id, uri=uri, url=url, parent=parent, poll=poll, now=now)
    if approval and status.local_only:
        raise Forbidden(policies.REFUSALS[Interaction.REPLY])
    status = replace(status, approval=approval, quoted_uri="" if quoted is None else quoted.status.uri)
    statuses.insert_once(tx, status)
    if poll is not None:
        _store_poll(tx, poll)
    files.attach(tx, draft.media_ids, status_id=status_id, account_id=author.id)
    _store_names(tx, status, mentioned=draft.mentioned, silent=(), tags=draft.tags, new_id=new_id)
    _count(tx, status, author=author)
    dialogues.add(tx, status, new_id=new_id, now=now)
    notifications.for_new_status(tx, status, author=author, mentioned=draft.mentioned, now=now)
    if quoted is not None:
        quoting.begin(tx, status, quoted, now=now, stamp=uri.replace("/ap/objects/", "/ap/quotes/"))
    finding.changed_here(tx, status_id)
    previews.for_new(tx, status, author=author, now=now, with_media=bool(draft.media_ids))
    if not approval:
        tx.enqueue(FanOut(status_id=status_id))
    if not status.local_only:
        tx.enqueue(PublishStatus(status_id=status_id))
    return status


def _local_row(
    tx: Tx,
    *,
    author: Account,
    draft: Draft,
    status_id: int,
    uri: str,
    url: str,
    parent: Status | None,
    poll: PollValue | None,
    now: datetime,
) -> Status:
    return Status(
        id=status_id,
        uri=uri,
        url=url,
        account_id=author.id,
        host=None,
        visibility=draft.visibility,
        local_only=draft.local_only,
        content=draft.html,
        text=draft.text,
        spoiler_text=draft.spoiler_text,
        sensitive=draft.sensitive,
        language=draft.language,
        in_reply_to_id=parent.id if parent else None,
        in_reply_to_account_id=parent.account_id if parent else None,
        in_reply_to_uri=parent.uri if parent else "",
        conversation_id=parent.conversation_id if parent else _conversation(tx, status_id, uri),
        poll_id=poll.id if poll else None,
        app_id=draft.app_id,
        quote_policy=_quote_policy(draft),
        interaction_policy=draft.interaction_policy or "",
        created_at=now,
    )


def _quote_policy(draft: Draft) -> str:
    """What the author chose, the author's followers otherwise; nobody quotes what is not for everybody (VIS-5)."""
    if draft.visibility not in (Visibility.PUBLIC, Visibility.UNLISTED):
        return ""
    return Policy.FOLLOWERS.text if draft.quote_policy is None else draft.quote_policy


def _earlier(tx: Tx, account_id: int, key: tuple[str, bytes], status_id: int, now: datetime) -> Status | None:
    answer = idempotency.claim(tx, account_id=account_id, key=key[0], body_hash=key[1], status_id=status_id, now=now)
    if answer is None:
        return None
    if answer.body_hash != key[1]:
        raise Invalid("Idempotency-Key", "was used for another post")
    earlier = statuses.find(tx, answer.status_id)
    if earlier is None and scheduled.find(tx, answer.status_id) is not None:
        raise Conflict("the post waits for its time")
    if earlier is None:
        raise Gone("the post was deleted")
    return earlier


def readable_parent(tx: Tx, parent_id: int | None, author_id: int) -> Status | None:
    """The post to answer, of a boost what it boosts; NotFound when the author may not read it (VIS-2)."""
    if parent_id is None:
        return None
    parent = statuses.get(tx, parent_id)
    if parent.reblog_of_id is not None:
        parent = statuses.get(tx, parent.reblog_of_id)
    if parent.id not in audience.readable(tx, [parent.id], author_id):
        raise NotFound("status", parent_id)
    return parent


def _no_wider(tx: Tx, draft: Draft, parent: Status | None) -> Draft:
    """An answer to what stays here stays here too, unless it is for named people only (VIS-5)."""
    if parent is None or not parent.local or draft.local_only or draft.visibility is Visibility.DIRECT:
        return draft
    stays = _audience(parent, accounts.get(tx, parent.account_id)).stays_here
    return replace(draft, local_only=True) if stays else draft


def _conversation(tx: Tx, status_id: int, uri: str) -> int:
    """A new thread of ours: its address is the post's with another prefix (contract, section 5)."""
    return statuses.conversation(tx, uri.replace("/ap/objects/", "/ap/contexts/"), new_id=status_id)


def _new_poll(draft: PollDraft, *, status_id: int, author: Account, poll_id: int) -> PollValue:
    return PollValue(
        id=poll_id,
        status_id=status_id,
        account_id=author.id,
        options=draft.options,
        votes=(0,) * len(draft.options),
        multiple=draft.multiple,
        hide_totals=draft.hide_totals,
        voters_count=0,
        expires_at=draft.expires_at,
    )


def _store_poll(tx: Tx, poll: PollValue) -> None:
    polls.add(tx, poll)
    follow_to_end(tx, poll)


def follow_to_end(tx: Tx, poll: PollValue, *, before: PollValue | None = None) -> None:
    """People are told when a poll ends; of a changed one, when it ends another time than `before`."""
    ends = poll.closed_at or poll.expires_at
    if ends is not None and (before is None or ends != (before.closed_at or before.expires_at)):
        tx.enqueue(ClosePoll(poll_id=poll.id, ends=int(ends.timestamp())), run_at=ends)


def store_remote_status(
    tx: Tx,
    *,
    author: Account,
    remote: RemoteStatus,
    status_id: int,
    now: datetime,
    new_id: NewId,
    news: bool = True,
    answers: bool = True,
) -> Status | None:
    """Store a post of another server once.

    Args:
        author: whose post it is, checked by the caller (ING-2).
        remote: read, cleaned and resolved by federation/convert/note.py.
        status_id: an id of the time it was published.
        news: False for what nobody sent, but we looked for: nobody is told, it stands where its date puts it.
        answers: whether an answer to a post of ours that needs consent is told so; False where a request is.

    Returns:
        The post; None when it is known already or was deleted (ING-7, ING-10), or answers one of ours that it may not.
    """
    if tombstones.exists(tx, remote.uri) or statuses.find_by_uri(tx, remote.uri) is not None:
        return None
    parent = statuses.find_by_uri(tx, remote.in_reply_to_uri) if remote.in_reply_to_uri else None
    approval: str | None = remote.approved_by
    if parent is not None and parent.local:
        approval = policies.taken(
            tx, parent, Interaction.REPLY, author, uri=remote.uri, number=str(status_id), answers=answers and news
        )
    if approval is None:
        return None
    status = _remote_row(tx, author=author, remote=remote, status_id=status_id, parent=parent, new_id=new_id, now=now)
    status = replace(status, approval=approval)
    if not statuses.insert_once(tx, status):
        return None
    if remote.poll is not None and status.poll_id is not None:
        _store_poll(tx, remote_poll(remote.poll, status=status, poll_id=status.poll_id, now=now))
    store_remote_media(tx, status, remote.media, new_id=new_id, now=now)
    texts.put(tx, status.id, remote.texts)
    named = tuple(dict.fromkeys((*remote.mentioned, *remote.silent)))
    _store_names(tx, status, mentioned=named, silent=remote.silent, tags=remote.tags, new_id=new_id)
    _count(tx, status, author=author)
    dialogues.add(tx, status, new_id=new_id, now=now)
    if remote.quote is not None:
        quoting.receive(tx, status, remote.quote, now=now)
    for waiting in statuses.waiting_for(tx, status.uri):
        dialogues.join_threads(tx, conversation_id=waiting.conversation_id, into=status.conversation_id)
        statuses.connect(tx, waiting, parent=status)
        if counted(waiting, author_reach_public=True):
            statuses.count_replies(tx, status.id, 1)
    finding.arrived(tx, status, author=author, named=bool(named))
    if news:
        loud = [account_id for account_id in remote.mentioned if account_id not in remote.silent]
        _tell(tx, status, author=author, loud=loud, with_media=bool(remote.media), now=now)
    return status


def _tell(tx: Tx, status: Status, *, author: Account, loud: Sequence[int], with_media: bool, now: datetime) -> None:
    """People hear of what came from another server; what it answers is looked for."""
    notifications.for_new_status(tx, status, author=author, mentioned=loud, now=now)
    if now - status.created_at <= notifications.NEWS:
        previews.for_new(tx, status, author=author, now=now, with_media=with_media)
        tx.enqueue(FanOut(status_id=status.id))
    if status.in_reply_to_id is None and status.in_reply_to_uri:
        tx.enqueue(FetchParent(status_id=status.id))


def _remote_row(
    tx: Tx, *, author: Account, remote: RemoteStatus, status_id: int, parent: Status | None, new_id: NewId, now: datetime
) -> Status:
    return Status(
        id=status_id,
        uri=remote.uri,
        url=remote.url or remote.uri,
        account_id=author.id,
        host=author.host,
        object_type=remote.object_type,
        visibility=remote.visibility,
        content=remote.content,
        spoiler_text=remote.spoiler_text,
        sensitive=remote.sensitive,
        language=remote.language,
        emojis=remote.emojis,
        in_reply_to_id=parent.id if parent else None,
        in_reply_to_account_id=parent.account_id if parent else None,
        in_reply_to_uri=remote.in_reply_to_uri,
        conversation_id=_remote_conversation(tx, remote, parent, status_id),
        poll_id=new_id() if remote.poll else None,
        quote_policy=remote.quote_policy,
        interaction_policy=remote.interaction_policy,
        quoted_uri=remote.quote.uri if remote.quote else "",
        created_at=min(remote.published, now),
        edited_at=remote.updated if remote.updated and remote.updated > remote.published else None,
        elsewhere_replies=remote.elsewhere.replies,
        elsewhere_reblogs=remote.elsewhere.reblogs,
        elsewhere_favourites=remote.elsewhere.favourites,
    )


def _remote_conversation(tx: Tx, remote: RemoteStatus, parent: Status | None, status_id: int) -> int:
    if parent is not None:
        return parent.conversation_id
    return statuses.conversation(tx, remote.conversation_uri or f"{remote.uri}#context", new_id=status_id)


def remote_poll(remote: RemotePoll, *, status: Status, poll_id: int, now: datetime) -> PollValue:
    """The row of another server's poll."""
    return PollValue(
        id=poll_id,
        status_id=status.id,
        account_id=status.account_id,
        options=remote.options,
        votes=remote.votes,
        multiple=remote.multiple,
        voters_count=remote.voters_count,
        expires_at=remote.expires_at,
        closed_at=remote.closed_at,
        fetched_at=now,
    )


def store_remote_media(tx: Tx, status: Status, files: Sequence[RemoteMedia], *, new_id: NewId, now: datetime) -> None:
    """Store the attachments of another server's post; the files are fetched when somebody looks (MED-10)."""
    for position, file in enumerate(files):
        media.add(
            tx,
            Media(
                id=new_id(),
                account_id=status.account_id,
                status_id=status.id,
                position=position,
                kind=MediaKind(file.kind),
                state=MediaState.READY,
                media_type=file.media_type,
                remote_url=file.remote_url,
                description=file.description,
                blurhash=file.blurhash,
                width=file.width,
                height=file.height,
                focus_x=file.focus_x,
                focus_y=file.focus_y,
                remote_preview_url=file.thumbnail,
                created_at=now,
            ),
        )


def _store_names(
    tx: Tx, status: Status, *, mentioned: Iterable[int], silent: Iterable[int], tags: Iterable[str], new_id: NewId
) -> None:
    quiet = frozenset(silent)
    statuses.add_mentions(
        tx,
        [Mention(status_id=status.id, account_id=item, silent=item in quiet) for item in dict.fromkeys(mentioned)],
    )
    statuses.set_tags(tx, status.id, named_tags(tags, new_id=new_id))


def named_tags(tags: Iterable[str], *, new_id: NewId) -> list[Tag]:
    """Tags as first written, each folded name once."""
    folded: dict[str, str] = {}
    for tag in tags:
        folded.setdefault(hashtags.normalise(tag) or tag.casefold(), tag)
    return [Tag(id=new_id(), name=name, display=display) for name, display in folded.items()]


def _count(tx: Tx, status: Status, *, author: Account) -> None:
    """Counters show only what the anonymous viewer may see (VIS-10)."""
    if may_read(_audience(status, author), ANONYMOUS) is not Verdict.YES:
        return
    accounts.count_status(tx, author.id, at=status.created_at)
    if author.local:
        tag_marks.count_post(tx, account_id=author.id, status_id=status.id, at=status.created_at)
    if status.in_reply_to_id is not None:
        statuses.count_replies(tx, status.in_reply_to_id, 1)


def counted(status: Status, *, author_reach_public: bool) -> bool:
    """Whether a post counts in what everybody sees."""
    return author_reach_public and not status.local_only and status.visibility in (Visibility.PUBLIC, Visibility.UNLISTED)


def _audience(status: Status, author: Account) -> Audience:
    return Audience(visibility=status.visibility, local_only=status.local_only, reach=author.reach)
