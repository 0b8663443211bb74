"""Who may see a post (security section 6): every surface, every row of the table, every reader."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from itertools import product

from fedisw.model.accounts import Reach
from fedisw.model.statuses import Visibility
from fedisw.storage.queries import statuses
from tests.security.conftest import Town
from tests.support.audiences import AUTHORS, BOOSTER, FOLLOWER, HOST, NOBODY, READERS, TAG, Case
from tests.web.mastodon.conftest import Answer

EVERYBODY = (NOBODY, *READERS, *AUTHORS.values())
PRIVATE = "private, no-store"
NEXT = re.compile(r'<([^>]+)>; rel="next"')
# Below /api/v1/statuses/{id}; whether the text of the post stands in the answer.
PARTS = {"": True, "/context": False, "/history": True, "/reblogged_by": False, "/favourited_by": False}
PARTS_OF_ACTORS = ("outbox", "outbox?page=true", "featured", "tags", "followers?page=true")
MOST_PAGES = 6


async def walked(town: Town, path: str, reader: str) -> AsyncIterator[Answer]:
    """All pages of a list, by its Link header."""
    for _page in range(MOST_PAGES):
        answer = await town.read(path, reader)
        yield answer
        onward = NEXT.search(answer.headers.get("Link", ""))
        if onward is None or answer.json in ([], {}):
            return
        path = onward[1].removeprefix(str(town.api.runtime.settings.origin))


def leaks(cases: Iterable[Case], reader: str, text: str) -> list[str]:
    """Posts whose secret stands in what this reader got and must not have got."""
    return [case.name for case in cases if case.expected(reader) != 200 and case.secret in text]


def check_caching(answer: Answer, reader: str) -> None:
    """VIS-8: what was made for one person is kept by nobody."""
    if reader != NOBODY:
        assert answer.headers["Cache-Control"] == PRIVATE


async def test_vis_1_each_post_is_read_by_whom_the_table_says_on_every_surface_of_its_own(town: Town) -> None:
    wrong = []
    for case, reader in product(town.world.cases, EVERYBODY):
        expected = case.expected(reader)
        number, poll = case.status.id, case.status.poll_id
        paths = {f"/api/v1/statuses/{number}{part}": tells for part, tells in PARTS.items()} | {f"/api/v1/polls/{poll}": True}
        for path, tells in paths.items():
            answer = await town.read(path, reader)
            check_caching(answer, reader)
            told = case.secret in answer.text
            if answer.status != expected or told != (tells and expected == 200):
                wrong.append((case.name, reader, path, answer.status, expected, told))
        if reader != NOBODY:
            answer = await town.read(f"/api/v1/statuses/{number}/source", reader)
            if answer.status != (200 if reader == case.author else 404):
                wrong.append((case.name, reader, "source", answer.status, expected, False))
    assert wrong == []


async def test_vis_1_pages_and_what_stands_in_their_heads_follow_the_table(town: Town) -> None:
    wrong = []
    for case, reader in product(town.world.cases, EVERYBODY):
        answer = await town.page(case.page, reader)
        check_caching(answer, reader)
        expected = case.expected(reader)
        shown = 200 if expected == 401 else expected  # a page with name and picture asks to sign in
        told = case.secret in answer.text
        if answer.status != shown or told != (expected == 200):
            wrong.append((case.name, reader, answer.status, expected, told))
        if told:
            assert f'<meta property="og:description" content="{case.secret}' in answer.text
        boost = await town.page(f"/@{BOOSTER}/{case.boost_id}", reader)
        if case.secret in boost.text and expected != 200:
            wrong.append((case.name, reader, boost.status, expected, True))
    assert wrong == []


def lists_of(town: Town, reader: str) -> list[str]:
    """Every list of the API in which posts stand."""
    numbers = [case.status.id for case in town.world.cases]
    origin = town.api.runtime.settings.origin
    paths = [
        f"/api/v1/statuses/{town.world.root.id}/context",
        "/api/v1/timelines/public?limit=40",
        "/api/v1/timelines/public?limit=40&local=true",
        "/api/v1/timelines/public?limit=40&only_media=true",
        f"/api/v1/timelines/tag/{TAG}?limit=40",
        f"/api/v1/timelines/tag/{TAG}?limit=40&any[]=other",
        f"/api/v2/search?q={TAG}",
        *(f"/api/v1/statuses?{'&'.join(f'id[]={n}' for n in part)}" for part in (numbers[:12], numbers[12:])),
        *(f"/api/v2/search?q={case.status.uri}" for case in town.world.cases[::2]),
        *(f"/api/v2/search?q={origin}{case.page}" for case in town.world.cases[1::2]),
    ]
    for name in (*AUTHORS.values(), BOOSTER):
        for query in ("", "pinned=true", "only_media=true", "exclude_replies=true", f"tagged={TAG}"):
            paths.append(f"/api/v1/accounts/{town.api.accounts[name].id}/statuses?limit=40&{query}")
    if reader == NOBODY:
        return [*paths, *(f"/api/oembed?url={origin}{case.page}" for case in town.world.cases)]
    return [
        *paths,
        "/api/v1/timelines/home?limit=40",
        f"/api/v1/timelines/list/{town.world.lists[reader]}?limit=40",
        "/api/v1/bookmarks?limit=40",
        "/api/v1/conversations?limit=40",
        "/api/v1/favourites?limit=40",
        "/api/v1/notifications?limit=40",
        "/api/v2/notifications?limit=40",
        *(f"/api/v1/notifications/{number}" for number in town.world.notices[reader][::2]),
        *(f"/api/v2/notifications/ungrouped-{number}" for number in town.world.notices[reader][1::2]),
    ]


async def test_vis_1_no_list_of_the_api_shows_a_post_to_whom_it_is_not_for(town: Town) -> None:
    cases, wrong = town.world.cases, []
    for reader in EVERYBODY:
        seen = set[str]()
        for path in lists_of(town, reader):
            async for answer in walked(town, path, reader):
                assert answer.status in (200, 401, 404), (path, answer.status)
                check_caching(answer, reader)
                wrong += [(name, reader, path) for name in leaks(cases, reader, answer.text)]
                seen |= {case.secret for case in cases if case.secret in answer.text}
        assert seen == {case.secret for case in cases if case.expected(reader) == 200}, reader  # the sweep looks at something
    assert wrong == []


async def test_vis_1_no_page_of_many_posts_shows_one_to_whom_it_is_not_for(town: Town) -> None:
    cases, wrong = town.world.cases, []
    pages = (
        "/",
        "/local",
        f"/tags/{TAG}",
        f"/@{HOST}/{town.world.root.id}",
        *(f"/@{name}" for name in (*AUTHORS.values(), BOOSTER)),
    )
    for path, reader in product(pages, EVERYBODY):
        answer = await town.page(path, reader)
        assert answer.status in (200, 404), path
        check_caching(answer, reader)
        wrong += [(name, reader, path) for name in leaks(cases, reader, answer.text)]
    assert wrong == []


async def test_vis_1_unsigned_fetches_of_documents_follow_the_table(town: Town) -> None:
    accept = {"Accept": "application/activity+json"}
    actors = [town.api.accounts[name].uri for name in (*AUTHORS.values(), BOOSTER, HOST)]
    origin, root = str(town.api.runtime.settings.origin), town.world.root
    lists = [
        f"{uri}/{name}" for uri in actors for name in ("outbox", "outbox?page=true", "featured", "tags", "followers?page=true")
    ]
    lists += [f"{root.uri}/replies?page=1", f"{root.uri}/context?page=1", root.uri.replace("/objects/", "/contexts/") + "?page=1"]
    for url in lists:
        answer = await town.read(url.removeprefix(origin), NOBODY, headers=accept)
        assert answer.status in (200, 401, 404), (url, answer.status)
        assert leaks(town.world.cases, NOBODY, answer.text) == [], url
        hidden = [case.name for case in town.world.cases if case.expected(NOBODY) != 200 and f'{case.status.uri}"' in answer.text]
        assert [name for name in hidden if BOOSTER not in url] == [], url
    for case in town.world.cases:
        for part in ("", "/activity", "/replies", "/replies?page=1", "/likes", "/shares", "/context"):
            answer = await town.read(case.status.uri.removeprefix(origin) + part, NOBODY, headers=accept)
            assert answer.status == case.expected(NOBODY), (case.name, part)
            assert (case.secret in answer.text) == (answer.status == 200 and part in ("", "/activity")), (case.name, part)


async def test_vis_1_an_unknown_visibility_is_refused(town: Town) -> None:
    answer = await town.api.call("POST", "/api/v1/statuses", HOST, json={"status": "x", "visibility": "everyone"})
    assert answer.status == 422


async def test_vis_10_counters_tell_only_of_what_everybody_sees(town: Town) -> None:
    for name in AUTHORS.values():
        answer = await town.read(f"/api/v1/accounts/lookup?acct={name}", FOLLOWER)
        mine = [case for case in town.world.cases if case.author == name and case.expected(NOBODY) == 200]
        assert answer.json["statuses_count"] == 2 * len(mine), name  # each with one below the root
        assert (answer.json["last_status_at"] is None) == (not mine), name
    for reader in (NOBODY, FOLLOWER, AUTHORS[Reach.PUBLIC]):
        root = await town.read(f"/api/v1/statuses/{town.world.root.id}", reader)
        assert root.json["replies_count"] == sum(case.expected(NOBODY) == 200 for case in town.world.cases)


async def test_vis_3_blocks_hide_both_ways_what_was_liked_or_said_before(town: Town) -> None:
    """Lists of those who liked an open post leave out whoever has a block with the reader, not others."""
    case = next(case for case in town.world.cases if case.expected(NOBODY) == 200)
    for reader in (NOBODY, READERS[0], case.author):
        answer = await town.read(f"/api/v1/statuses/{case.status.id}/favourited_by?limit=80", reader)
        shown = {account["acct"] for account in answer.json}
        assert ("bob" in shown, "bea" in shown) == ((False, False) if reader == case.author else (True, True)), reader


async def test_vis_1_people_who_are_not_for_everybody_stand_in_no_list_for_strangers(town: Town) -> None:
    """Reach (professional, section 14.1): whoever is for members is not shown among those who liked, boosted or follow."""
    api, case = town.api, next(case for case in town.world.cases if case.expected(NOBODY) == 200)
    for name in ("fio", "meg"):
        await api.ok("POST", f"/api/v1/statuses/{case.status.id}/reblog", name)
        await api.ok("POST", f"/api/v1/accounts/{api.accounts[HOST].id}/follow", name)
        await api.ok("POST", f"/api/v1/accounts/{api.accounts[name].id}/follow", HOST)
    host = api.accounts[HOST].id
    paths = [f"/api/v1/statuses/{case.status.id}/{part}" for part in ("favourited_by", "reblogged_by")]
    paths += [f"/api/v1/accounts/{host}/{part}" for part in ("followers", "following")]
    ids = "&".join(f"id[]={api.accounts[name].id}" for name in ("fio", "meg"))
    for path in (
        *(f"{path}?limit=80" for path in paths),
        f"/api/v1/accounts?{ids}",
        "/api/v2/search?q=fio",
        "/api/v2/search?q=meg",
    ):
        known, strange = await town.read(path, READERS[0]), await town.read(path, NOBODY)
        assert '"acct":"fio"' in known.text or '"acct":"meg"' in known.text, path
        assert '"acct":"fio"' not in strange.text, path
        assert '"acct":"meg"' not in strange.text, path


async def test_vis_5_nothing_is_boosted_or_answered_more_widely_than_it_was_written(town: Town) -> None:
    api = town.api
    for case in town.world.cases:
        if case.status.visibility in (Visibility.PRIVATE, Visibility.DIRECT) and case.expected("mia") == 200:
            boost = await api.call("POST", f"/api/v1/statuses/{case.status.id}/reblog", "mia", json={"visibility": "public"})
            assert boost.status in (403, 404, 422), case.name
        if case.expected("mia") == 200:
            reply = await api.ok("POST", "/api/v1/statuses", "mia", json={"status": "yes", "in_reply_to_id": str(case.status.id)})
            assert reply["visibility"] == case.status.visibility.value, case.name
            made = await api.db.read(statuses.get, int(reply["id"]))
            stays = case.status.local_only or case.reach is Reach.MEMBERS
            assert made.local_only == (stays and made.visibility is not Visibility.DIRECT), case.name


async def test_vis_6_an_edit_widens_nothing(town: Town) -> None:
    """Visibility and place stay, whatever is asked for; readers are those of before."""
    api = town.api
    for case in town.world.cases:
        text = {"status": f"@mia @bob @bea {case.secret} again", "visibility": "public"}
        await api.ok("PUT", f"/api/v1/statuses/{case.status.id}", case.author, json=text)
        after = await api.db.read(statuses.get, case.status.id)
        assert (after.visibility, after.local_only) == (case.status.visibility, case.status.local_only), case.name
        for reader in EVERYBODY:
            answer = await town.read(f"/api/v1/statuses/{case.status.id}", reader)
            assert answer.status == case.expected(reader), (case.name, reader)
