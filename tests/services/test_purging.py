from __future__ import annotations

from fedisw.live import topics
from fedisw.media.keys import new_key
from fedisw.media.probe import Kind
from fedisw.model.accounts import Account, Picture
from fedisw.model.media import Media, MediaKind
from fedisw.model.paging import Page
from fedisw.services import accounts as account_services
from fedisw.services import blocking, interactions, media, purging
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import accounts, blocks, marks, statuses, tombstones
from fedisw.storage.queries import media as files
from tests.support.factories import HERE, NOW, new_id, post, put_account, put_follow, receive, waiting


def purge(tx: Tx, account: Account) -> int:
    rounds = 0
    while purging.purge_some(tx, account_id=account.id, now=NOW):
        rounds += 1
        assert rounds < 100
    return rounds


def a_file(tx: Tx, owner: Account) -> Media:
    item = Media(id=new_id(), account_id=owner.id, kind=MediaKind.IMAGE, key=new_key(Kind.PNG), created_at=NOW)
    media.begin_upload(tx, item=item)
    media.end_upload(tx, media_id=item.id)
    return item


async def test_nothing_of_a_deleted_person_is_left_but_tombstones_and_the_name(db: Database) -> None:
    def unit(tx: Tx) -> None:
        face = Picture(key=new_key(Kind.PNG), static_key=new_key(Kind.PNG))
        amy, ben = put_account(tx, "amy", avatar=face), put_account(tx, "ben")
        put_follow(tx, amy, ben)
        put_follow(tx, ben, amy)
        liked = post(tx, ben, "Stays")
        interactions.favourite(tx, account=amy, status_id=liked.id, uri=f"{HERE}/l/1", favourite_id=new_id(), now=NOW)
        attached, loose = a_file(tx, amy), a_file(tx, amy)
        mine = [post(tx, amy, str(n), media_ids=(attached.id,) if n == 0 else (), in_reply_to_id=liked.id) for n in range(25)]
        assert statuses.get(tx, liked.id).replies_count == 25
        carl = put_account(tx, "carl")
        blocking.block(tx, account=amy, target=carl, uri=f"{HERE}/b/1", block_id=new_id(), now=NOW)

        account_services.delete_local_account(tx, account_id=amy.id, now=NOW)
        assert purge(tx, accounts.get(tx, amy.id)) > 3
        assert statuses.ids_of(tx, amy.id) == []
        assert all(tombstones.exists(tx, status.uri) for status in mine)
        left = statuses.get(tx, liked.id)
        assert (left.favourites_count, left.replies_count) == (0, 0)
        assert (accounts.get(tx, ben.id).followers_count, accounts.get(tx, ben.id).following_count) == (0, 0)
        assert not blocks.either(tx, amy.id, carl.id)
        assert marks.favourites_of(tx, amy.id, Page()) == []
        assert files.owned(tx, [attached.id, loose.id], account_id=amy.id) == []
        removed = {key for job in waiting(tx) if job.kind == "RemoveFiles" for key in job.keys}  # type: ignore[attr-defined]  # its kind
        assert removed == {attached.key, loose.key, face.key, face.static_key}
        assert "PublishDelete" not in {job.kind for job in waiting(tx)}
        assert purge(tx, accounts.get(tx, amy.id)) == 0

    await db.write(unit)


async def test_an_account_that_is_there_is_left_alone(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy = put_account(tx)
        post(tx, amy)
        assert not purging.purge_some(tx, account_id=amy.id, now=NOW)
        assert not purging.purge_some(tx, account_id=12345, now=NOW)
        assert len(statuses.ids_of(tx, amy.id)) == 1

    await db.write(unit)


async def test_streams_hear_of_each_post_of_a_remote_account_that_goes(db: Database) -> None:
    def unit(tx: Tx) -> None:
        eve = put_account(tx, "eve", "far.test")
        status = receive(tx, eve)
        account_services.delete_remote_account(tx, account_id=eve.id, now=NOW)
        purge(tx, eve)
        assert (topics.PUBLIC_REMOTE, topics.encode(topics.Removed(status_id=status.id))) in tx.events

    await db.write(unit)
