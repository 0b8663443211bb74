"""Changing and deleting posts, of our own people and of other servers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from fedisw.jobs.work import PublishDelete, PublishEdit, PublishUndoBoost
from fedisw.model.accounts import Account, Reach
from fedisw.model.errors import Invalid, NotFound
from fedisw.model.media import Media
from fedisw.model.notifications import NotificationType
from fedisw.model.peers import Tombstone
from fedisw.model.statuses import Draft, Mention, Poll, RemoteStatus, Status, StatusEdit, Visibility
from fedisw.model.views import StatusView
from fedisw.model.visibility import OPEN
from fedisw.services import dialogues, finding, hydrate, notifications, posting, previews, quoting, streams, tagging
from fedisw.services import media as files
from fedisw.services.posting import NewId
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, media, polls, statuses, texts, tombstones


def own_status(tx: Tx, status_id: int, *, author_id: int) -> Status:
    """A post that this person wrote; NotFound for everybody else's (VIS-9)."""
    status = statuses.find(tx, status_id)
    if status is None or status.account_id != author_id:
        raise NotFound("status", status_id)
    return status


def edit_status(tx: Tx, *, author: Account, status_id: int, draft: Draft, now: datetime, new_id: NewId) -> Status:
    """Replace what a post says; visibility and parent stay (VIS-6: only the author adds people).

    An edit that changes nothing makes no new form. Changed poll options set the votes back.

    Raises:
        NotFound: not a post of the author's.
        Invalid: nothing would be left, or a file is not the author's own.
    """
    status = own_status(tx, status_id, author_id=author.id)
    if status.reblog_of_id is not None:
        raise NotFound("status", status_id)
    if not draft.html and not draft.media_ids and draft.poll is None and not status.quoted_uri:
        raise Invalid("text", "can't be blank", code="ERR_BLANK")
    if status.quoted_uri and (draft.media_ids or draft.poll is not None):
        raise Invalid("base", quoting.ALONE)
    before = media.of_statuses(tx, [status.id])
    poll = polls.get(tx, status.poll_id) if status.poll_id is not None else None
    changed = replace(
        status,
        content=quoting.link_again(tx, status, draft.html),
        text=draft.text,
        spoiler_text=draft.spoiler_text,
        sensitive=draft.sensitive,
        language=draft.language or status.language,
    )
    policy = status.quote_policy if draft.quote_policy is None or status.visibility not in OPEN else draft.quote_policy
    same_files = [item.id for item in before] == list(draft.media_ids)
    if changed == status and same_files and _same_poll(poll, draft):
        return _only_policy(tx, status, draft)
    _keep_form(tx, status, before=before, poll=poll, form_id=new_id())
    _set_files(tx, status, before=before, wanted=draft.media_ids, author_id=author.id, now=now)
    poll_id = _set_poll(tx, status, poll, draft, new_id=new_id)
    statuses.edit(tx, replace(changed, poll_id=poll_id, quote_policy=policy, edited_at=_later_second(status, now)))
    _rename(tx, status, mentioned=draft.mentioned, silent=(), tags=draft.tags, new_id=new_id)
    notifications.for_new_status(tx, replace(status, created_at=now), author=author, mentioned=draft.mentioned, now=now)
    previews.for_edited(tx, statuses.get(tx, status.id), author=author, now=now)
    edited = statuses.get(tx, status.id)
    dialogues.add(tx, edited, new_id=new_id, now=now)
    _tell_of_edit(tx, edited, now=now)
    finding.changed_here(tx, status.id)
    if not status.local_only:
        tx.enqueue(PublishEdit(status_id=status.id, revision=edited.revision))
    return edited


def _only_policy(tx: Tx, status: Status, draft: Draft) -> Status:
    if draft.quote_policy is None:
        return status
    return quoting.set_policy(tx, account_id=status.account_id, status_id=status.id, policy=draft.quote_policy)


