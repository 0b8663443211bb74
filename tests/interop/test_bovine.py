"""A small server made with bovine, which shares no code with Fedify and none with us: amy is ours, bob and the group cows
are theirs. Its signatures, documents and WebFinger are bovine's; it names follows by their id alone when it undoes them."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.interop.servers import HERE, PUBLIC, Json, Ours, eventually
from tests.interop.turns import POSTGRES, SQLITE
from tests.net.servers import AUTHORITY
from tests.support.node import Program
from tests.support.server import NOT_INHERITED, free_port

PYTHON = Path(__file__).parent / ".venv" / "bin" / "python"
SERVER = Path(__file__).parent / "bovine_server.py"
MISSING = "no tests/interop/.venv (make tools): nothing was told with bovine"


class Herd:
    """The server made with bovine, with bob and the group cows."""

    def __init__(self, program: Program, origin: str) -> None:
        self._program, self.origin = program, origin
        self.bob, self.cows = f"{origin}/bob", f"{origin}/cows"

    async def do(self, work: str, **asked: Any) -> Json:
        """One piece of work of bovine_server.py."""
        return await asyncio.to_thread(self._program.ask, work, **asked)

    async def act(self, kind: str, what: str, *, to: str, by: str = "bob") -> str:
        """Any activity about something: its id."""
        return str(await self.do("act", by=by, to=[to], kind=kind, what=what))

    def handle(self, name: str) -> str:
        """`name@host:port`."""
        return f"{name}@{self.origin.removeprefix('https://')}"

    async def came(self, kind: str, *, to: str = "bob") -> Json:
        """The latest document of this type that passed bovine's checks, as soon as there is one."""

        async def found() -> list[Json]:
            taken = await self.do("taken")
            return [one["document"] for one in taken if one["to"] == to and one["document"]["type"] == kind]

        return (await eventually(found))[-1]


@pytest.fixture(scope="module")
def bovine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Program, str]]:
    """A server made with bovine that trusts the authority of the tests, and its origin."""
    if not PYTHON.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    folder, port, issued = tmp_path_factory.mktemp("bovine"), free_port(), AUTHORITY.issue_cert(HERE)
    authority, certificate, key = (folder / name for name in ("authority.pem", "certificate.pem", "key.pem"))
    AUTHORITY.cert_pem.write_to_path(authority)
    certificate.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(key)
    env = {name: value for name, value in os.environ.items() if not name.startswith((*NOT_INHERITED, "PYTHON"))}
    env["SSL_CERT_FILE"] = str(authority)
    command, pipe = [PYTHON, SERVER, str(port), certificate, key], subprocess.PIPE
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=env, stdin=pipe, stdout=pipe, stderr=log, text=True)
    try:
        yield Program(process), f"https://{HERE}:{port}"
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
async def herd(bovine: tuple[Program, str]) -> Herd:
    """Bob and the cows, new."""
    server = Herd(*bovine)
    await server.do("clear")
    await server.do("start", name="bob")
    await server.do("start", name="cows", kind="Group")
    return server


@SQLITE
async def test_each_finds_follows_and_hears_the_other(ours: Ours, herd: Herd) -> None:
    amy = await herd.do("find", by="bob", handle=ours.handle)
    assert (amy["id"], amy["type"]) == (ours.account.uri, "Person")
    bob = await ours.follow(herd.handle("bob"))
    assert (bob["uri"], bob["display_name"]) == (herd.bob, "Bob")
    assert await herd.do("followers", of="bob") == [amy["id"]]
    follow = await herd.act("Follow", amy["id"], to=amy["id"])
    accept = await herd.came("Accept")
    assert accept["object"]["id"] == follow

    note = await herd.do("post", by="bob", to=["followers"], content="<p>Grass is <b>green</b></p>")
    seen = await ours.newest()
    assert (seen["uri"], seen["content"], seen["visibility"]) == (note, "<p>Grass is <b>green</b></p>", "public")
    await herd.do("change", by="bob", to=["followers"], uri=note, content="<p>Hay</p>")

    async def changed() -> bool:
        return [one["content"] for one in await ours.home()] == ["<p>Hay</p>"]

    await eventually(changed)
    post = await ours.do("/api/v1/statuses", status="Good morning")
    create = await herd.came("Create")
    assert (create["object"]["id"], create["object"]["content"]) == (post["uri"], "<p>Good morning</p>")
    assert (await herd.do("get", by="bob", uri=post["uri"]))["attributedTo"] == amy["id"]

    await herd.act("Delete", note, to=amy["id"])

    async def gone() -> bool:
        return [one["uri"] for one in await ours.home()] == [post["uri"]]

    await eventually(gone)
    await ours.do(f"/api/v1/statuses/{post['id']}", method="DELETE")
    assert post["uri"] in str((await herd.came("Delete"))["object"])
    await herd.act("Undo", follow, to=amy["id"])

    async def left() -> bool:
        return not await ours.ask(f"/api/v1/accounts/{ours.account.id}/followers")

    await eventually(left)
    assert {status for _scheme, status in ours.taken} == {202}
    assert await herd.do("refused") == 0


