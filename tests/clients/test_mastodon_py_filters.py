"""Mastodon.py with filters, conversations and what streams tell of them."""

from __future__ import annotations

from typing import Any

import pytest
from mastodon import MastodonNotFoundError
from mastodon.errors import MastodonDeprecationWarning

from tests.clients.conftest import Pair
from tests.clients.test_mastodon_py import Heard, app_of, listening
from tests.support.server import eventually


class Everything(Heard):
    """What came through a stream, with what concerns its owner alone."""

    def on_filters_changed(self) -> None:
        self.events.put(("filters_changed", None))

    def on_conversation(self, conversation: Any) -> None:
        self.events.put(("conversation", conversation))


def test_filters_of_both_kinds(pair: Pair) -> None:
    amy, ben = pair.newcomer("amy"), pair.newcomer("ben")
    app, writer = app_of(amy), app_of(ben)
    keywords = [{"keyword": "grief", "whole_word": True}, {"keyword": "mourn", "whole_word": False}]
    one = app.create_filter_v2("Loss", ["home", "public"], "warn", expires_in=600, keywords_attributes=keywords)
    assert (one.title, one.filter_action, [word.keyword for word in one.keywords]) == ("Loss", "warn", ["grief", "mourn"])
    post, other = writer.status_post("Grief and mourning"), writer.status_post("a walk")
    (found,) = app.status(post.id).filtered
    assert (found.filter.id, found.keyword_matches, found.status_matches) == (one.id, ["grief", "mourn"], None)
    assert app.status(other.id).filtered == []
    named = app.add_filter_status_v2(one, other)
    assert app.status(other.id).filtered[0].status_matches == [str(other.id)]
    assert [item.id for item in app.filter_statuses_v2(one)] == [named.id]
    app.delete_filter_status_v2(named)
    word = app.add_filter_keyword_v2(one, "walk", whole_word=True)
    assert word.id in [item.id for item in app.filter_keywords_v2(one)]
    app.delete_filter_keyword_v2(word)
    changed = app.update_filter_v2(one, title="Sorrow", filter_action="hide")
    assert (changed.title, changed.filter_action) == ("Sorrow", "hide")
    assert [item.id for item in app.filters_v2()] == [one.id]
    with pytest.warns(MastodonDeprecationWarning):
        assert {item.phrase for item in app.filters()} == {"grief", "mourn"}
    app.delete_filter_v2(one)
    with pytest.raises(MastodonNotFoundError):
        app.filter_v2(one)
    assert app.status(post.id).filtered == []


def test_conversations_with_people_here_and_elsewhere(pair: Pair) -> None:
    amy, eve = pair.newcomer("amy"), pair.newcomer("eve", away=True)
    here, there = app_of(amy), app_of(eve)
    first = there.status_post(f"@{amy.handle} hello", visibility="direct")
    (talk,) = eventually(here.conversations)
    assert (talk.unread, [account.acct for account in talk.accounts]) == (True, [eve.handle])
    assert not here.conversations_read(talk).unread
    here.status_post(f"@{eve.handle} hello yourself", visibility="direct", in_reply_to_id=talk.last_status)
    answered = eventually(lambda: [one for one in there.conversations() if one.unread])
    assert "hello yourself" in there.status_context(first).descendants[0].content
    assert [account.acct for account in answered[0].accounts] == [amy.handle]


def test_streams_tell_of_filters(pair: Pair) -> None:
    app = app_of(pair.newcomer("amy"))
    with listening(app, Everything()) as heard:
        app.create_filter_v2("Loss", ["home"], "warn", keywords_attributes=[{"keyword": "grief", "whole_word": True}])
        assert heard.next() == ("filters_changed", None)
        post = app.status_post("good grief")
        event, status = heard.next()
        assert (event, status.id, len(status.filtered)) == ("update", post.id, 1)
