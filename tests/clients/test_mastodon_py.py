"""Mastodon.py, the Python library of many scripts, against two real servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Thread
from typing import Any

import pytest
from mastodon import Mastodon, MastodonNotFoundError, MastodonUnauthorizedError, StreamListener
from mastodon.errors import MastodonDeprecationWarning

from tests.clients.conftest import Pair
from tests.support.pictures import picture
from tests.support.server import PASSWORD, Person, eventually
from tests.support.visitor import OUT_OF_BAND, Visitor

SCOPES = ["read", "write", "follow", "push"]
MANY = 65


@pytest.fixture
def amy(pair: Pair) -> Person:
    """Somebody with an app."""
    return pair.newcomer("amy")


@pytest.fixture
def ben(pair: Pair) -> Person:
    """Somebody else on the same server."""
    return pair.newcomer("ben")


def app_of(person: Person) -> Mastodon:
    return Mastodon(access_token=person.token, api_base_url=person.server.origin, request_timeout=20)


def follows(reader: Mastodon, author: Person) -> None:
    assert reader.account_follow(author.id).following


def ids(posts: list[Any]) -> list[str]:
    return [str(post.id) for post in posts]


class Heard(StreamListener):
    """What came through a stream."""

    def __init__(self) -> None:
        self.events: Queue[tuple[str, Any]] = Queue()

    def on_update(self, status: Any) -> None:
        self.events.put(("update", status))

    def on_status_update(self, status: Any) -> None:
        self.events.put(("status.update", status))

    def on_notification(self, notification: Any) -> None:
        self.events.put(("notification", notification))

    def on_delete(self, status_id: Any) -> None:
        self.events.put(("delete", status_id))

    def next(self) -> tuple[str, Any]:
        return self.events.get(timeout=10)


@contextmanager
def listening(app: Mastodon, heard: Heard | None = None) -> Iterator[Heard]:
    heard = heard or Heard()
    handle = app.stream_user(heard, run_async=True)
    eventually(handle.is_receiving)
    yield heard
    closing = Thread(target=handle.close)
    closing.start()
    app.status_post("The last one", visibility="direct")  # it looks up from its reading only when something comes
    closing.join()


@pytest.mark.parametrize("redirect", [OUT_OF_BAND, "https://app.example/back", "http://127.0.0.1:7/back"])
def test_it_gets_its_token_through_the_pages(pair: Pair, amy: Person, redirect: str) -> None:
    origin = pair.home.origin
    names = Mastodon.create_app("Mastodon.py", scopes=SCOPES, redirect_uris=[OUT_OF_BAND, redirect], api_base_url=origin)
    app = Mastodon(*names, api_base_url=origin)
    url = app.auth_request_url(redirect_uris=redirect, scopes=SCOPES, state="round trip", allow_http=True)
    visitor = Visitor(origin)
    code = visitor.code_for(url, amy.email, PASSWORD)
    assert (redirect == OUT_OF_BAND) is (visitor.left_for == "")
    app.log_in(code=code, redirect_uri=redirect, scopes=SCOPES, allow_http=True)
    assert app.me().username == amy.name
    app.revoke_access_token(allow_http=True)
    with pytest.raises(MastodonUnauthorizedError):
        app.me()


def test_it_knows_the_server(pair: Pair, amy: Person) -> None:
    app = app_of(amy)
    assert app.instance_health()
    assert app.instance_v2().domain == pair.home.host
    with pytest.warns(MastodonDeprecationWarning):
        assert app.instance_v1().uri == pair.home.host
    assert app.instance_nodeinfo().software.name == "fedisw"
    assert app.retrieve_mastodon_version().startswith("4.")
    assert app.preferences()["posting:default:visibility"] == "public"


def test_a_post_with_a_picture_a_content_note_and_a_visibility(amy: Person, ben: Person) -> None:
    writer, reader = app_of(amy), app_of(ben)
    follows(reader, amy)
    media = writer.media_post(picture(), mime_type="image/png", description="A green field", synchronous=True)
    assert media.blurhash
    status = writer.status_post("In the evening", media_ids=[media], spoiler_text="grief", visibility="private", language="en")
    seen = eventually(lambda: reader.timeline_home())[0]
    assert (seen.id, seen.spoiler_text, seen.visibility, seen.sensitive, seen.language) == (
        status.id, "grief", "private", True, "en",
    )  # fmt: skip
    assert seen.content == "<p>In the evening</p>"
    assert [(one.type, one.description) for one in seen.media_attachments] == [("image", "A green field")]
    stranger = Mastodon(api_base_url=amy.server.origin, request_timeout=20)
    with pytest.raises(MastodonNotFoundError):
        stranger.status(status.id)


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
def test_who_sees_what(amy: Person, ben: Person, visibility: str) -> None:
    writer, stranger = app_of(amy), app_of(ben)
    status = writer.status_post("Only for some", visibility=visibility)
    assert writer.status(status.id).visibility == visibility
    listed = ids(stranger.timeline_local(limit=40))
    assert (str(status.id) in listed) is (visibility == "public")
    if visibility in ("public", "unlisted"):
        assert stranger.status(status.id).id == status.id
    else:
        with pytest.raises(MastodonNotFoundError):
            stranger.status(status.id)


def test_likes_boosts_and_saved_posts(amy: Person, ben: Person) -> None:
    writer, reader = app_of(amy), app_of(ben)
    status = writer.status_post("Worth it")
    assert reader.status_favourite(status.id).favourited
    boost = reader.status_reblog(status.id)
    assert boost.reblog.id == status.id
    assert reader.status_bookmark(status.id).bookmarked
    counted = writer.status(status.id)
    assert (counted.favourites_count, counted.reblogs_count) == (1, 1)
    assert [one.username for one in writer.status_favourited_by(status.id)] == [ben.name]
    assert [one.username for one in writer.status_reblogged_by(status.id)] == [ben.name]
    assert (ids(reader.favourites()), ids(reader.bookmarks())) == ([str(status.id)], [str(status.id)])
    reader.status_unfavourite(status.id)
    reader.status_unreblog(status.id)
    reader.status_unbookmark(status.id)
    counted = writer.status(status.id)
    assert (counted.favourites_count, counted.reblogs_count) == (0, 0)
    assert (ids(reader.favourites()), ids(reader.bookmarks()), ids(reader.account_statuses(ben.id))) == ([], [], [])


def test_it_finds_and_follows_somebody_on_another_server(pair: Pair, amy: Person) -> None:
    zoe = pair.newcomer("zoe", away=True)
    zoe.post("/api/v1/statuses", status="Before you came")
    app = app_of(amy)
    found = app.search(zoe.handle, resolve=True).accounts
    assert [one.acct for one in found] == [zoe.handle]
    app.account_follow(found[0].id)
    eventually(lambda: app.account_relationships(found[0].id)[0].following)
    zoe.post("/api/v1/statuses", status="From far away")
    words = "<p>From far away</p>"
    assert eventually(lambda: [one for one in app.timeline_home() if one.content == words])


def test_posts_and_tags_are_found(amy: Person) -> None:
    app, word = app_of(amy), f"Hausbesuch{amy.id}"
    status = app.status_post(f"#{word} today")
    assert [one.name for one in app.search(word, result_type="hashtags").hashtags] == [word.lower()]
    assert ids(app.search(status.url, result_type="statuses").statuses) == [str(status.id)]
    assert ids(app.timeline_hashtag(word)) == [str(status.id)]


def test_streams_tell_of_posts_and_notifications(amy: Person, ben: Person) -> None:
    writer, reader = app_of(amy), app_of(ben)
    follows(reader, amy)
    with listening(reader) as heard:
        status = writer.status_post(f"@{ben.name} listen")
        events = dict(heard.next() for _ in range(2))
        assert events["update"].id == status.id
        assert (events["notification"].type, events["notification"].status.id) == ("mention", status.id)
        writer.status_update(status.id, f"@{ben.name} listen well")
        kind, changed = heard.next()
        assert (kind, changed.content.endswith("listen well</p>")) == ("status.update", True)
        writer.status_delete(status.id)
        assert heard.next() == ("delete", status.id)


def test_many_posts_are_paged_through_without_gap_or_repeat(amy: Person, ben: Person) -> None:
    writer, reader = app_of(amy), app_of(ben)
    follows(reader, amy)
    newest_first = [str(writer.status_post(f"Number {number}").id) for number in range(MANY)][::-1]
    eventually(lambda: ids(reader.timeline_home(limit=1)) == newest_first[:1])
    for first in (
        lambda: reader.timeline_home(limit=20),
        lambda: reader.account_statuses(amy.id, limit=20),
    ):
        page, pages = first(), []
        while page:
            pages.append(page)
            page = reader.fetch_next(page)
        assert [one for page in pages for one in ids(page)] == newest_first
        page, found = pages[-1], []
        while page:
            found = ids(page) + found
            page = reader.fetch_previous(page)
        assert found == newest_first


def test_notifications_one_by_one_and_in_groups(pair: Pair, amy: Person, ben: Person) -> None:
    cleo = pair.newcomer("cleo")
    app, others = app_of(amy), [app_of(ben), app_of(cleo)]
    status = app.status_post("Please answer")
    for other in others:
        other.status_favourite(status.id)
        other.account_follow(amy.id)
    others[0].status_reblog(status.id)
    others[1].status_reply(status, "An answer")
    kinds = eventually(lambda: len(found := app.notifications()) == 6 and [one.type for one in found])
    assert sorted(kinds) == ["favourite", "favourite", "follow", "follow", "mention", "reblog"]
    assert [one.type for one in app.notifications(types=["mention"])] == ["mention"]
    assert app.notifications_unread_count().count == 6
    groups = app.grouped_notifications()
    assert {group.type: group.notifications_count for group in groups.notification_groups} == {
        "favourite": 2, "follow": 2, "mention": 1, "reblog": 1,
    }  # fmt: skip
    likes = next(group for group in groups.notification_groups if group.type == "favourite")
    assert {one.username for one in app.grouped_notification_accounts(likes.group_key)} == {ben.name, cleo.name}
    app.markers_set("notifications", kinds and app.notifications()[0].id)
    assert app.notifications_unread_count().count == 0
    app.notifications_clear()
    assert app.notifications() == []


def test_posts_are_changed_and_deleted(amy: Person) -> None:
    app = app_of(amy)
    media = app.media_post(picture(), mime_type="image/png", synchronous=True)
    status = app.status_post("A tpyo", media_ids=[media])
    assert app.status_source(status.id).text == "A tpyo"
    attributes = app.generate_media_edit_attributes(media.id, description="Now described")
    app.status_update(status.id, "A typo", spoiler_text="spelling", media_attributes=[attributes])
    changed = app.status(status.id)
    assert (changed.content, changed.spoiler_text) == ("<p>A typo</p>", "spelling")
    assert changed.media_attachments[0].description == "Now described"
    assert changed.edited_at is not None
    assert [one.content for one in app.status_history(status.id)] == ["<p>A tpyo</p>", "<p>A typo</p>"]
    assert app.status_delete(status.id).text == "A typo"
    with pytest.raises(MastodonNotFoundError):
        app.status(status.id)


def test_polls(amy: Person, ben: Person) -> None:
    writer, reader = app_of(amy), app_of(ben)
    status = writer.status_post("When?", poll=writer.make_poll(["Monday", "Friday"], expires_in=3600, multiple=True))
    assert [option.title for option in status.poll.options] == ["Monday", "Friday"]
    voted = reader.poll_vote(status.poll, [1])
    assert (voted.voted, voted.own_votes) == (True, [1])
    assert [option.votes_count for option in writer.poll(status.poll).options] == [0, 1]


def test_lists(amy: Person, ben: Person) -> None:
    app, author = app_of(amy), app_of(ben)
    follows(app, ben)
    team = app.list_create("The team", replies_policy="list")
    app.list_accounts_add(team, ben.id)
    status = author.status_post("For all lists")
    assert eventually(lambda: ids(app.timeline_list(team))) == [str(status.id)]
    assert [one.title for one in app.account_lists(ben.id)] == ["The team"]
    assert app.list_update(team, "The whole team").title == "The whole team"
    app.list_accounts_delete(team, ben.id)
    assert app.list_accounts(team) == []
    app.list_delete(team)
    assert app.lists() == []


def test_threads_and_profiles(amy: Person, ben: Person) -> None:
    writer, other = app_of(amy), app_of(ben)
    first = writer.status_post("A question")
    answer = other.status_reply(first, "An answer")
    last = writer.status_reply(answer, "Thanks")
    around = writer.status_context(answer.id)
    assert (ids(around.ancestors), ids(around.descendants)) == ([str(first.id)], [str(last.id)])
    writer.account_update_credentials(display_name="Amy A.", note="Family counsellor", fields=[("Work", "Berlin")])
    shown = other.account(amy.id)
    assert (shown.display_name, shown.note, shown.fields[0].value) == ("Amy A.", "<p>Family counsellor</p>", "Berlin")
    writer.account_block(ben.id)
    assert writer.account_relationships(ben.id)[0].blocking
    writer.account_unblock(ben.id)
    writer.account_mute(ben.id, notifications=False)
    assert ids_of_people(writer.mutes()) == [ben.id]


def ids_of_people(people: list[Any]) -> list[str]:
    return [str(one.id) for one in people]
