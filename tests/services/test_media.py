from __future__ import annotations

from datetime import timedelta

import pytest

from fedisw.jobs.chores import MoveFiles
from fedisw.jobs.work import RemoveFiles
from fedisw.media.focus import Focus
from fedisw.media.keys import new_key
from fedisw.media.probe import Kind
from fedisw.model.accounts import Account
from fedisw.model.errors import Invalid, NotFound
from fedisw.model.media import Media, MediaKind, MediaState
from fedisw.model.statuses import Visibility
from fedisw.services import accounts, editing, media
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import media as rows
from tests.support.factories import NOW, new_id, post, put_account, waiting


def upload(tx: Tx, owner: Account, *, finished: bool = True, same_preview: bool = False) -> Media:
    key = new_key(Kind.JPEG)
    preview = key if same_preview else new_key(Kind.JPEG)
    item = Media(
        id=new_id(),
        account_id=owner.id,
        kind=MediaKind.IMAGE,
        media_type="image/jpeg",
        key=key,
        preview_key=preview,
        created_at=NOW,
    )
    media.begin_upload(tx, item=item)
    if finished:
        media.end_upload(tx, media_id=item.id)
    return rows.own(tx, item.id, account_id=owner.id)


async def test_a_file_counts_only_when_it_is_in_the_store(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy = put_account(tx)
        item = upload(tx, amy, finished=False)
        assert item.state is MediaState.PROCESSING
        with pytest.raises(Invalid):
            post(tx, amy, media_ids=(item.id,))

    with pytest.raises(Invalid):  # what the unit did is undone: its error left it
        await db.write(lambda tx: post(tx, put_account(tx), media_ids=(4,)))
    await db.write(unit)


async def test_the_owner_describes_a_free_file_and_nobody_else(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        item = upload(tx, amy)
        changed = media.describe(tx, media_id=item.id, account_id=amy.id, description="A door", focus=Focus(x=0.5, y=-1))
        assert rows.own(tx, item.id, account_id=amy.id) == changed
        assert (changed.description, changed.focus_x, changed.focus_y) == ("A door", 0.5, -1)
        again = media.describe(tx, media_id=item.id, account_id=amy.id, description=None, focus=None)
        assert again == changed
        with pytest.raises(NotFound):
            media.describe(tx, media_id=item.id, account_id=ben.id, description="Mine", focus=None)
        post(tx, amy, media_ids=(item.id,))
        with pytest.raises(NotFound):
            media.describe(tx, media_id=item.id, account_id=amy.id, description="Late", focus=None)

    await db.write(unit)


async def test_only_own_free_files_are_deleted(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        free, used = upload(tx, amy), upload(tx, amy)
        post(tx, amy, media_ids=(used.id,))
        with pytest.raises(NotFound):
            media.discard(tx, media_id=free.id, account_id=ben.id)
        with pytest.raises(Invalid, match="used by a status"):
            media.discard(tx, media_id=used.id, account_id=amy.id)
        media.discard(tx, media_id=free.id, account_id=amy.id)
        assert waiting(tx)[-1] == RemoveFiles(keys=(free.key, free.preview_key))
        with pytest.raises(NotFound):
            rows.own(tx, free.id, account_id=amy.id)

    await db.write(unit)


async def test_a_file_is_part_of_one_post_only_and_never_of_somebody_elses(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        item = upload(tx, amy)
        with pytest.raises(Invalid, match="not found or already attached"):
            media.attach(tx, [item.id], status_id=1, account_id=ben.id)
        post(tx, amy, media_ids=(item.id,))
        with pytest.raises(Invalid, match="not found or already attached"):
            media.attach(tx, [item.id], status_id=1, account_id=amy.id)

    await db.write(unit)


@pytest.mark.parametrize("same_preview", [False, True])
async def test_a_file_of_a_deleted_post_gets_another_address_and_a_day(db: Database, same_preview: bool) -> None:
    def unit(tx: Tx) -> None:
        amy = put_account(tx)
        item = upload(tx, amy, same_preview=same_preview)
        status = post(tx, amy, media_ids=(item.id,))
        later = NOW + timedelta(days=7)
        view = editing.delete_status(tx, author_id=amy.id, status_id=status.id, now=later)
        freed = rows.own(tx, item.id, account_id=amy.id)
        assert view.media == (freed,)
        assert (freed.status_id, freed.created_at) == (None, later)
        assert {freed.key, freed.preview_key}.isdisjoint({item.key, item.preview_key})
        assert (freed.key == freed.preview_key) is same_preview
        moves = next(job for job in waiting(tx) if isinstance(job, MoveFiles))
        assert dict(moves.moves) == {item.key: freed.key, item.preview_key: freed.preview_key}
        assert media.remove_unused(tx, before=later) == 0
        assert media.remove_unused(tx, before=later + timedelta(days=1)) == 1

    await db.write(unit)


async def test_a_file_that_an_edit_leaves_out_is_freed_too(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy = put_account(tx)
        one, other = upload(tx, amy), upload(tx, amy)
        status = post(tx, amy, media_ids=(one.id, other.id))
        from_before = rows.of_statuses(tx, [status.id])
        media.release(tx, [from_before[0]], now=NOW)
        assert [item.id for item in rows.of_statuses(tx, [status.id])] == [other.id]
        assert rows.own(tx, one.id, account_id=amy.id).key != one.key
        assert rows.own(tx, other.id, account_id=amy.id).key == other.key

    await db.write(unit)


@pytest.mark.parametrize("part", ["key", "preview_key"])
async def test_the_place_of_a_file_follows_its_post_and_its_owner(db: Database, part: str) -> None:
    def unit(tx: Tx) -> None:
        amy = put_account(tx)
        item = upload(tx, amy)
        key = getattr(item, part)
        assert rows.place_of(tx, new_key(Kind.PNG)) is None
        place = rows.place_of(tx, key)
        assert place is not None
        assert (place.status_id, place.visibility, place.usable) == (None, None, True)
        status = post(tx, amy, media_ids=(item.id,), visibility=Visibility.PRIVATE)
        place = rows.place_of(tx, key)
        assert place is not None
        assert (place.status_id, place.visibility, place.local_only) == (status.id, Visibility.PRIVATE, False)
        accounts.suspend(tx, account_id=amy.id, now=NOW)
        place = rows.place_of(tx, key)
        assert place is not None
        assert not place.usable

    await db.write(unit)
