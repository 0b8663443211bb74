"""A server with something of everything: for each address with names in it, real ids that fit.

house = House(amy=server.person("amy"), ben=server.person("ben"), cat=server.person("cat"))
house.address("/api/v1/lists/{id}/accounts")  # a new list each time
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Final
from urllib.parse import quote

import requests

from tests.support.pictures import picture
from tests.support.server import Person, eventually

NAMES: Final = re.compile(r"\{(\w+)[^}]*\}")
TAG: Final = "supervision"
FAR: Final = "2031-01-01T10:00:00.000Z"
POLL: Final = {"poll[options][]": ["Monday", "Friday"], "poll[expires_in]": 3600}


class Unmade(Exception):
    """What an address needs cannot be made here (yet)."""


@dataclass(slots=True)
class House:
    """`amy` asks; she is followed by `ben`, whom she follows; `cat` waits at her door."""

    amy: Person
    ben: Person
    cat: Person

    def __post_init__(self) -> None:
        self.amy.post(f"/api/v1/accounts/{self.ben.id}/follow")
        self.ben.post(f"/api/v1/accounts/{self.amy.id}/follow")
        for who in (self.amy, self.ben, self.cat):
            self._try("PATCH", "/api/v1/accounts/update_credentials", by=who, discoverable="true")
        self._try("PATCH", "/api/v1/accounts/update_credentials", locked="true")

    def address(self, pattern: str) -> str:
        """A path with ids that are there for amy.

        Raises:
            Unmade: there is nothing of that kind.
        """
        if not NAMES.search(pattern):
            return pattern
        maker = max((start for start in MAKERS if pattern.startswith(start)), key=len, default=None)
        if maker is None:
            raise Unmade(pattern)
        made = MAKERS[maker](self)
        ids = iter(made if isinstance(made, tuple) else (made,))
        return NAMES.sub(lambda _: quote(next(ids, "1"), safe=""), pattern)

    def post(self, by: Person | None = None, **form: Any) -> dict[str, Any]:
        """A post, of amy if nobody is named."""
        return dict((by or self.amy).post("/api/v1/statuses", **{"status": f"Hello #{TAG}"} | form))

    def befriend(self) -> str:
        """Ben, with no block or mute between amy and him, and followed by her."""
        for act in ("unblock", "unmute", "follow"):
            self.amy.post(f"/api/v1/accounts/{self.ben.id}/{act}")
        return self.ben.id

    def follow(self, whom: Person) -> bool:
        """Amy follows somebody."""
        return bool(self.amy.post(f"/api/v1/accounts/{whom.id}/follow")["following"])

    def asking(self) -> str:
        """Cat, who wants to follow amy."""
        self.amy.post(f"/api/v1/accounts/{self.cat.id}/remove_from_followers")
        self.cat.post(f"/api/v1/accounts/{self.amy.id}/unfollow")
        self.cat.post(f"/api/v1/accounts/{self.amy.id}/follow")
        return self.cat.id

    def list_id(self) -> str:
        """A list with ben on it."""
        made = self._made("/api/v1/lists", title="Team")["id"]
        self.amy.post(f"/api/v1/lists/{made}/accounts", **{"account_ids[]": [self.befriend()]})
        return str(made)

    def filter_id(self) -> str:
        """A filter with a keyword."""
        form = {"title": "Quiet", "context[]": ["home"], "keywords_attributes[][keyword]": "noise"}
        return str(self._made("/api/v2/filters", **form)["id"])

    def keyword_id(self) -> str:
        """A keyword of a filter."""
        return str(self._made(f"/api/v2/filters/{self.filter_id()}/keywords", keyword="shout")["id"])

    def filtered_id(self) -> str:
        """A post in a filter."""
        return str(self._made(f"/api/v2/filters/{self.filter_id()}/statuses", status_id=self.post()["id"])["id"])

    def old_filter_id(self) -> str:
        """A filter as older apps make them."""
        return str(self._made("/api/v1/filters", **{"phrase": "noise", "context[]": ["home"]})["id"])

    def status_id(self) -> tuple[str, ...]:
        """A post of amy, and one that quotes it."""
        quoted = self.post(quote_approval_policy="public")["id"]
        answer = self._try("POST", "/api/v1/statuses", by=self.ben, status="See", quoted_status_id=quoted)
        return (quoted, str(answer.json()["id"]) if answer.ok else "1")

    def poll_id(self) -> str:
        """A poll of ben's."""
        return str(self.post(self.ben, **POLL)["poll"]["id"])

    def media_id(self) -> str:
        """A picture that is on no post."""
        return str(self.amy.upload(picture(), "A field")["id"])

    def scheduled_id(self) -> str:
        """A post for later."""
        made = self.post(scheduled_at=FAR) if self._try("GET", "/api/v1/scheduled_statuses/1").status_code != 405 else {}
        if "scheduled_at" not in made:
            raise Unmade("scheduled")
        return str(made["id"])

    def featured_tag_id(self) -> str:
        """A tag on amy's profile; the one before goes, since there is room for ten."""
        for tag in self.amy.get("/api/v1/featured_tags"):
            self._try("DELETE", f"/api/v1/featured_tags/{tag['id']}")
        return str(self._made("/api/v1/featured_tags", name=TAG)["id"])

    def conversation_id(self) -> str:
        """A message of ben to amy."""
        said = self.post(self.ben, status=f"@{self.amy.name} a word", visibility="direct")["id"]
        return str(eventually(lambda: self._first("/api/v1/conversations", lambda one: one["last_status"]["id"] == said))["id"])

    def notification_id(self) -> str:
        """That ben liked a post."""
        liked = self.post()["id"]
        self.ben.post(f"/api/v1/statuses/{liked}/favourite")
        return str(eventually(lambda: self._first("/api/v1/notifications", lambda one: _about(one, liked)))["id"])

    def group_key(self) -> str:
        """The same as a group."""
        self.notification_id()
        return str(self.amy.get("/api/v2/notifications")["notification_groups"][0]["group_key"])

    def request_id(self) -> str:
        """Somebody new mentions amy; whoever was accepted before would simply pass."""
        changed = self._try("PATCH", "/api/v2/notifications/policy", for_not_following="filter")
        if not changed.ok:
            raise Unmade("notification requests")
        stranger = self.amy.server.person(f"new_{token_hex(3)}")
        self.post(stranger, status=f"@{self.amy.name} hello")
        return str(eventually(lambda: self._first("/api/v1/notifications/requests", lambda one: _from(one, stranger)))["id"])

    def collection_id(self) -> tuple[str, ...]:
        """A collection with ben in it."""
        made = self._made("/api/v1/collections", name="Colleagues")["collection"]["id"]
        item = self._made(f"/api/v1/collections/{made}/items", account_id=self.befriend())["collection_item"]["id"]
        return str(made), str(item)

    def announcement_id(self) -> tuple[str, ...]:
        """One that is published, and an emoji."""
        told = self.amy.get("/api/v1/announcements")
        return (str(told[0]["id"]) if told else "1", "👍")

    def _first(self, path: str, fits: Callable[[Any], bool]) -> Any:
        return next((one for one in self.amy.get(path) if fits(one)), None)

    def _made(self, path: str, **form: Any) -> Any:
        answer = self._try("POST", path, **form)
        if not answer.ok:
            raise Unmade(f"{path}: {answer.status_code}")
        return answer.json()

    def _try(self, method: str, path: str, *, by: Person | None = None, **form: Any) -> requests.Response:
        who = by or self.amy
        headers = {"Authorization": f"Bearer {who.token}"}
        return requests.request(method, who.server.origin + path, headers=headers, data=form, timeout=20)


