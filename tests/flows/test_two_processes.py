"""Two real `fedisw run` processes at http://127.0.0.1:PORT: what one person does there arrives here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.pictures import picture
from tests.support.server import Person, eventually, prepared, running

SOON = 2.0  # seconds for a post to be on the other server


@contextmanager
def two_servers(folder: Path, new_url: Callable[[str], str]) -> Iterator[tuple[Person, Person]]:
    """Alice on one server, bob on the other."""
    servers = [prepared(folder / name, new_url(name)) for name in ("alpha", "beta")]
    with running(*servers):
        yield servers[0].person("alice"), servers[1].person("bob")


@pytest.fixture
def people(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Person, Person]]:
    """Alice on one server, bob on the other, on SQLite and on PostgreSQL."""

    def new_url(name: str) -> str:
        if database_kind == "sqlite":
            return f"sqlite:///{tmp_path}/{name}.db"
        pool = request.getfixturevalue("postgres_databases")
        return str(pool.url(pool.take_bare()))

    with two_servers(tmp_path, new_url) as both:
        yield both


def found(person: Person, what: str, kind: str) -> Any:
    """The one thing that a search for an address or handle finds."""
    things = person.get("/api/v2/search", q=what, resolve="true")[kind]
    assert len(things) == 1, things
    return things[0]


def home(person: Person) -> list[Any]:
    return list(person.get("/api/v1/timelines/home"))


def test_what_bob_does_reaches_alice_and_the_other_way_round(people: tuple[Person, Person]) -> None:
    alice, bob = people
    bob_seen = found(alice, bob.handle, "accounts")
    assert bob_seen["acct"] == bob.handle
    alice.post(f"/api/v1/accounts/{bob_seen['id']}/follow")
    eventually(lambda: alice.get("/api/v1/accounts/relationships", **{"id[]": bob_seen["id"]})[0]["following"])
    assert [one["acct"] for one in bob.get(f"/api/v1/accounts/{bob.id}/followers")] == [alice.handle]

    media = bob.upload(picture(80, 60), "A door that stands open")
    post = bob.post("/api/v1/statuses", **{"status": "Come in", "media_ids[]": media["id"], "language": "en"})
    seen = eventually(lambda: home(alice), within=SOON, every=0.02)[0]
    assert (seen["uri"], seen["content"], seen["account"]["acct"]) == (post["uri"], "<p>Come in</p>", bob.handle)
    (image,) = seen["media_attachments"]
    assert (image["type"], image["description"]) == ("image", "A door that stands open")

    bob.put(f"/api/v1/statuses/{post['id']}", **{"status": "Come in, please", "media_ids[]": media["id"]})
    changed = eventually(lambda: (one := home(alice)[0])["edited_at"] and one)
    assert changed["content"] == "<p>Come in, please</p>"

    alice.post(f"/api/v1/statuses/{seen['id']}/favourite")
    alice.post(f"/api/v1/statuses/{seen['id']}/reblog")
    answer = alice.post("/api/v1/statuses", status=f"@{bob.handle} thank you", in_reply_to_id=seen["id"])
    told = eventually(lambda: len(all_ := bob.get("/api/v1/notifications")) == 4 and all_)
    assert sorted(one["type"] for one in told) == ["favourite", "follow", "mention", "reblog"]
    thread = bob.get(f"/api/v1/statuses/{post['id']}/context")["descendants"]
    assert [(one["uri"], one["in_reply_to_id"]) for one in thread] == [(answer["uri"], post["id"])]
    counted = bob.get(f"/api/v1/statuses/{post['id']}")
    assert (counted["favourites_count"], counted["reblogs_count"], counted["replies_count"]) == (1, 1, 1)

    alice.delete(f"/api/v1/statuses/{answer['id']}")
    eventually(lambda: not bob.get(f"/api/v1/statuses/{post['id']}/context")["descendants"])
    bob.delete(f"/api/v1/statuses/{post['id']}")
    eventually(lambda: not home(alice))