def _later_second(status: Status, now: datetime) -> datetime:
    """When the edit was made: in a later second than the form before, since times on the wire have whole seconds (ING-6)."""
    before = status.edited_at or status.created_at
    return max(now, before.replace(microsecond=0) + timedelta(seconds=1))


def _same_poll(poll: Poll | None, draft: Draft) -> bool:
    if poll is None or draft.poll is None:
        return poll is None and draft.poll is None
    return poll.options == draft.poll.options and poll.multiple == draft.poll.multiple


def _keep_form(tx: Tx, status: Status, *, before: Sequence[Media], poll: Poll | None, form_id: int) -> None:
    statuses.add_edit(
        tx,
        StatusEdit(
            id=form_id,
            status_id=status.id,
            content=status.content,
            spoiler_text=status.spoiler_text,
            sensitive=status.sensitive,
            media=msgspec.json.encode([item.id for item in before]),
            poll_options=poll.options if poll else (),
            created_at=status.edited_at or status.created_at,
        ),
    )


def _set_files(tx: Tx, status: Status, *, before: Sequence[Media], wanted: Sequence[int], author_id: int, now: datetime) -> None:
    files.release(tx, [item for item in before if item.id not in wanted], now=now)
    files.attach(tx, wanted, status_id=status.id, account_id=author_id)


def _set_poll(tx: Tx, status: Status, poll: Poll | None, draft: Draft, *, new_id: NewId) -> int | None:
    if poll is not None and _same_poll(poll, draft):
        return poll.id
    if poll is not None:
        polls.remove(tx, poll.id)
    if draft.poll is None:
        return None
    made = Poll(
        id=new_id(),
        status_id=status.id,
        account_id=status.account_id,
        options=draft.poll.options,
        votes=(0,) * len(draft.poll.options),
        multiple=draft.poll.multiple,
        hide_totals=draft.poll.hide_totals,
        voters_count=0,
        expires_at=draft.poll.expires_at,
    )
    polls.add(tx, made)
    posting.follow_to_end(tx, made)
    return made.id


def _rename(
    tx: Tx, status: Status, *, mentioned: Iterable[int], silent: Iterable[int], tags: Iterable[str], new_id: NewId
) -> None:
    """Names and tags of the new text.

    Who is edited out of an open post stays a silent receiver of it; out of any other, they may not read it any more
    (VIS-13): a wrong name in a confidential post can be taken back.
    """
    loud, quiet = frozenset(mentioned), frozenset(silent)
    before = [item.account_id for item in statuses.mentions_of(tx, [status.id])]
    statuses.clear_mentions(tx, status.id)
    everybody = dict.fromkeys((*loud, *quiet, *(before if status.visibility in OPEN else ())))
    statuses.add_mentions(tx, [Mention(status_id=status.id, account_id=item, silent=item not in loud) for item in everybody])
    shown = tagging.shown_in(tx, status)
    statuses.set_tags(tx, status.id, posting.named_tags(tags, new_id=new_id))
    tagging.recount(tx, account_id=status.account_id, tag_ids=[*{*shown}.symmetric_difference(tagging.shown_in(tx, status))])
    _forget(tx, status, [item for item in before if item not in everybody])


def _forget(tx: Tx, status: Status, account_ids: Sequence[int]) -> None:
    """These people may not read the post any more: it leaves their notifications and what they have on the screen."""
    for account_id in account_ids:
        notifications.withdraw(
            tx, account_id=account_id, kind=NotificationType.MENTION, from_id=status.account_id, status_id=status.id
        )
    streams.tell_removed_to(tx, status, account_ids)


def _tell_of_edit(tx: Tx, status: Status, *, now: datetime) -> None:
    """Streams show the new text; people here who boosted the post are told."""
    streams.tell_edited(tx, status)
    for boost in statuses.boosts_of(tx, status.id):
        notifications.notify(
            tx,
            account_id=boost.account_id,
            kind=NotificationType.UPDATE,
            from_id=status.account_id,
            status=status,
            now=now,
        )
    quoting.tell_quoting(tx, status, now=now)


