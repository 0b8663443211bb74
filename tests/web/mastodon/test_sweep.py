"""Other people's ids: every address that takes one answers as if there were no such thing (VIS-9)."""

from __future__ import annotations

import pytest

from fedisw.model.media import Media, MediaKind
from fedisw.storage.queries import media
from fedisw.web.mastodon.table import ROUTES
from tests.web.mastodon.conftest import Api

OPEN = {  # what these show or take is anybody's
    "/api/v1/annual_reports/{year}/state",
    "/api/v1/instance/terms_of_service/{date}",
    "/api/v1/accounts/{account_id}/collections",
    "/api/v1/accounts/{account_id}/in_collections",
    "/api/v1_alpha/accounts/{account_id}/collections",
    "/api/v1_alpha/accounts/{account_id}/in_collections",
    "/api/v1/accounts/{id}",
    "/api/v1/accounts/{id}/statuses",
    "/api/v1/accounts/{id}/followers",
    "/api/v1/accounts/{id}/following",
    "/api/v1/accounts/{id}/lists",
    "/api/v1/accounts/{id}/follow",
    "/api/v1/accounts/{id}/unfollow",
    "/api/v1/accounts/{id}/remove_from_followers",
    "/api/v1/accounts/{id}/block",
    "/api/v1/accounts/{id}/unblock",
    "/api/v1/accounts/{id}/mute",
    "/api/v1/accounts/{id}/unmute",
    "/api/v1/accounts/{id}/featured_tags",
    "/api/v1/accounts/{id}/endorsements",
    "/api/v1/accounts/{id}/endorse",
    "/api/v1/accounts/{id}/unendorse",
    "/api/v1/accounts/{id}/pin",
    "/api/v1/accounts/{id}/unpin",
    "/api/v1/accounts/{id}/note",
    "/api/v1/accounts/{id}/identity_proofs",
    "/api/v1/accounts/{id}/email_subscriptions",
    "/api/v1/suggestions/{account_id}",
    "/api/v1/tags/{name}",
    "/api/v1/tags/{name}/follow",
    "/api/v1/tags/{name}/unfollow",
    "/api/v1/tags/{name}/feature",
    "/api/v1/tags/{name}/unfeature",
    "/api/v1/timelines/tag/{hashtag}",
}


FILTER = {"title": "Work", "context": ["home"], "keywords_attributes": [{"keyword": "work"}]}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_ids_of_one_person_are_nothing_for_another(api: Api) -> None:
    await api.join("amy", "ben", "cat")
    poll = {"options": ["a", "b"], "expires_in": 300}
    post = await api.post("amy", "@cat x", visibility="direct", poll=poll)
    await api.ok("POST", f"/api/v1/statuses/{post['id']}/favourite", "cat")
    user_list = await api.ok("POST", "/api/v1/lists", "amy", json={"title": "Team"})
    key = f"local/00/00/{7:032}.png"
    file = Media(id=7, account_id=api.accounts["amy"].id, kind=MediaKind.IMAGE, key=key, created_at=api.clock())
    await api.db.write(media.add, file)
    form = {"status": "x", "scheduled_at": "2027-01-01T00:00:00Z"}
    waiting = await api.ok("POST", "/api/v1/statuses", "amy", json=form)
    (talk,) = await api.ok("GET", "/api/v1/conversations", "amy")
    hidden = await api.ok("POST", "/api/v2/filters", "amy", json=FILTER)
    named = await api.ok("POST", f"/api/v2/filters/{hidden['id']}/statuses", "amy", json={"status_id": post["id"]})
    word = hidden["keywords"][0]["id"]
    told = (await api.ok("GET", "/api/v2/notifications", "amy"))["notification_groups"][0]
    featured = await api.ok("POST", "/api/v1/featured_tags", "amy", json={"name": "Team"})
    ids = {
        "/api/v1/conversations/": talk["id"],
        "/api/v2/filters/keywords/": word,
        "/api/v2/filters/statuses/": named["id"],
        "/api/v2/filters/": hidden["id"],
        "/api/v1/filters/": word,
        "/api/v1/statuses/": post["id"],
        "/api/v1/polls/": post["poll"]["id"],
        "/api/v1/lists/": user_list["id"],
        "/api/v1/timelines/list/": user_list["id"],
        "/api/v1/notifications/": str(told["most_recent_notification_id"]),
        "/api/v2/notifications/": told["group_key"],
        "/api/v1/follow_requests/": str(api.accounts["cat"].id),
        "/api/v1/announcements/": "1",
        "/api/v1/annual_reports/": "2025",
        "/api/v1_alpha/async_refreshes/": "1",
        "/api/v1/collections/": "1",
        "/api/v1_alpha/collections/": "1",
        "/api/v1/featured_tags/": featured["id"],
        "/api/v1/media/": "7",
        "/api/v1/scheduled_statuses/": waiting["id"],
    }
    forms: dict[str, object] = {"account_ids": [api.accounts["cat"].id], "choices": [0], "status": "stolen", "title": "stolen"}
    forms["scheduled_at"] = "2027-02-01T00:00:00Z"
    forms["account_id"] = api.accounts["cat"].id
    forms |= {"keyword": "stolen", "phrase": "stolen", "context": ["home"], "status_id": post["id"]}
    swept = 0
    for route in ROUTES:
        if "{" not in route.path or route.path in OPEN:
            continue
        start = next(prefix for prefix in ids if route.path.startswith(prefix))
        name = route.path.partition("{")[2].partition("}")[0]
        path = route.path.replace(f"{{{name}}}", ids[start])
        answer = await api.call(route.method, path, "ben", json=None if route.method == "GET" else forms)
        assert (answer.status, answer.json) == (404, {"error": "Record not found"}), (route.method, path)
        swept += 1
    assert swept > 35
    assert (await api.ok("GET", f"/api/v1/statuses/{post['id']}", "amy"))["content"] == post["content"]
    assert (await api.ok("GET", f"/api/v1/lists/{user_list['id']}", "amy"))["title"] == "Team"
