"""Real `fedisw run` processes for tests: each with its own data folder, database and port, known by its address.

server = prepared(folder, database_url)
with running(server):
    bob = server.person("bob")
    bob.post("/api/v1/statuses", status="Hello")
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import requests
from click.testing import CliRunner

from fedisw.cli.main import run
from fedisw.config import make_secrets
from tests.support.entities.server import FILE as FAULTS

T = TypeVar("T")
PASSWORD = "a long and quiet evening"
SCOPES = "read write follow push"
START = 60.0  # seconds for a server to be ready on a busy machine
ROOT = Path(__file__).parents[2]
STOP = 30.0  # seconds for it to end; it promises 25
ASK = 20.0  # seconds for one answer
NOT_INHERITED = ("FEDISW_", "PYTHONDONTWRITEBYTECODE")  # the second: each process would compile everything again


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account and a token; methods ask the client API and fail the test unless it agrees."""

    server: Server = field(repr=False)
    name: str
    id: str
    token: str

    @property
    def handle(self) -> str:
        """`name@host:port`."""
        return f"{self.name}@{self.server.host}"

    @property
    def email(self) -> str:
        """The address for the sign-in."""
        return email_of(self.name)

    def get(self, path: str, **params: Any) -> Any:
        """Read."""
        return self._ask("GET", path, params=params)

    def post(self, path: str, **form: Any) -> Any:
        """Do; members of the form whose value is a list are repeated."""
        return self._ask("POST", path, data=form)

    def put(self, path: str, **form: Any) -> Any:
        """Change."""
        return self._ask("PUT", path, data=form)

    def delete(self, path: str) -> Any:
        """Take away."""
        return self._ask("DELETE", path)

    def upload(self, picture: bytes, description: str) -> Any:
        """A file for a post."""
        return self._ask("POST", "/api/v2/media", files={"file": ("p.png", picture)}, data={"description": description})

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = requests.request(method, self.server.origin + path, headers=headers, timeout=ASK, **options)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()


@dataclass(slots=True)
class Server:
    """A server in a process of its own."""

    origin: str
    folder: Path
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    watched: bool = False

    @property
    def host(self) -> str:
        """The part of handles after the name."""
        return self.origin.removeprefix("http://")

    @property
    def log(self) -> Path:
        """What it wrote to stderr."""
        return self.folder / "log"

    @property
    def faults(self) -> Path:
        """Where its answers differed from the entities of the API; not there if nowhere."""
        return self.folder / "faults"

    def cli(self, *arguments: str, typed: str = "") -> str:
        """Run a command with the settings of this server beside it, in this process; gives what it printed."""
        with CliRunner().isolation(input=typed) as (printed, said, _):
            code = run(arguments, self.env)
            assert code == 0, f"fedisw {' '.join(arguments)}: {said.getvalue().decode()}"
            return printed.getvalue().decode().strip()

    def person(self, name: str, *, scopes: str = SCOPES) -> Person:
        """Somebody new, with a token."""
        arguments = ("accounts", "create", name, "--email", email_of(name), "--password-stdin", "--confirmed", "--approved")
        account_id = self.cli(*arguments, typed=PASSWORD + "\n")
        return Person(self, name, account_id, self.cli("tokens", "create", name, "--scopes", scopes))

    def launch(self) -> None:
        """Begin to serve."""
        with self.log.open("ab") as log:
            program = "tests.support.entities.server" if self.watched else "fedisw"
            env = self.env | ({"PYTHONPATH": str(ROOT), FAULTS: str(self.faults)} if self.watched else {})
            command = [sys.executable, "-m", program, "run"]
            self.process = subprocess.Popen(command, env=env, cwd=self.folder, stdout=log, stderr=log)

    def wait(self) -> None:
        """Returns when it is ready."""
        eventually(self._ready, within=START, every=0.05)

    def stop(self) -> None:
        """End it as an operator does, and see that it ended well."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(STOP)
        assert code == 0, f"exit code {code}: {self.log.read_text()[-2000:]}"
        assert not self.errors(), self.errors()
        assert not self.faults.exists(), self.faults.read_text()

    def kill(self) -> None:
        """End it at once, whatever it does."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def errors(self) -> list[str]:
        """Lines of its log that tell of an error of ours."""
        return [line for line in self.log.read_text().splitlines() if '"level":"error"' in line or "Traceback" in line]

    def _ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()[-4000:]
        try:
            return requests.get(f"{self.origin}/health/ready", timeout=5).ok
        except requests.ConnectionError:
            return False


@contextmanager
def running(*servers: Server) -> Iterator[None]:
    """Servers that are ready; at the end each must stop with exit code 0 and without an error in its log."""
    try:
        for server in servers:
            server.launch()
        for server in servers:
            server.wait()
        yield
        for server in servers:
            server.stop()
    finally:
        for server in servers:
            server.kill()


def prepared(folder: Path, database_url: str, *, watched: bool = False, **settings: str) -> Server:
    """A server that is not started yet, with its tables made.

    Args:
        folder: for its data, empty.
        database_url: an empty database without tables.
        watched: compare every answer with the entity that its method names; what differs fails the test at the end.
        settings: more of them, such as `FEDISW_REGISTRATIONS_MODE="closed"`.
    """
    make_secrets(folder / "data" / "secrets.toml")
    port = free_port()
    own = {
        "FEDISW_ORIGIN": f"http://127.0.0.1:{port}",
        "FEDISW_LISTEN_ADDRESS": f"127.0.0.1:{port}",
        "FEDISW_DATA_DIR": str(folder / "data"),
        "FEDISW_DATABASE_URL": database_url,
        "FEDISW_ALLOW_PRIVATE_NETWORK": "1",
        "FEDISW_ALLOW_HTTP": "1",
        "FEDISW_LIMITS_RATE_FACTOR": "0",
        "FEDISW_REGISTRATIONS_MODE": "open",
        "FEDISW_LOG_FORMAT": "json",
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
    server = Server(origin=own["FEDISW_ORIGIN"], folder=folder, env=inherited | own | settings, watched=watched)
    server.cli("db", "upgrade")
    return server


def eventually(ask: Callable[[], T], *, within: float = 10.0, every: float = 0.1) -> T:
    """The first answer that is not empty, asked again and again; fails the test when none comes in time (seconds)."""
    end = time.monotonic() + within
    while not (found := ask()):
        assert time.monotonic() < end, f"nothing came within {within} s: {ask}"
        time.sleep(every)
    return found


def email_of(name: str) -> str:
    """Everybody's address."""
    return f"{name}@mail.example"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def events_of(stream: requests.Response) -> Iterator[tuple[str, Any]]:
    """Events of a stream of server-sent events: name and payload."""
    name = ""
    for line in stream.iter_lines(decode_unicode=True):
        kind, _, value = line.partition(": ")
        if kind == "event":
            name = value
        elif kind == "data":
            yield name, json.loads(value) if value.startswith(("{", "[")) else value
