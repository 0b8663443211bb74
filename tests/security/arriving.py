"""What comes of activities, for the tests of what may enter."""

from __future__ import annotations

import pytest

from fedisw.jobs.work import ProcessInbound, RefreshAccount
from fedisw.model.accounts import Account
from fedisw.model.peers import InboundState
from tests.federation import reading
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import Actor, Document

ONE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
IGNORED = InboundState.IGNORED


async def met(home: Home, actor: Actor, amy: Account) -> Account:
    """The actor followed amy, and amy follows back: what it posts is wanted."""
    await home.receive(actor.signed(actor.activity("Follow", amy.uri)))
    known = await reading.account(home, actor)
    await home.db.write(factories.put_follow, amy, known)
    return known


async def nothing_comes_of(home: Home, actor: Actor, document: Document) -> str:
    """Answered with 202, no effect, no further work; why, or "" when it was not even kept."""
    await home.settle()
    before, kept, done = await reading.effects(home), len(await reading.ends(home)), len(home.done)
    await home.receive(actor.signed(document))
    assert {type(job) for job in home.done[done:]} <= {ProcessInbound, RefreshAccount}  # nothing is sent, nothing follows
    after = await reading.effects(home)
    assert [row for row in after["accounts"] if row["id"] in {known["id"] for known in before["accounts"]}] == before["accounts"]
    assert after | {"accounts": []} == before | {"accounts": []}
    ends = await reading.ends(home)
    if len(ends) == kept:
        return ""
    assert ends[-1][0] is IGNORED
    return ends[-1][1]
