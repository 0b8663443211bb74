"""Mastodon.py: profiles, tags and finding people."""

from __future__ import annotations

from mastodon import Mastodon

from tests.clients.conftest import Pair
from tests.clients.test_mastodon_py import app_of
from tests.support.pictures import picture
from tests.support.server import eventually


def test_a_profile_is_edited_and_tags_are_followed_and_featured(pair: Pair) -> None:
    amy, ben = pair.newcomer("amy"), pair.newcomer("ben")
    mine, his = app_of(amy), app_of(ben)
    me = mine.account_update_credentials(
        display_name="Amy",
        note="School social worker",
        avatar=picture(),
        avatar_mime_type="image/png",
        fields=[("Site", "https://example.org"), ("Town", "Lugo")],
        discoverable=True,
    )
    assert (me.display_name, [field.name for field in me.fields]) == ("Amy", ["Site", "Town"])
    assert "/media/" in me.avatar
    assert mine.tag_follow("Shelter").following
    assert [tag.name for tag in mine.followed_tags()] == ["shelter"]
    post = his.status_post("Beds free #shelter")
    assert eventually(lambda: [item.id for item in mine.timeline_home()]) == [post.id]
    assert not mine.tag_unfollow("shelter").following
    shown = his.featured_tag_create("shelter")
    assert [(tag.name, int(tag.statuses_count)) for tag in his.featured_tags()] == [("shelter", 1)]
    assert his.featured_tag_suggestions() == []
    his.featured_tag_delete(shown)
    assert his.featured_tags() == []


def test_people_are_recommended_noted_and_found(pair: Pair) -> None:
    amy, ben, cat = pair.newcomer("amy"), pair.newcomer("ben"), pair.newcomer("cat")
    mine, his, hers = app_of(amy), app_of(ben), app_of(cat)
    for app in (his, hers):
        app.account_update_credentials(discoverable=True)
    mine.account_follow(ben.id)
    his.account_follow(cat.id)
    assert mine.account_followers(ben.id) == [], "hidden until somebody says otherwise"
    for app in (his, hers):
        app.account_update_credentials(hide_collections=False)
    assert [account.acct for account in mine.account_followers(ben.id)] == [amy.name]
    assert mine.account_pin(ben.id).endorsed
    assert [account.acct for account in mine.endorsements()] == [ben.name]
    assert mine.account_note_set(ben.id, "Met in Ghent").note == "Met in Ghent"
    common = mine.account_familiar_followers(cat.id)
    assert [account.acct for account in common[0].accounts] == [ben.name]
    assert cat.name in _names(mine)
    mine.suggestion_delete(cat.id)
    assert cat.name not in _names(mine)
    assert {ben.name, cat.name} <= {account.acct for account in mine.directory(local=True, order="new")}
    assert not mine.account_unpin(ben.id).endorsed
    assert not his.account_remove_from_followers(amy.id).followed_by
    mine.domain_block("bad.test")
    assert mine.domain_blocks() == ["bad.test"]
    mine.domain_unblock("bad.test")
    assert mine.domain_blocks() == []


def _names(app: Mastodon) -> list[str]:
    return [one.account.acct for one in app.suggestions_v2()]