def apply_remote_edit(tx: Tx, *, author: Account, remote: RemoteStatus, now: datetime, new_id: NewId) -> Status | None:
    """Another server changed a post of `author`; None when it is not stored, not the author's, or not newer (ING-3, ING-6).

    Without a newer `updated` only counts, consent to its quote and who may quote it are taken over.
    """
    status = statuses.find_by_uri(tx, remote.uri)
    if status is None or status.account_id != author.id or status.local:
        return None
    quoting.receive_change(tx, status, remote, now=now)
    if remote.updated is None or status.edited_at is None or remote.updated >= status.edited_at:
        statuses.set_elsewhere(tx, status.id, remote.elsewhere)
    poll = polls.get(tx, status.poll_id) if status.poll_id is not None else None
    if remote.updated is None or remote.updated <= (status.edited_at or status.created_at):
        return _take_counts(tx, status, poll, remote, now=now)
    before = media.of_statuses(tx, [status.id])
    _keep_form(tx, status, before=before, poll=poll, form_id=new_id())
    poll_id = _take_poll(tx, status, poll, remote, now=now, new_id=new_id)
    media.remove(tx, [item.id for item in before])
    posting.store_remote_media(tx, status, remote.media, new_id=new_id, now=now)
    texts.replace(tx, status.id, remote.texts)
    statuses.edit(
        tx,
        replace(
            status,
            object_type=remote.object_type,
            content=quoting.shown_text(tx, status, remote.content),
            spoiler_text=remote.spoiler_text,
            sensitive=remote.sensitive,
            language=remote.language or status.language,
            emojis=remote.emojis,
            quote_policy=remote.quote_policy,
            poll_id=poll_id,
            edited_at=min(remote.updated, now),
        ),
    )
    _rename(tx, status, mentioned=remote.mentioned, silent=remote.silent, tags=remote.tags, new_id=new_id)
    previews.for_edited(tx, statuses.get(tx, status.id), author=author, now=now)
    edited = statuses.get(tx, status.id)
    notifications.for_new_status(tx, replace(edited, created_at=now), author=author, mentioned=remote.mentioned, now=now)
    dialogues.add(tx, edited, new_id=new_id, now=now)
    _tell_of_edit(tx, edited, now=now)
    finding.edited(tx, status.id)
    return edited


def _take_counts(tx: Tx, status: Status, poll: Poll | None, remote: RemoteStatus, *, now: datetime) -> Status | None:
    if poll is None or remote.poll is None or poll.options != remote.poll.options:
        return None
    fresh = posting.remote_poll(remote.poll, status=status, poll_id=poll.id, now=now)
    polls.change(tx, fresh)
    posting.follow_to_end(tx, fresh, before=poll)
    statuses.touch(tx, status.id)
    return statuses.get(tx, status.id)


def _take_poll(tx: Tx, status: Status, poll: Poll | None, remote: RemoteStatus, *, now: datetime, new_id: NewId) -> int | None:
    if poll is not None and (remote.poll is None or remote.poll.options != poll.options):
        polls.remove(tx, poll.id)
        poll = None
    if remote.poll is None:
        return None
    fresh = posting.remote_poll(remote.poll, status=status, poll_id=poll.id if poll else new_id(), now=now)
    if poll is None:
        polls.add(tx, fresh)
    else:
        polls.change(tx, fresh)
    posting.follow_to_end(tx, fresh, before=poll)
    return fresh.id