def _from(one: dict[str, Any], somebody: Person) -> bool:
    return bool(one["account"]["id"] == somebody.id)


def _about(one: dict[str, Any], status_id: str) -> bool:
    return bool((one.get("status") or {}).get("id") == status_id)


MAKERS: Final[dict[str, Callable[[House], str | tuple[str, ...]]]] = {
    "/api/v1/accounts/": House.befriend,
    "/api/v1/accounts/{account_id}/in_collections": lambda house: house.amy.id,
    "/api/v1/follow_requests/": House.asking,
    "/api/v1/tags/": lambda _: TAG,
    "/api/v1/timelines/tag/": lambda _: TAG,
    "/api/v1/featured_tags/": House.featured_tag_id,
    "/api/v1/lists/": House.list_id,
    "/api/v1/timelines/list/": House.list_id,
    "/api/v2/filters/": House.filter_id,
    "/api/v2/filters/keywords/": House.keyword_id,
    "/api/v2/filters/statuses/": House.filtered_id,
    "/api/v1/filters/": House.old_filter_id,
    "/api/v1/statuses/": House.status_id,
    "/api/v1/media/": House.media_id,
    "/api/v1/polls/": House.poll_id,
    "/api/v1/scheduled_statuses/": House.scheduled_id,
    "/api/v1/conversations/": House.conversation_id,
    "/api/v1/notifications/": House.notification_id,
    "/api/v2/notifications/": House.group_key,
    "/api/v1/notifications/requests/": House.request_id,
    "/api/v1/suggestions/": House.befriend,
    "/api/v1/announcements/": House.announcement_id,
    "/api/v1/collections/": House.collection_id,
    "/api/v1/annual_reports/": lambda _: "2025",
    "/api/v1/instance/terms_of_service/": lambda _: "2026-01-01",
    "/api/v1_alpha/async_refreshes/": lambda _: "1",
    "/invite/": lambda _: "abcdef",
    "/@": lambda house: (house.amy.name, str(house.post()["id"])),
    "/tags/": lambda _: TAG,
    "/ap/actors/": lambda house: house.amy.id,
    "/ap/objects/": lambda house: str(house.post()["id"]),
    "/ap/contexts/": lambda house: str(house.post()["id"]),
}
