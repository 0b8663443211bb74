"""What happens when nothing is taken at an address: moved, gone, or a shared inbox that is none (federation, section 5.3)."""

from __future__ import annotations

from typing import Any

import pytest

from fedisw.crypto import keys
from fedisw.model.accounts import Account
from fedisw.storage.queries import accounts
from tests.support.sending import KEY, Receiver, Said, Sending


def actor(account: Account, **members: Any) -> dict[str, Any]:
    """The document of a scripted server's account."""
    base = {
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": account.uri,
        "type": "Person",
        "preferredUsername": account.username,
        "inbox": account.inbox_uri,
        "endpoints": {"sharedInbox": account.shared_inbox_uri},
        "publicKey": {
            "id": f"{account.uri}#main-key",
            "owner": account.uri,
            "publicKeyPem": keys.public_pem(KEY.public_key()),
        },
    }
    return base | members


def known(server: Receiver, account: Account, **members: Any) -> None:
    """The server tells of the account, by id and by handle."""
    server.documents[f"/users/{account.username}"] = actor(account, **members)
    server.documents[f"/.well-known/webfinger?resource=acct%3A{account.username}%40{server.host}"] = {
        "subject": f"acct:{account.username}@{server.host}",
        "links": [{"rel": "self", "type": "application/activity+json", "href": account.uri}],
    }


@pytest.mark.parametrize("answer", [Said(status=301, headers={"Location": "https://beta.test/new"}), Said(status=404)])
async def test_an_inbox_that_moved_is_found_again(us: Sending, answer: Said) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.follower(amy, "ben", "beta.test", shared_inbox_uri="")
    known(beta, ben, inbox="https://beta.test/new", endpoints={})
    beta.say(answer)
    await us.post(amy)
    await us.run()
    assert beta.paths == ["/users/ben/inbox", "/new"]
    assert await us.states() == ["refused", "delivered"]


async def test_a_shared_inbox_that_moved_is_found_again(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.follower(amy, "ben", "beta.test")
    known(beta, ben, endpoints={"sharedInbox": "https://beta.test/shared"})
    beta.say(308)
    await us.post(amy)
    await us.run()
    assert beta.paths == ["/inbox", "/shared"]
    assert await us.states() == ["refused", "delivered"]


@pytest.mark.parametrize("inbox_says", [404, 410])
@pytest.mark.parametrize("actor_says", [404, 410])
async def test_who_is_gone_is_removed_with_the_follow(us: Sending, inbox_says: int, actor_says: int) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.follower(amy, "ben", "beta.test", shared_inbox_uri="")
    beta.documents["/users/ben"] = actor_says
    beta.say(inbox_says)
    await us.post(amy)
    await us.run()
    gone = await us.db.read(accounts.get, ben.id)
    assert gone.deleted_at is not None
    assert await us.states() == ["refused"]
    await us.post(amy)
    await us.run()
    assert len(beta.got) == 1


async def test_who_is_still_there_stays_although_the_inbox_answers_404(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.follower(amy, "ben", "beta.test", shared_inbox_uri="")
    known(beta, ben, endpoints={})
    beta.say(404)
    await us.post(amy)
    await us.run()
    assert (await us.db.read(accounts.get, ben.id)).deleted_at is None
    assert await us.states() == ["refused"]


async def test_a_redirect_of_one_who_cannot_be_asked_removes_nobody(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.follower(amy, "ben", "beta.test", shared_inbox_uri="")
    beta.documents["/users/ben"] = 404
    beta.say(302)
    await us.post(amy)
    await us.run()
    assert (await us.db.read(accounts.get, ben.id)).deleted_at is None


@pytest.mark.parametrize("says", [404, 410])
async def test_for_a_shared_inbox_that_is_none_the_personal_ones_stand_in(us: Sending, says: int) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    await us.follower(amy, "cai", "beta.test")
    await us.stranger("dot", "beta.test")
    beta.say(says)
    await us.post(amy)
    await us.run()
    assert beta.paths[0] == "/inbox"
    assert sorted(beta.paths[1:]) == ["/users/ben/inbox", "/users/cai/inbox"]
    assert sorted(await us.states()) == ["delivered", "delivered", "refused"]
