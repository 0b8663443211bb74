"""Statements 24 to 29, 31 and 32: what we read of the people of other servers."""

from __future__ import annotations

import pytest

from fedisw.federation import resolve
from fedisw.federation.convert import actor as convert
from fedisw.model.accounts import ActorType
from fedisw.model.errors import Invalid, Unauthenticated
from fedisw.model.statuses import Visibility
from fedisw.storage.queries import accounts, follows
from fedisw.tasks import profiles as looking
from fedisw.text.own_links import owners_of
from fedisw.vocab.actors import parse_actor
from tests.federation import reading
from tests.security.arriving import ONE
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import Actor, Answer, Document, PeerServer
from tests.web.mastodon.conftest import Api

pytestmark = ONE

PAGE = {"Content-Type": "text/html; charset=utf-8"}
PICTURE = "https://beta.test/face.png"


async def says_hello(home: Home, actor: Actor) -> None:
    """A signed Follow of somebody here, which must be taken."""
    amy = await home.db.read(accounts.find_local, "amy") or await home.person("amy")
    await home.receive(actor.signed(actor.activity("Follow", amy.uri)))


INCOMPLETE: dict[str, Document] = {
    "no inbox": {"inbox": None},
    "an inbox that is no address": {"inbox": "inbox"},
    "no name at all": {"preferredUsername": None},
    "an empty name": {"preferredUsername": ""},
    "a handle that is none": {"preferredUsername": None, "webfinger": "ben"},
}


@pytest.mark.parametrize("lacks", INCOMPLETE.values(), ids=INCOMPLETE.keys())
async def test_024_an_actor_without_inbox_or_name_is_refused(home: Home, beta: PeerServer, lacks: Document) -> None:
    amy, ben = await home.person("amy"), beta.person("ben")
    ben.document |= lacks
    with pytest.raises(Unauthenticated):
        await home.take(ben.signed(ben.activity("Follow", amy.uri)))
    with pytest.raises(Invalid):
        await resolve.account(home.peer, ben.uri)
    assert await home.db.read(accounts.find_by_uri, ben.uri) is None


async def test_024_one_of_two_names_is_enough(home: Home, beta: PeerServer) -> None:
    ben = beta.person("ben", webfinger="ben@beta.test")
    del ben.document["preferredUsername"]
    await says_hello(home, ben)
    assert (await reading.account(home, ben)).acct == "ben@beta.test"