@POSTGRES
async def test_each_answers_likes_and_passes_on(ours: Ours, herd: Herd) -> None:
    amy = ours.account.uri
    await ours.follow(herd.handle("bob"))
    post = await ours.do("/api/v1/statuses", status="What do cows say?")
    tag = [{"type": "Mention", "href": amy, "name": f"@{ours.handle}"}]
    reply = await herd.do("post", by="bob", to=[amy], content="<p>Moo</p>", reply=post["uri"], tag=tag)
    mention = (await ours.notified("mention"))["status"]
    assert (mention["uri"], mention["in_reply_to_id"]) == (reply, post["id"])
    like = await herd.act("Like", post["uri"], to=amy)
    announce = await herd.act("Announce", post["uri"], to=amy)
    for kind in ("favourite", "reblog"):
        assert (await ours.notified(kind))["status"]["id"] == post["id"]
    for activity in (like, announce):
        await herd.act("Undo", activity, to=amy)

    async def counts() -> list[int]:
        one = await ours.ask(f"/api/v1/statuses/{post['id']}")
        return [one["favourites_count"], one["reblogs_count"], one["replies_count"]]

    async def taken_back() -> bool:
        return await counts() == [0, 0, 1]

    await eventually(taken_back)
    path = f"/api/v1/statuses/{mention['id']}"
    await ours.do(f"{path}/favourite")
    assert (await herd.came("Like"))["object"] == reply
    await ours.do(f"{path}/reblog")
    assert (await herd.came("Announce"))["object"] == reply
    answer = await ours.do("/api/v1/statuses", status=f"@{herd.handle('bob')} Moo!", in_reply_to_id=mention["id"])
    create = await herd.came("Create")
    assert (create["object"]["id"], create["object"]["inReplyTo"]) == (answer["uri"], reply)
    await ours.do(f"{path}/unfavourite")
    assert (await herd.came("Undo"))["object"]["type"] == "Like"
    assert await herd.do("refused") == 0


@SQLITE
async def test_a_group_of_theirs_passes_on_what_its_members_post(ours: Ours, herd: Herd) -> None:
    cows = await ours.follow(herd.handle("cows"))
    assert (cows["group"], cows["uri"]) == (True, herd.cows)
    note = await herd.do("post", by="bob", to=[herd.cows], content="<p>Meadow at noon</p>")
    seen = await ours.newest()
    assert (seen["account"]["uri"], seen["reblog"]["uri"]) == (herd.cows, note)
    assert (seen["reblog"]["content"], seen["reblog"]["account"]["uri"]) == ("<p>Meadow at noon</p>", herd.bob)
    text = f"@{herd.handle('cows')} who brings water?"
    post = await ours.do("/api/v1/statuses", status=text, visibility="public")

    async def arrived() -> Json:
        creates = [one["document"] for one in await herd.do("taken") if one["document"]["type"] == "Create"]
        return next((one for one in creates if one["object"]["id"] == post["uri"]), None)

    create = await eventually(arrived)
    assert herd.cows in (*create["to"], *create["cc"])
    assert PUBLIC in create["to"]

    async def passed_on() -> bool:
        return (await ours.ask(f"/api/v1/statuses/{post['id']}"))["reblogs_count"] == 1

    await eventually(passed_on)
