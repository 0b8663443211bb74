"""New posts, changes and deletions; each once and twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fedisw.media.keys import new_key
from fedisw.media.probe import Kind
from fedisw.model.errors import Invalid, NotFound
from fedisw.model.media import Media, MediaKind
from fedisw.model.notifications import NotificationType
from fedisw.model.paging import Page
from fedisw.model.statuses import Draft, PollDraft, RemoteMedia, RemotePoll, Status, Visibility
from fedisw.services import blocking, editing, hydrate, posting
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import accounts, audience, media, notifications, statuses, tombstones
from tests.support.factories import NOW, a_remote_status, new_id, post, put_account, put_follow, receive, waiting

EVERY = tuple(NotificationType)
LATER = NOW + timedelta(minutes=5)


def _told(tx: Tx, account_id: int) -> list[NotificationType]:
    return [item.type for item in notifications.page(tx, account_id, Page(), types=EVERY, now=NOW)]


def _file(tx: Tx, account_id: int) -> int:
    item = Media(id=new_id(), account_id=account_id, kind=MediaKind.IMAGE, key=new_key(Kind.PNG), created_at=NOW)
    media.add(tx, item)
    return item.id


async def test_a_post_and_its_work_are_one_transaction(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        file = _file(tx, amy.id)
        status = post(tx, amy, "Look", mentioned=(ben.id,), tags=("Supervision", "supervision"), media_ids=(file,))
        view = hydrate.views(tx, [status.id])[0]
        assert [account.id for account in view.mentions] == [ben.id]
        assert [(tag.name, tag.display) for tag in view.tags] == [("supervision", "Supervision")]
        assert [item.id for item in view.media] == [file]
        assert accounts.get(tx, amy.id).statuses_count == 1
        assert _told(tx, ben.id) == [NotificationType.MENTION]
        assert [job.kind for job in waiting(tx)] == ["IndexPosts", "FanOut", "PublishStatus"]

    await db.write(unit)


async def test_the_same_key_gives_the_same_post(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        first = post(tx, amy, idempotency_key=("k", b"1"))
        assert post(tx, amy, idempotency_key=("k", b"1")).id == first.id
        assert post(tx, ben, idempotency_key=("k", b"1")).id != first.id
        assert accounts.get(tx, amy.id).statuses_count == 1
        with pytest.raises(Invalid, match="another post"):
            post(tx, amy, "other", idempotency_key=("k", b"2"))

    await db.write(unit)


async def test_a_file_of_somebody_else_or_of_another_post_is_refused(db: Database) -> None:
    amy, ben, file = await db.write(lambda tx: (a := put_account(tx, "amy"), put_account(tx, "ben"), _file(tx, a.id)))
    with pytest.raises(Invalid):
        await db.write(lambda tx: post(tx, ben, media_ids=(file,)))
    await db.write(lambda tx: post(tx, amy, media_ids=(file,)))
    with pytest.raises(Invalid):
        await db.write(lambda tx: post(tx, amy, media_ids=(file,)))
    with pytest.raises(Invalid):
        await db.write(
            lambda tx: posting.create_status(
                tx, author=amy, draft=Draft(html=""), status_id=1, uri="https://home.test/1", url="", now=NOW, new_id=new_id
            )
        )


async def test_only_readable_posts_can_be_answered(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        secret = post(tx, ben, "for followers", visibility=Visibility.PRIVATE)
        with pytest.raises(NotFound):
            post(tx, amy, in_reply_to_id=secret.id)
        put_follow(tx, amy, ben)
        reply = post(tx, amy, in_reply_to_id=secret.id)
        assert reply.conversation_id == secret.conversation_id
        assert statuses.get(tx, secret.id).replies_count == 1
        hidden = post(tx, amy, in_reply_to_id=secret.id, visibility=Visibility.DIRECT)
        assert statuses.get(tx, secret.id).replies_count == 1, "an invisible reply is not counted (VIS-10)"
        editing.delete_status(tx, author_id=amy.id, status_id=hidden.id, now=NOW)
        editing.delete_status(tx, author_id=amy.id, status_id=reply.id, now=NOW)
        assert statuses.get(tx, secret.id).replies_count == 0

    await db.write(unit)


async def test_a_remote_post_is_stored_once(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, eve = put_account(tx, "amy"), put_account(tx, "eve", "far.test")
        remote = a_remote_status(eve, mentioned=(amy.id,), tags=("x",), media=(RemoteMedia(remote_url="https://far.test/a.png"),))

        def store() -> Status | None:
            return posting.store_remote_status(tx, author=eve, remote=remote, status_id=new_id(), now=NOW, new_id=new_id)

        assert store() is not None
        assert store() is None
        assert accounts.get(tx, eve.id).statuses_count == 1
        assert _told(tx, amy.id) == [NotificationType.MENTION]

    await db.write(unit)


async def test_old_news_notify_nobody_and_enter_no_timeline(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, eve = put_account(tx, "amy"), put_account(tx, "eve", "far.test")
        receive(tx, eve, mentioned=(amy.id,), published=NOW - timedelta(days=2))
        assert _told(tx, amy.id) == []
        assert waiting(tx) == []
        future = receive(tx, eve, published=NOW + timedelta(days=2))
        assert future.created_at == NOW

    await db.write(unit)


async def test_a_reply_that_came_first_finds_its_parent(db: Database) -> None:
    def unit(tx: Tx) -> None:
        eve, fay = put_account(tx, "eve", "far.test"), put_account(tx, "fay", "far.test")
        parent = a_remote_status(eve, "parent")
        child = receive(tx, fay, "child", in_reply_to_uri=parent.uri)
        assert [job.kind for job in waiting(tx)] == ["FanOut", "FetchParent"]
        stored = posting.store_remote_status(tx, author=eve, remote=parent, status_id=new_id(), now=NOW, new_id=new_id)
        assert stored is not None
        found = statuses.get(tx, child.id)
        assert (found.in_reply_to_id, found.in_reply_to_account_id) == (stored.id, eve.id)
        assert found.conversation_id == stored.conversation_id
        assert statuses.get(tx, stored.id).replies_count == 1

    await db.write(unit)


async def test_an_edit_keeps_the_earlier_form(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        status = post(tx, amy, "first")
        draft = Draft(html="<p>second</p>", text="second", mentioned=(ben.id,))

        def edit() -> Status:
            return editing.edit_status(tx, author=amy, status_id=status.id, draft=draft, now=LATER, new_id=new_id)

        edited = edit()
        assert (edited.content, edited.edited_at) == ("<p>second</p>", LATER)
        assert edited.revision > status.revision
        again = edit()
        assert again.revision == edited.revision, "nothing changed, no new form"
        assert [form.content for form in statuses.edits_of(tx, status.id)] == ["<p>first</p>"]
        assert _told(tx, ben.id) == [NotificationType.MENTION]
        with pytest.raises(NotFound):
            editing.edit_status(tx, author=ben, status_id=status.id, draft=draft, now=LATER, new_id=new_id)

    await db.write(unit)


@pytest.mark.parametrize(
    ("visibility", "kept"), [(Visibility.PUBLIC, True), (Visibility.PRIVATE, False), (Visibility.DIRECT, False)]
)
async def test_who_is_edited_out_of_a_confidential_post_may_not_read_it_any_more(
    db: Database, visibility: Visibility, kept: bool
) -> None:
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        status = post(tx, amy, "@ben a case", visibility=visibility, mentioned=(ben.id,))
        assert _told(tx, ben.id) == [NotificationType.MENTION]
        draft = Draft(html="<p>a case</p>", text="a case")
        editing.edit_status(tx, author=amy, status_id=status.id, draft=draft, now=LATER, new_id=new_id)
        assert audience.readable(tx, [status.id], ben.id) == ({status.id} if kept else set())
        assert _told(tx, ben.id) == ([NotificationType.MENTION] if kept else [])
        assert [item.account_id for item in statuses.mentions_of(tx, [status.id])] == ([ben.id] if kept else [])

    await db.write(unit)


async def test_two_edits_within_a_second_are_told_apart_by_whole_seconds(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy = put_account(tx, "amy")
        status = post(tx, amy, "first", now=NOW + timedelta(milliseconds=300))
        seconds = [status.created_at.replace(microsecond=0)]
        for text in ("second", "third"):
            edited = editing.edit_status(
                tx,
                author=amy,
                status_id=status.id,
                draft=Draft(html=f"<p>{text}</p>", text=text),
                now=NOW + timedelta(milliseconds=500),
                new_id=new_id,
            )
            assert edited.edited_at is not None
            seconds.append(edited.edited_at.replace(microsecond=0))
        assert seconds == sorted(set(seconds))

    await db.write(unit)


async def test_an_edit_from_elsewhere_applies_only_when_newer_and_the_authors(db: Database) -> None:
    def unit(tx: Tx) -> None:
        eve, fay = put_account(tx, "eve", "far.test"), put_account(tx, "fay", "far.test")
        status = receive(tx, eve, "first")

        def edit(by: object, text: str, minutes: int) -> bool:
            remote = a_remote_status(eve, text, uri=status.uri, published=NOW, updated=NOW + timedelta(minutes=minutes))
            done = editing.apply_remote_edit(
                tx,
                author=by,
                remote=remote,
                now=NOW + timedelta(hours=1),
                new_id=new_id,  # type: ignore[arg-type]
            )
            return done is not None

        assert not edit(fay, "forged", 5)
        assert edit(eve, "second", 5)
        assert not edit(eve, "second", 5)
        assert not edit(eve, "older", 3)
        assert statuses.get(tx, status.id).content == "<p>second</p>"

    await db.write(unit)


async def test_a_deleted_post_stays_deleted(db: Database) -> None:
    def unit(tx: Tx) -> None:
        eve, fay = put_account(tx, "eve", "far.test"), put_account(tx, "fay", "far.test")
        status = receive(tx, eve)
        assert not editing.delete_by_remote(tx, actor=fay, uri=status.uri, now=NOW)
        assert statuses.find(tx, status.id) is not None
        assert editing.delete_by_remote(tx, actor=eve, uri=status.uri, now=NOW)
        assert not editing.delete_by_remote(tx, actor=eve, uri=status.uri, now=NOW)
        late = a_remote_status(eve, uri=status.uri)
        assert posting.store_remote_status(tx, author=eve, remote=late, status_id=new_id(), now=NOW, new_id=new_id) is None
        assert accounts.get(tx, eve.id).statuses_count == 0
        unknown = a_remote_status(eve)
        assert editing.delete_by_remote(tx, actor=eve, uri=unknown.uri, now=NOW)
        assert posting.store_remote_status(tx, author=eve, remote=unknown, status_id=new_id(), now=NOW, new_id=new_id) is None

    await db.write(unit)


async def test_deleting_an_own_post_leaves_a_tombstone_and_frees_its_files(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        file = _file(tx, amy.id)
        status = post(tx, amy, mentioned=(ben.id,), media_ids=(file,))
        with pytest.raises(NotFound):
            editing.delete_status(tx, author_id=ben.id, status_id=status.id, now=NOW)
        editing.delete_status(tx, author_id=amy.id, status_id=status.id, now=NOW)
        assert media.own(tx, file, account_id=amy.id).status_id is None
        assert tombstones.exists(tx, status.uri)
        assert _told(tx, ben.id) == []
        assert waiting(tx)[-1].kind == "PublishDelete"
        again = post(tx, amy, media_ids=(file,))
        editing.delete_status(tx, author_id=amy.id, status_id=again.id, now=NOW, delete_media=True)
        assert "RemoveFiles" in [job.kind for job in waiting(tx)]

    await db.write(unit)


async def test_a_changed_poll_starts_again(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy = put_account(tx, "amy")
        poll = PollDraft(options=("a", "b"), expires_at=LATER)
        status = post(tx, amy, poll=poll)
        first = hydrate.views(tx, [status.id])[0].poll
        assert first is not None
        draft = Draft(html="<p>q</p>", text="q", poll=PollDraft(options=("a", "c"), expires_at=LATER))
        editing.edit_status(tx, author=amy, status_id=status.id, draft=draft, now=LATER, new_id=new_id)
        second = hydrate.views(tx, [status.id])[0].poll
        assert second is not None
        assert (second.options, second.votes, second.id == first.id) == (("a", "c"), (0, 0), False)

    await db.write(unit)


async def test_counts_of_a_remote_poll_are_taken_without_an_edit(db: Database) -> None:
    def unit(tx: Tx) -> None:
        eve = put_account(tx, "eve", "far.test")
        poll = RemotePoll(options=("a", "b"), votes=(1, 0), voters_count=1)
        status = receive(tx, eve, poll=poll)
        newer = a_remote_status(eve, uri=status.uri, poll=RemotePoll(options=("a", "b"), votes=(3, 2), voters_count=5))
        assert editing.apply_remote_edit(tx, author=eve, remote=newer, now=LATER, new_id=new_id) is not None
        shown = hydrate.views(tx, [status.id])[0].poll
        assert shown is not None
        assert (shown.votes, shown.voters_count) == ((3, 2), 5)
        assert statuses.edits_of(tx, status.id) == []

    await db.write(unit)


async def test_a_blocked_author_notifies_nobody(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        blocking.block(tx, account=amy, target=ben, uri="https://home.test/b/1", block_id=new_id(), now=NOW)
        post(tx, ben, mentioned=(amy.id,))
        assert _told(tx, amy.id) == []

    await db.write(unit)
