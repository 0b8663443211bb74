"""People move between accounts and servers; who follows them goes along (federation, section 4.10)."""

from __future__ import annotations

from fedisw.federation import resolve
from fedisw.model.accounts import Account
from fedisw.model.urls import activity_uri
from fedisw.services import blocking, following, moving
from fedisw.storage.queries import blocks, follows
from tests.support.fediverse import Fediverse, Server


async def _follow(server: Server, follower: Account, target: Account) -> None:
    follow_id = server.runtime.new_id()
    uri = activity_uri(server.peer.origin, follow_id)
    await server.db.write(
        following.request_follow,
        follower=follower,
        target=target,
        uri=uri,
        follow_id=follow_id,
        now=server.peer.now(),
    )


async def _move(server: Server, account: Account, target: Account) -> None:
    await server.db.write(
        moving.move, account_id=account.id, target=target, move_id=server.runtime.new_id(), now=server.peer.now()
    )


async def _follows(server: Server, follower: Account, uri: str) -> bool:
    target = await resolve.account(server.peer, uri)
    found = await server.db.read(follows.find, follower_id=follower.id, target_id=target.id)
    return found is not None and found.accepted


async def test_followers_on_three_servers_go_along(fediverse: Fediverse) -> None:
    alpha = await fediverse.start("alpha.test", username="amy")
    beta = await fediverse.start("beta.test", username="amy")
    gamma = await fediverse.start("gamma.test", username="gil")
    old, new = alpha.account, beta.account
    ben, cat = await alpha.person("ben"), await alpha.person("cat")
    await _follow(alpha, ben, old)
    await _follow(gamma, gamma.account, await resolve.account(gamma.peer, old.uri))
    await fediverse.settle()
    await alpha.db.write(
        blocking.block,
        account=cat,
        target=old,
        uri="https://alpha.test/b/1",
        block_id=alpha.runtime.new_id(),
        now=alpha.peer.now(),
    )
    await beta.db.write(moving.add_alias, account_id=new.id, other=await resolve.account(beta.peer, old.uri), now=beta.peer.now())
    await fediverse.settle()

    target = await resolve.account(alpha.peer, new.uri, refresh=True)
    await _move(alpha, old, target)
    await fediverse.settle()

    assert await _follows(alpha, ben, new.uri)
    assert not await _follows(alpha, ben, old.uri)
    assert await _follows(gamma, gamma.account, new.uri)
    assert not await _follows(gamma, gamma.account, old.uri)
    assert await alpha.db.read(blocks.exists, by=cat.id, of=target.id)
    shown = await alpha.call("GET", f"/api/v1/accounts/{old.id}")
    assert shown.body["moved"]["acct"] == "amy@beta.test"
    refused = await gamma.call("POST", f"/api/v1/accounts/{(await resolve.account(gamma.peer, old.uri)).id}/follow")
    assert refused.status == 403
