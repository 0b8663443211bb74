"""Stories with software in which people write in a group, a channel or a blog, which amy follows: what a follower sees.

Membership and moderation are another matter (federation reference, section 6). Recorded and scripted as in test_microblogs.
"""

from __future__ import annotations

import pytest

from tests.stories.conftest import Meet
from tests.stories.dialects import discourse, lemmy, mbin, mobilizon, nodebb, peertube, piefed, wordpress
from tests.stories.tale import tell

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ON_POSTGRES = pytest.mark.parametrize("database_kind", ["postgres"], indirect=True)


@ON_SQLITE
async def test_lemmy_recorded(meet: Meet):
    stage = await meet(lemmy.DIALECT)
    await tell(stage)
    post = await stage.do("/api/v1/statuses", status="A vote against it is no like")
    await stage.send(lemmy.dislike(stage.me, stage.target(post)))
    assert (await stage.status(post["id"]))["favourites_count"] == 0
    assert await stage.ask("/api/v1/notifications?types[]=favourite") == []


@ON_POSTGRES
async def test_peertube_recorded(meet: Meet):
    stage = await meet(peertube.DIALECT)
    await tell(stage)
    post = await stage.do("/api/v1/statuses", status="Somebody watched it")
    asked = len(stage.them.asked)
    await stage.send(peertube.view(stage.me, post["uri"]))
    assert stage.them.asked[asked:] == []


@ON_SQLITE
async def test_wordpress_recorded(meet: Meet):
    await tell(await meet(wordpress.DIALECT))


@ON_POSTGRES
async def test_mobilizon_recorded(meet: Meet):
    await tell(await meet(mobilizon.DIALECT))


@ON_SQLITE
async def test_piefed_scripted(meet: Meet):
    await tell(await meet(piefed.DIALECT))


@ON_POSTGRES
async def test_mbin_recorded(meet: Meet):
    await tell(await meet(mbin.DIALECT))


@ON_SQLITE
async def test_nodebb_recorded(meet: Meet):
    await tell(await meet(nodebb.DIALECT))


@ON_POSTGRES
async def test_discourse_recorded(meet: Meet):
    await tell(await meet(discourse.DIALECT))
