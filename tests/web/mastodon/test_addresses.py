"""Addresses as clients write them: with or without a slash at the end, in the letters of each method (mastodon-api.md, 3.1)."""

from __future__ import annotations

import pytest

from tests.web.mastodon.conftest import Api

STATUS = (
    ("GET", "/api/v1/statuses/{id}"),
    ("GET", "/api/v1/statuses/{id}/context"),
    ("GET", "/api/v1/statuses/{id}/history"),
    ("GET", "/api/v1/statuses/{id}/source"),
    ("GET", "/api/v1/statuses/{id}/reblogged_by"),
    ("GET", "/api/v1/statuses/{id}/favourited_by"),
    ("PUT", "/api/v1/statuses/{id}"),
    ("POST", "/api/v1/statuses/{id}/favourite"),
    ("POST", "/api/v1/statuses/{id}/unfavourite"),
    ("POST", "/api/v1/statuses/{id}/reblog"),
    ("POST", "/api/v1/statuses/{id}/unreblog"),
    ("POST", "/api/v1/statuses/{id}/bookmark"),
    ("POST", "/api/v1/statuses/{id}/unbookmark"),
    ("POST", "/api/v1/statuses/{id}/mute"),
    ("POST", "/api/v1/statuses/{id}/unmute"),
    ("POST", "/api/v1/statuses/{id}/pin"),
    ("POST", "/api/v1/statuses/{id}/unpin"),
)
ACCOUNT = (
    ("GET", "/api/v1/accounts/{id}"),
    ("GET", "/api/v1/accounts/{id}/statuses"),
    ("GET", "/api/v1/accounts/{id}/followers"),
    ("GET", "/api/v1/accounts/{id}/following"),
    ("GET", "/api/v1/accounts/{id}/lists"),
    ("GET", "/api/v1/accounts/{id}/featured_tags"),
    ("GET", "/api/v1/accounts/{id}/endorsements"),
    ("POST", "/api/v1/accounts/{id}/follow"),
    ("POST", "/api/v1/accounts/{id}/unfollow"),
    ("POST", "/api/v1/accounts/{id}/remove_from_followers"),
    ("POST", "/api/v1/accounts/{id}/mute"),
    ("POST", "/api/v1/accounts/{id}/unmute"),
    ("POST", "/api/v1/accounts/{id}/block"),
    ("POST", "/api/v1/accounts/{id}/unblock"),
)
OTHERS = (
    ("GET", "/api/v1/accounts/verify_credentials"),
    ("GET", "/api/v1/accounts/relationships"),
    ("GET", "/api/v1/lists"),
    ("GET", "/api/v1/blocks"),
    ("GET", "/api/v1/bookmarks"),
    ("GET", "/api/v1/favourites"),
    ("GET", "/api/v1/notifications/unread_count"),
    ("GET", "/api/v2/notifications/unread_count"),
    ("GET", "/api/v2/notifications/policy"),
    ("GET", "/api/v1/notifications/policy"),
    ("PUT", "/api/v1/notifications/policy"),
    ("PATCH", "/api/v2/notifications/policy"),
    ("GET", "/api/v1/notifications/requests"),
    ("GET", "/api/v1/notifications/requests/merged"),
    ("POST", "/api/v1/notifications/requests/accept"),
    ("POST", "/api/v1/notifications/requests/dismiss"),
    ("GET", "/api/v1/timelines/home"),
    ("GET", "/api/v1/timelines/public"),
    ("GET", "/api/v1/timelines/tag/Case"),
    ("GET", "/api/v1/tags/Case"),
    ("GET", "/api/v1/tags/Fu%C3%9F"),
    ("GET", "/api/v1/instance"),
    ("GET", "/api/v2/instance"),
    ("GET", "/api/v1/instance/rules"),
    ("POST", "/api/v1/notifications/clear"),
    ("POST", "/api/v2/notifications/clear"),
    ("PATCH", "/api/v1/accounts/update_credentials"),
    ("PUT", "/api/v1/accounts/update_credentials"),
)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_slash_at_the_end_changes_nothing(api: Api) -> None:
    await api.join("amy", "ben")
    post = await api.post("amy", "x")
    ids = [(STATUS, post["id"]), (ACCOUNT, str(api.accounts["ben"].id)), (OTHERS, "")]
    for table, number in ids:
        for method, pattern in table:
            path = pattern.replace("{id}", number)
            form = None if method == "GET" else {"status": "x"}
            for address in (path, f"{path}/"):
                answer = await api.call(method, address, "amy", json=form)
                assert answer.status == 200, (method, address, answer.json)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_unknown_addresses_and_methods_answer_in_json(api: Api) -> None:
    await api.join("amy")
    for method, path, status in (
        ("GET", "/api/v1/nonsense", 404),
        ("GET", "/api/v1/filters/of/mine", 404),
        ("GET", "/api/v1/timelines/direct", 404),
        ("DELETE", "/api/v1/timelines/home", 405),
    ):
        answer = await api.call(method, path, "amy")
        assert (answer.status, list(answer.json)) == (status, ["error"])
