"""Follow."""

from __future__ import annotations

from fedisw.jobs.work import AnswerFollow
from fedisw.storage.queries import accounts, follows
from tests.support.home import Home
from tests.support.peers import PeerServer


async def test_somebody_elsewhere_follows_one_of_ours(home: Home, beta: PeerServer):
    amy, ben = await home.person("amy"), beta.person("ben")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    follower = await home.db.read(accounts.find_by_uri, ben.uri)
    assert follower is not None
    assert (follower.username, follower.host) == ("ben", "beta.test")
    follow = await home.db.read(follows.find, follower_id=follower.id, target_id=amy.id)
    assert follow is not None
    assert follow.accepted
    assert [job for job in home.done if isinstance(job, AnswerFollow)] == [AnswerFollow(follow_id=follow.id)]
