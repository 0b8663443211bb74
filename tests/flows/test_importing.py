"""Lists from other servers are worked through line by line."""

from __future__ import annotations

import pytest

from fedisw.federation import resolve
from fedisw.model.errors import Conflict, Invalid
from fedisw.services import blocking, exporting, importing
from fedisw.services.importing import Kind
from fedisw.storage.queries import imports, portability
from fedisw.storage.queries.imports import Import
from tests.support.fediverse import Fediverse, Server


async def _bring(fediverse: Fediverse, server: Server, kind: Kind, text: str, *, replaces: bool = False) -> Import:
    made = await server.db.write(
        importing.begin,
        account_id=server.account.id,
        kind=kind,
        lines=importing.lines_of(text),
        replaces=replaces,
        import_id=server.runtime.new_id(),
        now=server.peer.now(),
    )
    await fediverse.settle()
    done = await server.db.read(imports.find, made.id)
    assert done is not None
    assert (done.finished_at is not None, done.lines, done.done) == (True, (), done.total)
    return done


async def test_follows_and_lists_come_over_from_another_server(fediverse: Fediverse) -> None:
    alpha = await fediverse.start("alpha.test", username="amy")
    await fediverse.start("beta.test", username="ben")
    await alpha.person("cat")
    head = "Account address,Show boosts,Notify on new posts,Languages\n"
    text = f'{head}ben@beta.test,false,true,"de, en"\ncat@alpha.test,true,false,\nnobody@beta.test,true,false,\n'
    done = await _bring(fediverse, alpha, Kind.FOLLOWING, text)
    assert (done.total, done.failed) == (3, 1)
    kept = exporting.as_csv(await alpha.db.read(exporting.following, alpha.account.id, "alpha.test"))
    assert kept == f'{head}ben@beta.test,false,true,"de, en"\ncat@alpha.test,true,false,\n'
    for _ in range(2):
        done = await _bring(
            fediverse, alpha, Kind.LISTS, "Team,ben@beta.test\nTeam,cat@alpha.test\nTeam\nOthers,eve@alpha.test\n"
        )
        assert done.failed == 2
    listed = await alpha.db.read(portability.listed, alpha.account.id)
    assert [(row.title, row.username) for row in listed] == [("Team", "ben"), ("Team", "cat")]
    replaced = await _bring(fediverse, alpha, Kind.FOLLOWING, "cat@alpha.test\n", replaces=True)
    assert replaced.failed == 0
    assert [row.username for row in await alpha.db.read(portability.followed, alpha.account.id)] == ["cat"]


async def test_mutes_blocks_servers_and_saved_posts_come_over(fediverse: Fediverse) -> None:
    alpha = await fediverse.start("alpha.test", username="amy")
    beta = await fediverse.start("beta.test", username="ben")
    ben = await resolve.handle(alpha.peer, "ben", "beta.test")
    assert ben is not None
    post = (await beta.call("POST", "/api/v1/statuses", json={"status": "Worth keeping"})).body
    hidden = (await beta.call("POST", "/api/v1/statuses", json={"status": "Not for her", "visibility": "private"})).body
    saved = await _bring(fediverse, alpha, Kind.BOOKMARKS, f"{post['uri']}\n{hidden['uri']}\n")
    assert saved.failed == 1
    assert [uri for _, uri in await alpha.db.read(portability.saved, alpha.account.id)] == [post["uri"]]
    await _bring(fediverse, alpha, Kind.MUTED, "Account address,Hide notifications\nben@beta.test,false\n")
    assert [row.hides_notifications for row in await alpha.db.read(portability.muted, alpha.account.id)] == [False]
    await alpha.db.write(
        blocking.block_host, account=alpha.account, host="old.test", block_id=alpha.runtime.new_id(), now=alpha.peer.now()
    )
    hosts = await _bring(fediverse, alpha, Kind.HOSTS, "#domain\ngamma.test\nnot a host\n", replaces=True)
    assert hosts.failed == 1
    assert await alpha.db.read(portability.hosts, alpha.account.id) == ["gamma.test"]
    await _bring(fediverse, alpha, Kind.BLOCKED, "ben@beta.test\n")
    assert [row.username for row in await alpha.db.read(portability.blocked, alpha.account.id)] == ["ben"]


async def test_one_file_at_a_time_and_none_that_is_no_list(fediverse: Fediverse) -> None:
    alpha = await fediverse.start("alpha.test", username="amy")
    given = {"account_id": alpha.account.id, "kind": Kind.BLOCKED, "replaces": False, "now": alpha.peer.now()}
    await alpha.db.write(importing.begin, lines=(("x@y.test",),), import_id=1, **given)
    with pytest.raises(Conflict):
        await alpha.db.write(importing.begin, lines=(("x@y.test",),), import_id=2, **given)
    for text in ("", "\n\n", "Account address\n", "a@b.test\n" * (importing.MAX_LINES + 1)):
        with pytest.raises(Invalid):
            importing.lines_of(text)
    assert importing.lines_of("\ufeff'@a@b.test , true\n") == (("@a@b.test", "true"),)
