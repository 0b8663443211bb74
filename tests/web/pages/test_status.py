"""The page of a post: who may open it, the conversation around it, heads and headers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fedisw.model.accounts import Account, Reach
from fedisw.model.media import MediaKind
from fedisw.model.peers import DeliveryState, OutboundActivity
from fedisw.model.statuses import PollDraft, RemoteMedia, Status, Visibility
from fedisw.model.urls import Origin, object_uri
from fedisw.services import editing, interactions
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import activities, deliveries, tombstones
from fedisw.storage.queries.recipients import Inbox
from tests.support import factories as make
from tests.support.browser import Browser
from tests.web.pages.browsing import Read, SignedIn
from tests.web.pages.markup import Document

SECRET = "Words for few"


def path_of(author: Account, status: Status) -> str:
    return f"/@{author.acct}/{status.id}"


async def posted(
    db: Database, text: str = "Hello", *, person: dict[str, object] | None = None, **changes: object
) -> tuple[Account, Status]:
    def both(tx: Tx) -> tuple[Account, Status]:
        author = make.put_account(tx, **(person or {}))
        return author, make.post(tx, author, text, **changes)

    return await db.write(both)


async def test_a_post_is_shown_with_who_may_read_it(stranger: Browser, read: Read, db: Database) -> None:
    amy, status = await posted(db, "Words for all", person={"display_name": "Amy Ash"})
    html = await read(stranger, path_of(amy, status))
    assert "Words for all" in html
    page = Document.of(html)
    assert "Everyone" in page.one("p", **{"class": "post-facts"}).text
    assert page.one("title").text == "Post by Amy Ash · alpha.test"
    assert page.one("meta", property="og:description").attributes["content"] == "Words for all"
    assert page.one("link", rel="canonical").attributes["href"] == status.url


async def test_a_content_note_is_what_previews_tell(stranger: Browser, read: Read, db: Database) -> None:
    amy, status = await posted(db, "The harder part", spoiler_text="Loss", sensitive=True)
    page = Document.of(await read(stranger, path_of(amy, status)))
    assert page.one("meta", property="og:description").attributes["content"] == "Loss"
    assert page.one("meta", name="description").attributes["content"] == "Loss"
    assert "details" in next(e for e in page.all("div") if "e-content" in e.attributes.get("class", "")).inside


async def test_a_server_is_sent_to_the_document_of_a_post(stranger: Browser, db: Database) -> None:
    amy, status = await posted(db)
    headers = {"Accept": "application/activity+json"}
    answer = await stranger.client.get(path_of(amy, status), headers=headers, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (302, status.uri)
    page = await stranger.get(path_of(amy, status))
    assert page.headers["Link"] == f'<{status.uri}>; rel="alternate"; type="application/activity+json"'


@pytest.mark.parametrize("accept", ["text/html", "application/activity+json"])
@pytest.mark.parametrize(
    "hidden",
    [{"visibility": Visibility.PRIVATE}, {"visibility": Visibility.DIRECT}, {"local_only": True}],
)
async def test_what_is_not_for_strangers_looks_as_if_it_were_not_there(
    stranger: Browser, db: Database, hidden: dict[str, object], accept: str
) -> None:
    amy, status = await posted(db, SECRET, **hidden)
    answer = await stranger.client.get(path_of(amy, status), headers={"Accept": accept}, allow_redirects=False)
    missing = await stranger.client.get(f"/@amy/{status.id + 1}", headers={"Accept": accept}, allow_redirects=False)
    assert answer.status == missing.status == 404
    assert "Location" not in answer.headers
    told, wanted = await answer.text(), await missing.text()
    assert SECRET not in told
    assert told == wanted


async def test_the_audience_of_a_post_opens_it(signed_in: SignedIn, read: Read, db: Database) -> None:
    def posts(tx: Tx) -> tuple[dict[str, Account], dict[str, Status]]:
        people = {name: make.put_account(tx, name) for name in ("amy", "fan", "named", "other")}
        amy = people["amy"]
        make.put_follow(tx, people["fan"], amy)
        return people, {
            "private": make.post(tx, amy, SECRET, visibility=Visibility.PRIVATE),
            "direct": make.post(tx, amy, SECRET, visibility=Visibility.DIRECT, mentioned=(people["named"].id,)),
            "local": make.post(tx, amy, SECRET, local_only=True),
        }

    people, statuses = await db.write(posts)
    may = {"private": {"amy", "fan"}, "direct": {"amy", "named"}, "local": {"amy", "fan", "named", "other"}}
    for kind, status in statuses.items():
        for name, account in people.items():
            expected = 200 if name in may[kind] else 404
            html = await read(await signed_in(account), path_of(people["amy"], status), status=expected)
            assert (SECRET in html) == (expected == 200)


async def test_reach_fediverse_asks_strangers_to_sign_in(
    stranger: Browser, signed_in: SignedIn, read: Read, db: Database
) -> None:
    amy, status = await posted(db, SECRET, person={"display_name": "Amy Ash", "reach": Reach.FEDIVERSE})
    html = await read(stranger, path_of(amy, status))
    assert "Amy Ash" in html
    assert SECRET not in html
    assert SECRET in await read(await signed_in(amy), path_of(amy, status))


async def test_a_thread_shows_each_reader_what_is_for_them(
    stranger: Browser, signed_in: SignedIn, read: Read, db: Database
) -> None:
    def talk(tx: Tx) -> tuple[Account, Status]:
        amy, ben = make.put_account(tx, "amy"), make.put_account(tx, "ben")
        top = make.post(tx, amy, "The beginning")
        middle = make.post(tx, ben, "The middle", in_reply_to_id=top.id)
        hidden = make.post(tx, amy, SECRET, in_reply_to_id=middle.id, visibility=Visibility.PRIVATE)
        make.post(tx, ben, "The end", in_reply_to_id=middle.id)
        make.put_follow(tx, ben, amy)
        make.post(tx, ben, "An answer to the hidden one", in_reply_to_id=hidden.id)
        return ben, middle

    ben, middle = await db.write(talk)
    html = await read(stranger, path_of(ben, middle))
    said = Document.of(html).one("main").text
    order = [said.index(text) for text in ("The beginning", "The middle", "An answer to the hidden one", "The end")]
    assert order == sorted(order)
    assert SECRET not in html
    assert SECRET in await read(await signed_in(ben), path_of(ben, middle))


async def test_a_boost_leads_to_the_post(stranger: Browser, db: Database) -> None:
    def boost(tx: Tx) -> tuple[Status, Status]:
        amy, ben = make.put_account(tx, "amy"), make.put_account(tx, "ben")
        status, number = make.post(tx, amy, "Words"), make.new_id()
        uri = f"{ben.uri}/boosts/{number}"
        made = interactions.reblog(
            tx, account=ben, status_id=status.id, boost_id=number, uri=uri, now=make.NOW, visibility=Visibility.PUBLIC
        )
        return status, made

    status, boosted = await db.write(boost)
    answer = await stranger.get(f"/@ben/{boosted.id}")
    assert (answer.status, answer.headers["Location"]) == (303, f"/@amy/{status.id}")


async def test_a_post_has_one_address(stranger: Browser, db: Database) -> None:
    amy, status = await posted(db)
    answer = await stranger.get(f"/@somebody/{status.id}")
    assert (answer.status, answer.headers["Location"]) == (303, path_of(amy, status))


async def test_a_deleted_post_is_gone(stranger: Browser, read: Read, db: Database) -> None:
    amy, status = await posted(db, SECRET)
    await db.write(_forget, status)
    await read(stranger, path_of(amy, status), status=410)


def _forget(tx: Tx, status: Status) -> None:
    editing.delete_status(tx, author_id=status.account_id, status_id=status.id, now=make.NOW)
    stone = tombstones.find(tx, status.uri)
    assert stone is not None
    tombstones.add(tx, replace(stone, uri=object_uri(Origin.of("https://alpha.test"), status.id)))


async def test_a_post_of_another_server_is_read_there_by_strangers_and_here_by_members(
    stranger: Browser, signed_in: SignedIn, read: Read, db: Database
) -> None:
    def far(tx: Tx) -> tuple[Account, Account, Status]:
        zoe = make.put_account(tx, "zoe", "far.test")
        picture = RemoteMedia(remote_url="https://far.test/files/1.jpg", media_type="image/jpeg", kind=MediaKind.IMAGE)
        return make.put_account(tx), zoe, make.receive(tx, zoe, "Words from afar", media=(picture,))

    amy, zoe, status = await db.write(far)
    html = await read(stranger, path_of(zoe, status))
    assert f'href="{status.url}"' in html
    assert "Words from afar" not in html
    page = Document.of(await read(await signed_in(amy), path_of(zoe, status)))
    assert "Words from afar" in page.one("main").text
    sources = [e.attributes["src"] for e in page.all("img")]
    assert sources
    assert all(source.startswith("https://alpha.test/media/proxy/") for source in sources)


async def test_a_poll_that_hides_its_totals_shows_them_when_it_has_ended(
    stranger: Browser, read: Read, db: Database, clock: object
) -> None:
    poll = PollDraft(options=("Tea", "Coffee"), expires_at=make.NOW.replace(hour=20), hide_totals=True)
    amy, status = await posted(db, poll=poll)
    assert " %" not in Document.of(await read(stranger, path_of(amy, status))).one("main").text
    clock.forward(days=1)  # type: ignore[attr-defined]  # the clock of tests
    assert "0 %" in Document.of(await read(stranger, path_of(amy, status))).one("main").text


@pytest.mark.parametrize(("indexable", "visibility", "listed"), [
    (True, Visibility.PUBLIC, True), (True, Visibility.UNLISTED, False), (False, Visibility.PUBLIC, False),
])  # fmt: skip
async def test_search_engines_may_list_what_its_author_wants_found(
    stranger: Browser, db: Database, indexable: bool, visibility: Visibility, listed: bool
) -> None:
    amy, status = await posted(db, person={"indexable": indexable}, visibility=visibility)
    answer = await stranger.get(path_of(amy, status))
    assert ("X-Robots-Tag" not in answer.headers) == listed
    assert ("noindex" not in await answer.text()) == listed


@pytest.mark.parametrize("path", ["/@amy/1", "/@amy/99999999999999999999", "/@amy/%D9%A1", "/@amy/-1", "/@amy/1e3", "/@amy/"])
async def test_what_is_no_post_is_not_found(stranger: Browser, read: Read, db: Database, path: str) -> None:
    await db.write(make.put_account)
    await read(stranger, path, status=404)


def _sent(tx: Tx, status: Status, states: dict[str, DeliveryState]) -> None:
    """A post on its way to these servers."""
    activity = OutboundActivity(
        id=make.new_id(),
        uri=f"{status.uri}/activity",
        account_id=status.account_id,
        type="Create",
        object_uri=status.uri,
        status_id=status.id,
        body=b"{}",
        body_sha256=b"",
        created_at=make.NOW,
    )
    activities.put_once(tx, activity)
    inboxes = [Inbox(url=f"https://{host}/inbox", host=host, shared=True) for host in states]
    for delivery in deliveries.add(tx, activity_id=activity.id, inboxes=inboxes, now=make.NOW, new_id=make.new_id):
        if states[delivery.host] is DeliveryState.WAITING:
            deliveries.fail(tx, delivery.id, answer=500, reason="", refused=False, expired=False, now=make.NOW)
        else:
            deliveries.end(tx, delivery.id, states[delivery.host], now=make.NOW)


async def test_its_author_sees_which_servers_did_not_get_it_and_nobody_else_does(
    stranger: Browser, signed_in: SignedIn, read: Read, db: Database
) -> None:
    amy, status = await posted(db)
    ben = await db.write(make.put_account, "ben")
    fates = {"beta.test": DeliveryState.REFUSED, "gamma.test": DeliveryState.DELIVERED, "delta.test": DeliveryState.WAITING}
    await db.write(_sent, status, fates)
    shown = await read(await signed_in(amy), path_of(amy, status))
    assert "Not delivered to 1 server." in shown
    assert "beta.test" in shown
    assert "gamma.test" not in shown
    assert "1 server could not be reached yet. We keep trying." in shown
    for other in (stranger, await signed_in(ben)):
        assert "beta.test" not in await read(other, path_of(amy, status))
