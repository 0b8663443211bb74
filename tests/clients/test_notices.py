"""Mastodon.py about what people are told: policy, requests and web push."""

from __future__ import annotations

from mastodon import MastodonNotFoundError

from tests.clients.conftest import Pair
from tests.clients.test_mastodon_py import app_of
from tests.support.server import eventually


def test_a_person_decides_who_may_tell_them_something(pair: Pair) -> None:
    one, other = pair.newcomer("nora"), pair.newcomer("otto")
    nora, otto = app_of(one), app_of(other)
    assert nora.notifications_policy().for_not_following == "accept"
    assert nora.update_notifications_policy(for_not_following="filter").for_not_following == "filter"
    otto.status_post(f"@{one.name} hello")
    eventually(lambda: nora.notification_requests())
    assert nora.notifications() == []
    (request,) = nora.notification_requests()
    assert (request.account.acct, int(request.notifications_count)) == (other.name, 1)
    assert nora.notification_request(request.id).last_status.account.acct == other.name
    nora.accept_notification_request(request.id)
    eventually(lambda: nora.notifications())
    assert nora.notifications_merged()
    (told,) = nora.grouped_notifications().notification_groups
    assert told.type == "mention"
    assert nora.unread_grouped_notifications_count() == 1
    nora.dismiss_grouped_notification(told.group_key)
    assert nora.notifications() == []


def test_an_app_subscribes_to_push(pair: Pair) -> None:
    person = pair.newcomer("pia")
    pia = app_of(person)
    private, public = pia.push_subscription_generate_keys()
    made = pia.push_subscription_set("https://push.example/abc", public, follow_events=True, mention_events=True)
    assert (made.alerts["follow"], made.alerts["poll"], made.endpoint) == (True, False, "https://push.example/abc")
    assert pia.push_subscription().id == made.id
    assert pia.push_subscription_update(poll_events=True).alerts["poll"]
    pia.push_subscription_delete()
    try:
        pia.push_subscription()
    except MastodonNotFoundError:
        assert private["privkey"]
    else:
        raise AssertionError("it is still there")