FACE = {"type": "Image", "mediaType": "image/png", "url": PICTURE}
FORMS: dict[str, Document] = {
    "one type in a list": {"type": ["Person"]},
    "one known type among others": {"type": ["Person", "https://other.example/ns#Worker"]},
    "the first of several pictures": {"icon": [FACE, {"type": "Image", "url": "https://beta.test/other.png"}]},
    "a picture as an address": {"icon": PICTURE},
    "a picture with a link": {"icon": {"type": "Image", "url": {"type": "Link", "href": PICTURE}}},
    "a picture with links": {"icon": {"type": "Image", "url": [{"type": "Link", "href": PICTURE}]}},
    "a page as a link": {"url": {"type": "Link", "mediaType": "text/html", "href": "https://beta.test/@ben"}},
    "pages of several kinds": {
        "url": [
            {"type": "Link", "mediaType": "application/rss+xml", "href": "https://beta.test/@ben.rss"},
            {"type": "Link", "mediaType": "text/html", "href": "https://beta.test/@ben"},
        ]
    },
    "nothing where something could be": dict.fromkeys(
        ("summary", "image", "tag", "movedTo", "alsoKnownAs", "endpoints", "manuallyApprovesFollowers", "published")
    ),
    "lists of one": {"inbox": ["https://beta.test/users/ben/inbox"], "preferredUsername": ["ben"], "name": ["Ben"]},
    "objects with an id": {"inbox": {"id": "https://beta.test/users/ben/inbox", "type": "OrderedCollection"}},
    "one field and one tag, not in lists": {
        "attachment": {"type": "PropertyValue", "name": "Licence", "value": "LCSW"},
        "tag": {"type": "Emoji", "name": ":leaf:", "icon": {"type": "Image", "url": "https://beta.test/leaf.png"}},
    },
}
USUAL: Document = {
    "url": "https://beta.test/@ben",
    "icon": FACE,
    "attachment": [{"type": "PropertyValue", "name": "Licence", "value": "LCSW"}],
    "tag": [{"type": "Emoji", "name": ":leaf:", "icon": {"type": "Image", "url": "https://beta.test/leaf.png"}}],
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
async def test_025_the_many_forms_of_a_document_are_read_alike(home: Home, beta: PeerServer, form: Document) -> None:
    ben = beta.person("ben", **USUAL)
    ben.document |= form
    await says_hello(home, ben)
    found = await reading.account(home, ben)
    assert (found.actor_type, found.display_name, found.acct) == (ActorType.PERSON, "Ben", "ben@beta.test")
    assert found.inbox_uri == "https://beta.test/users/ben/inbox"
    assert (found.url, found.avatar.remote_url) == ("https://beta.test/@ben", PICTURE)
    assert [(row.name, row.value) for row in found.fields] == [("Licence", "LCSW")]
    assert [emoji.shortcode for emoji in found.emojis] == ([] if "image" in form else ["leaf"])


@pytest.mark.parametrize("types", [["Person", "Group"], "Note", [], None, "as:Person", "Robot"])
async def test_025_what_is_no_actor_or_two_is_refused(home: Home, beta: PeerServer, types: object) -> None:
    amy, ben = await home.person("amy"), beta.person("ben")
    ben.document["type"] = types
    with pytest.raises(Unauthenticated):
        await home.take(ben.signed(ben.activity("Follow", amy.uri)))


@pytest.mark.parametrize("kind", [item.value for item in ActorType])
async def test_025_all_five_kinds_of_actors_are_taken(home: Home, beta: PeerServer, kind: str) -> None:
    ben = beta.person("ben", kind=kind)
    await says_hello(home, ben)
    assert (await reading.account(home, ben)).actor_type == kind


async def test_026_ids_may_have_a_query(home: Home, beta: PeerServer) -> None:
    blog = beta.person("blog", path="/?author=0", url="https://beta.test/", inbox="https://beta.test/inbox?author=0")
    assert (blog.uri, blog.key_id) == ("https://beta.test/?author=0", "https://beta.test/?author=0#main-key")
    other = beta.person("other", path="/?author=1")
    for actor in (blog, other):
        await says_hello(home, actor)
    found = await reading.account(home, blog)
    assert (found.acct, found.inbox_uri) == ("blog@beta.test", "https://beta.test/inbox?author=0")
    amy = await home.db.read(accounts.find_local, "amy")
    assert amy is not None
    for actor in (blog, other):
        follower = await reading.account(home, actor)
        assert await home.db.read(follows.find, follower_id=follower.id, target_id=amy.id) is not None
    home.clock.forward(minutes=6)
    blog.rotate()
    await home.receive(blog.signed(blog.activity("Undo", blog.activity("Follow", amy.uri))))
    assert await home.db.read(follows.find, follower_id=found.id, target_id=amy.id) is None


async def test_027_what_is_too_long_is_cut_and_not_refused(home: Home, beta: PeerServer) -> None:
    rows = [{"type": "PropertyValue", "name": f"Row {number}", "value": "v" * 3_000} for number in range(60)]
    ben = beta.person("ben", summary=f"<p>{'s' * 30_000}</p>", attachment=rows)
    ben.document["name"] = "n" * 3_000
    await says_hello(home, ben)
    found = await reading.account(home, ben)
    assert [row.name for row in found.fields] == [f"Row {number}" for number in range(50)]
    assert {len(row.value) for row in found.fields} == {2_000}
    assert 19_900 < len(found.note) <= 20_480
    assert len(found.display_name) == 500  # security LIM is below the 2048 of others
    at_the_limit = beta.person("gil", attachment=rows[:50])
    at_the_limit.document["name"] = "n" * 500
    await says_hello(home, at_the_limit)
    kept = await reading.account(home, at_the_limit)
    assert (len(kept.fields), kept.display_name) == (50, "n" * 500)


async def test_028_another_handle_with_the_same_id_renames_the_account(home: Home, beta: PeerServer) -> None:
    ben = beta.person("ben")
    await says_hello(home, ben)
    before = await reading.account(home, ben)
    ben.document["webfinger"] = "boss@gamma.test"  # where nobody confirms it
    await home.receive(ben.signed(ben.activity("Update", dict(ben.document))))
    assert (await reading.account(home, ben)).acct == "ben@beta.test"
    ben.document |= {"preferredUsername": "benjamin", "webfinger": "benjamin@beta.test"}
    beta.bind("benjamin", ben.uri)
    await home.receive(ben.signed(ben.activity("Update", dict(ben.document))))
    after = await reading.account(home, ben)
    assert (after.id, after.acct, after.followers_count) == (before.id, "benjamin@beta.test", before.followers_count)
    assert await home.db.read(accounts.find_by_handle, "ben", "beta.test") is None
    assert await resolve.handle(home.peer, "benjamin", "beta.test") == after
    impostor = beta.person("ben", path="/users/impostor")  # the old name on a new id is somebody else (ING-15)
    await says_hello(home, impostor)
    assert (await reading.account(home, impostor)).id != after.id


def page(*hrefs: str, element: str = "a") -> Answer:
    links = "".join(f'<{element} href="{href}" rel="nofollow me">x</{element}>' for href in hrefs)
    return Answer(body=f"<!doctype html><p>Hi{links}".encode(), headers=PAGE)


async def test_029_a_link_is_ticked_while_its_page_links_back(home: Home, beta: PeerServer, gamma: PeerServer) -> None:
    site = "https://gamma.test/~ben"
    mine = {"type": "PropertyValue", "name": "Site", "value": f'<a href="{site}" rel="me nofollow">gamma.test</a>'}
    text = {"type": "PropertyValue", "name": "Text", "value": f"see {site}"}
    ben = beta.person("ben", url="https://beta.test/@ben", attachment=[mine, text])
    await says_hello(home, ben)

    async def ticked(answer: Answer, *, others: tuple[str, Answer] | None = None) -> bool:
        gamma.answer("/~ben", answer)
        if others is not None:
            gamma.answer(*others)
        home.clock.forward(days=31)
        await looking.look_again(home.db, now=home.clock())
        await home.settle()
        row, other = (await reading.account(home, ben)).fields
        assert other.verified_at is None
        return row.verified_at is not None

    gone = Answer(status=302, headers={"Location": "https://beta.test/@ben"})
    astray = Answer(status=302, headers={"Location": "https://beta.test/@bob"})
    assert not await ticked(page())
    assert not await ticked(page("https://beta.test/@bob"))
    assert not await ticked(Answer(body=b'<a href="https://beta.test/@ben">x</a>', headers=PAGE))  # no rel=me
    assert not await ticked(Answer(status=404, body=page("https://beta.test/@ben").body, headers=PAGE))
    assert await ticked(page("https://elsewhere.test/", "https://BETA.test/@ben"))
    assert await ticked(page("https://beta.test/@ben", element="link"))
    assert not await ticked(page())  # it does no longer
    assert await ticked(page("https://gamma.test/go"), others=("/go", gone))
    assert not await ticked(page("https://gamma.test/go"), others=("/go", astray))
    assert not await ticked(page("https://elsewhere.test/", "https://gamma.test/go"), others=("/go", gone))  # only the first


async def test_029_our_own_pages_name_their_owners_pages(api: Api) -> None:
    await api.join("amy")
    rows = [{"name": "Site", "value": "https://amy.example/"}, {"name": "Text", "value": "see https://amy.example/"}]
    await api.ok("PATCH", "/api/v1/accounts/update_credentials", "amy", json={"fields_attributes": rows})
    shown = (await api.call("GET", "/@amy", headers={"Accept": "text/html"})).text
    assert owners_of(shown, at="https://alpha.test/@amy") == ["https://amy.example/", "https://amy.example/"]


HIDES = {"hidesToPublicFromUnauthedWeb": Visibility.PUBLIC, "hidesCcPublicFromUnauthedWeb": Visibility.UNLISTED}


@pytest.mark.parametrize("flag", [*HIDES, ""])
async def test_031_posts_of_people_who_want_so_are_for_readers_who_are_signed_in(api: Api, flag: str) -> None:
    await api.join("amy")
    document: Document = {
        "id": "https://beta.test/users/ben",
        "type": "Person",
        "preferredUsername": "ben",
        "inbox": "https://beta.test/users/ben/inbox",
    }
    told = parse_actor(document | ({flag: True} if flag else {}))
    ben = convert.account_of(told, account_id=api.runtime.new_id(), handle=("ben", "beta.test"), now=api.clock())
    await api.db.write(accounts.add, ben)
    for visibility in (Visibility.PUBLIC, Visibility.UNLISTED):
        words = f"Words {visibility}"
        post = await api.db.write(factories.receive, ben, words, now=api.clock(), visibility=visibility, tags=("care",))
        hidden = bool(flag) and (visibility is Visibility.UNLISTED or HIDES[flag] is Visibility.PUBLIC)
        where = f"/api/v1/statuses/{post.id}"
        assert (words in (await api.call("GET", where)).text) is not hidden
        assert words in (await api.call("GET", where, "amy")).text
        shown = await api.call("GET", f"/@ben@beta.test/{post.id}", headers={"Accept": "text/html"})
        assert words not in shown.text  # pages of ours only lead there
        lists = ("/api/v1/timelines/public", "/api/v1/timelines/tag/care", f"/api/v1/accounts/{ben.id}/statuses", "/tags/care")
        for where in lists:
            everybody = (await api.call("GET", where)).text
            assert not (hidden and words in everybody)
    mine = (await api.call("GET", "/api/v1/timelines/tag/care", "amy")).text
    assert "Words public" in mine


async def test_032_a_picture_that_is_gone_there_is_gone_here(home: Home, beta: PeerServer) -> None:
    banner = {"type": "Image", "url": "https://beta.test/banner.png"}
    ben = beta.person("ben", icon=FACE, image=banner)
    await says_hello(home, ben)
    for missing in (None, "absent"):
        ben.document |= {"icon": FACE, "image": banner}
        await home.receive(ben.signed(ben.activity("Update", dict(ben.document))))
        found = await reading.account(home, ben)
        assert (found.avatar.remote_url, found.header.remote_url) == (PICTURE, banner["url"])
        for name in ("icon", "image"):
            ben.document[name] = None
            if missing:
                del ben.document[name]
        await home.receive(ben.signed(ben.activity("Update", dict(ben.document))))
        found = await reading.account(home, ben)
        assert (found.avatar.remote_url, found.header.remote_url) == ("", "")