def delete_status(tx: Tx, *, author_id: int, status_id: int, now: datetime, delete_media: bool = False) -> StatusView:
    """Delete an own post (or boost); what it was, for a redraft.

    Its files stay usable for 24 h unless `delete_media` (mastodon-api.md, section 2.11).
    """
    status = own_status(tx, status_id, author_id=author_id)
    view = hydrate.views(tx, [status.id])[0]
    if status.reblog_of_id is not None:
        undo_boost(tx, status)
        return view
    reached = tuple(item.account_id for item in statuses.mentions_of(tx, [status.id]))
    boosters = tuple(boost.account_id for boost in statuses.boosts_of(tx, status.id))
    if delete_media:
        files.remove(tx, [item.id for item in view.media])
    else:
        view = replace(view, media=files.release(tx, view.media, now=now))
    _remove(tx, status, account=view.account, now=now, ours=True)
    if not status.local_only:
        tx.enqueue(
            PublishDelete(
                account_id=author_id,
                status_id=status.id,
                object_uri=status.uri,
                public=status.visibility in (Visibility.PUBLIC, Visibility.UNLISTED),
                account_ids=tuple(dict.fromkeys((*reached, *boosters))),
            )
        )
    return view


def undo_boost(tx: Tx, boost: Status) -> None:
    """Take a boost away; if it is ours, other servers are told."""
    original = _remove_boost(tx, boost)
    if original is not None and boost.local:
        tx.enqueue(
            PublishUndoBoost(
                account_id=boost.account_id,
                boost_id=boost.id,
                boost_uri=boost.uri,
                object_uri=original.uri,
                author_id=original.account_id,
                visibility=boost.visibility.value,
            )
        )


def _remove_boost(tx: Tx, boost: Status) -> Status | None:
    original = statuses.find(tx, boost.reblog_of_id) if boost.reblog_of_id is not None else None
    streams.tell_removed(tx, boost)
    statuses.remove(tx, boost.id)
    if original is not None:
        statuses.count_reblogs(tx, original.id, -1)
        notifications.withdraw(
            tx, account_id=original.account_id, kind=NotificationType.REBLOG, from_id=boost.account_id, status_id=original.id
        )
    return original


def erase(tx: Tx, status: Status, *, account: Account, now: datetime) -> None:
    """Remove a post or boost of an account that is gone; other servers hear of the account, not of each post."""
    if status.reblog_of_id is not None:
        _remove_boost(tx, status)
        return
    files.remove(tx, [item.id for item in media.of_statuses(tx, [status.id])])
    _remove(tx, status, account=account, now=now, ours=status.local)


def delete_by_remote(tx: Tx, *, actor: Account, uri: str, now: datetime) -> bool:
    """Another server deleted a post of `actor`; a tombstone stays, so that a late Create cannot revive it (ING-7).

    False when the post is somebody else's: nothing happens (ING-3).
    """
    status = statuses.find_by_uri(tx, uri)
    if status is not None and (status.account_id != actor.id or status.local):
        return False
    if status is None:
        return tombstones.add(tx, Tombstone(uri=uri, account_id=None, former_type="Note", deleted_at=now))
    if status.reblog_of_id is not None:
        undo_boost(tx, status)
        return True
    erase(tx, status, account=actor, now=now)
    return True


def _remove(tx: Tx, status: Status, *, account: Account, now: datetime, ours: bool) -> None:
    streams.tell_removed(tx, status)
    dialogues.forget(tx, status)
    quoting.end(tx, status)
    shown = tagging.shown_in(tx, status)
    statuses.remove(tx, status.id)
    tagging.recount(tx, account_id=status.account_id, tag_ids=shown)
    tombstones.add(
        tx,
        Tombstone(
            uri=status.uri,
            account_id=account.id if ours else None,
            former_type=status.object_type.value,
            public=posting.counted(status, author_reach_public=account.reach is Reach.PUBLIC),
            published_at=status.created_at,
            deleted_at=now,
        ),
    )
    if posting.counted(status, author_reach_public=account.reach is Reach.PUBLIC):
        accounts.count_deleted(tx, account.id)
        if status.in_reply_to_id is not None:
            statuses.count_replies(tx, status.in_reply_to_id, -1)
