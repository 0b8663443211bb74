"""toot, the command line client, as a program of its own with its own settings folder."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import Pair
from tests.support.pictures import picture
from tests.support.server import NOT_INHERITED, PASSWORD, Person, eventually
from tests.support.visitor import Visitor

PROGRAM = Path(__file__).parent.parent / "interop" / ".venv" / "bin" / "toot"
MISSING = "no toot in tests/interop/.venv (make tools): the client was not tried"
MANY = 65
WAIT = 30  # seconds for one command


@dataclass(frozen=True, slots=True)
class Toot:
    """The program as one person uses it."""

    folder: Path

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            [PROGRAM, *arguments],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=WAIT,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, f"toot {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def ask(self, *arguments: str) -> Any:
        """The answer as JSON."""
        return json.loads(self(*arguments, "--json"))

    def sign_in(self, person: Person) -> None:
        """`toot login`: it shows an address, the person brings the code."""
        pipe = subprocess.PIPE
        command = [PROGRAM, "login", "--instance", person.server.origin]
        with subprocess.Popen(command, env=self.env, stdin=pipe, stdout=pipe, text=True) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            said = ""
            while (found := re.search(r"^(http://\S+)$", said, re.MULTILINE)) is None:
                line = process.stdout.readline()
                assert line, said
                said += line
            code = Visitor(person.server.origin).code_for(found[1], person.email, PASSWORD)
            said, _ = process.communicate(f"n\n{code}\n", timeout=WAIT)
            assert "Successfully logged in" in said, said

    @property
    def env(self) -> dict[str, str]:
        """Its settings are kept in the folder; it thinks that the terminal is high, and never stops to ask."""
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        return inherited | {"XDG_CONFIG_HOME": str(self.folder), "HOME": str(self.folder), "LINES": "10000"}


@pytest.fixture
def amy(pair: Pair) -> Person:
    """Somebody with toot."""
    return pair.newcomer("amy")


@pytest.fixture
def toot(amy: Person, tmp_path: Path) -> Toot:
    """Where amy is signed in."""
    if not PROGRAM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    made = Toot(tmp_path)
    made.sign_in(amy)
    return made


def test_it_signs_in_through_the_pages(toot: Toot, amy: Person) -> None:
    assert amy.handle in toot("auth")
    assert toot.ask("whoami")["username"] == amy.name
    assert amy.server.host in toot("instance")


def test_it_posts_reads_and_deletes(toot: Toot, amy: Person, tmp_path: Path) -> None:
    file = tmp_path / "field.png"
    file.write_bytes(picture())
    options = ("--spoiler-text", "weather", "--visibility", "unlisted", "--language", "en", "--sensitive")
    made = toot.ask("post", "Rain again", "--media", str(file), "--description", "A wet field", *options)
    status = amy.get(f"/api/v1/statuses/{made['id']}")
    assert (status["spoiler_text"], status["visibility"], status["language"]) == ("weather", "unlisted", "en")
    assert [one["description"] for one in status["media_attachments"]] == ["A wet field"]
    assert "Rain again" in toot("timelines", "home", "--no-pager")
    assert "Rain again" in toot("status", made["id"])
    toot("favourite", made["id"])
    toot("bookmark", made["id"])
    assert "Rain again" in toot("bookmarks")
    toot("delete", made["id"])
    assert amy.get(f"/api/v1/accounts/{amy.id}/statuses") == []


def test_many_posts_are_paged_through_without_gap_or_repeat(toot: Toot, amy: Person) -> None:
    for number in range(MANY):
        amy.post("/api/v1/statuses", status=f"Number {number}.")
    shown = toot("timelines", "account", amy.name, "--no-clear")
    assert [int(number) for number in re.findall(r"Number (\d+)\.", shown)] == list(range(MANY))[::-1]


def test_it_follows_somebody_on_another_server(toot: Toot, pair: Pair) -> None:
    zoe = pair.newcomer("zoe", away=True)
    assert zoe.handle in toot("search", zoe.handle, "--resolve")
    toot("follow", zoe.handle)
    assert eventually(lambda: zoe.get(f"/api/v1/accounts/{zoe.id}/followers"))
    status = zoe.post("/api/v1/statuses", status="From far away")
    assert eventually(lambda: "From far away" in toot("timelines", "home", "--no-pager"))
    found = toot.ask("search", status["uri"], "--resolve")["statuses"]
    toot("reblog", found[0]["id"])
    toot("favourite", found[0]["id"])
    kinds = eventually(lambda: len(seen := [one["type"] for one in zoe.get("/api/v1/notifications")]) == 3 and sorted(seen))
    assert kinds == ["favourite", "follow", "reblog"]


def test_it_tells_of_notifications_and_answers_them(toot: Toot, amy: Person, pair: Pair) -> None:
    ben = pair.newcomer("ben")
    asked = ben.post("/api/v1/statuses", status=f"@{amy.name} are you there?")
    assert "are you there" in eventually(lambda: toot("notifications"))
    toot("post", f"@{ben.name} yes", "--reply-to", asked["id"])
    assert "are you there" in toot("thread", asked["id"])
    assert [one["type"] for one in ben.get("/api/v1/notifications")] == ["mention"]


def test_lists_and_polls(toot: Toot, amy: Person, pair: Pair) -> None:
    ben = pair.newcomer("ben")
    toot("follow", ben.name)
    toot("lists", "create", "The team")
    toot("lists", "add", "The team", ben.name)
    assert ben.name in toot("lists", "accounts", "The team")
    made = toot.ask("post", "When?", "--poll-option", "Monday", "--poll-option", "Friday", "--poll-expires-in", "1h")
    poll = amy.get(f"/api/v1/statuses/{made['id']}")["poll"]
    assert [option["title"] for option in poll["options"]] == ["Monday", "Friday"]
