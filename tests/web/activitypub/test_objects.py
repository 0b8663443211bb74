"""Posts by their ids, as each reader may see them (federation 1.1, 1.4, 1.5; security section 6; conformance 17, 63)."""

from __future__ import annotations

import pytest

from fedisw.crypto.signed import Scheme
from fedisw.model.accounts import Account, Reach
from fedisw.model.relations import Block
from fedisw.model.statuses import Status, Visibility
from fedisw.services import editing, interactions
from fedisw.storage.queries import blocks
from fedisw.vocab.objects import parse_note
from tests.support import factories
from tests.support.factories import HERE, NOW, new_id
from tests.support.peers import Actor, PeerServer
from tests.support.reading import BROWSER, LD, Reader

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
PARTS = ("", "/activity", "/replies", "/likes", "/shares", "/context")


async def post(here: Reader, author: Account, text: str = "Hello", **changes: object) -> Status:
    return await here.db.write(factories.post, author, text, **changes)


async def friends(here: Reader, beta: PeerServer, **changes: object) -> tuple[Account, Actor, Account]:
    """amy here, and ben elsewhere, who is known here."""
    amy, ben = await here.home.person(**changes), beta.person("ben")
    return amy, ben, await here.known(ben)


async def test_a_public_post_is_for_everybody(here: Reader) -> None:
    amy = await here.home.person()
    status = await post(here, amy, "Supervision group")
    response = await here.ask(status.uri)
    assert response.status == 200
    assert response.headers["Cache-Control"] == "public, max-age=180"
    assert response.headers["Vary"] == "Accept, Signature, Signature-Input"
    note = await response.json(content_type=None)
    assert (note["id"], note["type"], note["attributedTo"], note["to"]) == (status.uri, "Note", amy.uri, [PUBLIC])
    assert parse_note(note).content == "<p>Supervision group</p>"


async def test_its_create_is_what_was_sent(here: Reader) -> None:
    amy = await here.home.person()
    status = await post(here, amy)
    create = await here.read(f"{status.uri}/activity")
    note = await here.read(status.uri)
    assert (create["id"], create["type"], create["actor"]) == (f"{status.uri}/activity", "Create", amy.uri)
    assert create["object"] == {name: value for name, value in note.items() if name != "@context"}
    assert create["@context"] == note["@context"]


async def test_linked_data_has_its_own_type(here: Reader) -> None:
    status = await post(here, await here.home.person())
    response = await here.ask(status.uri, accept=LD)
    assert response.headers["Content-Type"] == LD


async def test_the_head_of_a_post_is_that_of_its_document(here: Reader) -> None:
    status = await post(here, await here.home.person())
    response = await here.ask(status.uri, method="HEAD")
    assert response.status == 200
    assert int(response.headers["Content-Length"]) > 100
    assert await response.read() == b""


@pytest.mark.parametrize("part", ["", "/activity"])
async def test_a_browser_is_led_to_the_page(here: Reader, part: str) -> None:
    status = await post(here, await here.home.person())
    response = await here.ask(f"{status.uri}{part}", accept=BROWSER)
    assert (response.status, response.headers["Location"]) == (302, status.url)


async def test_a_browser_is_not_told_of_what_it_may_not_see(here: Reader) -> None:
    status = await post(here, await here.home.person(), visibility=Visibility.PRIVATE)
    assert await here.status(status.uri, accept=BROWSER) == 404


@pytest.mark.parametrize("part", PARTS)
async def test_a_picture_cannot_be_had(here: Reader, part: str) -> None:
    status = await post(here, await here.home.person())
    assert await here.status(f"{status.uri}{part}", accept="image/png") == 406


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_it_can_only_be_read(here: Reader, method: str) -> None:
    status = await post(here, await here.home.person())
    response = await here.ask(status.uri, method=method)
    assert response.status == 405
    assert "GET" in response.headers["Allow"]


ROWS = [  # visibility, local_only, reach: unsigned, signed by a stranger, by a server with a follower, by one with somebody named
    ("public", False, Reach.PUBLIC, 200, 200, 200, 200),
    ("unlisted", False, Reach.PUBLIC, 200, 200, 200, 200),
    ("public", False, Reach.FEDIVERSE, 401, 200, 200, 200),
    ("unlisted", False, Reach.FEDIVERSE, 401, 200, 200, 200),
    ("public", True, Reach.PUBLIC, 404, 404, 404, 404),
    ("public", False, Reach.MEMBERS, 404, 404, 404, 404),
    ("private", False, Reach.PUBLIC, 404, 404, 200, 200),
    ("private", True, Reach.PUBLIC, 404, 404, 404, 404),
    ("private", False, Reach.MEMBERS, 404, 404, 404, 404),
    ("direct", False, Reach.PUBLIC, 404, 404, 404, 200),
    ("direct", True, Reach.PUBLIC, 404, 404, 404, 404),
]


@pytest.mark.parametrize(("visibility", "local_only", "reach", "unsigned", "stranger", "follower", "named"), ROWS)
async def test_each_reader_sees_what_the_table_says(
    here: Reader,
    beta: PeerServer,
    visibility: str,
    local_only: bool,
    reach: Reach,
    unsigned: int,
    stranger: int,
    follower: int,
    named: int,
) -> None:
    amy, ben, known = await friends(here, beta, reach=reach)
    wanted = {"visibility": Visibility(visibility), "local_only": local_only}
    plain = await post(here, amy, **wanted)
    naming = await post(here, amy, mentioned=(known.id,), **wanted)
    for part in PARTS:
        assert await here.status(f"{plain.uri}{part}") == unsigned
        assert await here.status(f"{plain.uri}{part}", by=ben) == stranger
        assert await here.status(f"{naming.uri}{part}", by=ben) == named
    await here.follow(known, amy)
    for part in PARTS:
        assert await here.status(f"{plain.uri}{part}", by=ben) == follower


@pytest.mark.parametrize("scheme", [Scheme.CAVAGE, Scheme.RFC9421])
async def test_what_needs_proof_is_never_kept_by_caches(here: Reader, beta: PeerServer, scheme: Scheme) -> None:
    amy, ben, known = await friends(here, beta)
    await here.follow(known, amy)
    status = await post(here, amy, visibility=Visibility.PRIVATE)
    response = await here.ask(status.uri, by=ben, scheme=scheme)
    assert response.status == 200
    assert response.headers["Cache-Control"] == "private, no-store"


async def test_a_wrong_signature_proves_nothing(here: Reader, beta: PeerServer) -> None:
    amy, ben, known = await friends(here, beta)
    await here.follow(known, amy)
    status, other = [await post(here, amy, visibility=Visibility.PRIVATE) for _ in range(2)]
    ben.rotate(published=False)
    assert await here.status(status.uri, by=ben) == 401
    assert await here.status(status.uri, headers={"Signature": "nonsense", "Date": "today"}) == 400
    assert await here.status(other.uri, headers={"Signature-Input": "sig1=()", "Signature": "sig1=:AA==:"}) == 401


async def test_a_block_hides_posts_from_signed_fetches_too(here: Reader, beta: PeerServer) -> None:
    amy, ben, known = await friends(here, beta)
    status = await post(here, amy, mentioned=(known.id,))
    assert await here.status(status.uri, by=ben) == 200
    block = Block(id=new_id(), account_id=known.id, target_id=amy.id, uri="https://beta.test/b/1", created_at=NOW)
    await here.db.write(blocks.insert_once, block)
    assert await here.status(status.uri, by=ben) == 404


async def test_a_server_that_an_admin_or_the_author_blocks_reads_nothing(here: Reader, beta: PeerServer) -> None:
    amy, ben, known = await friends(here, beta)
    await here.follow(known, amy)
    open_post, closed = await post(here, amy), await post(here, amy, visibility=Visibility.PRIVATE)
    await here.db.write(blocks.put_host, account_id=amy.id, host="beta.test", block_id=new_id(), now=NOW)
    assert await here.status(closed.uri, by=ben) == 404
    await here.home.suspend_host("beta.test")
    for status in (open_post, closed):
        assert await here.status(status.uri, by=ben) == 403


@pytest.mark.parametrize("name", ["1", "x", "99999999999999999999", "1-2-3"])
@pytest.mark.parametrize("part", PARTS)
async def test_there_is_nothing_under_other_names(here: Reader, name: str, part: str) -> None:
    assert await here.status(f"/ap/objects/{name}{part}") == 404


async def test_posts_of_other_servers_and_boosts_are_not_objects_of_ours(here: Reader, beta: PeerServer) -> None:
    amy, _, known = await friends(here, beta)
    theirs = await here.db.write(factories.receive, known)
    boost_id = new_id()
    uri = f"{HERE}/ap/activities/{boost_id}"
    await here.db.write(
        interactions.reblog, account=amy, status_id=theirs.id, boost_id=boost_id, uri=uri, now=NOW, visibility=Visibility.PUBLIC
    )
    assert await here.status(f"/ap/objects/{theirs.id}") == 404
    assert await here.status(f"/ap/objects/{boost_id}") == 404


async def test_a_deleted_public_post_leaves_a_tombstone(here: Reader) -> None:
    amy = await here.home.person()
    status = await post(here, amy)
    here.home.clock.forward(hours=1)
    await here.db.write(editing.delete_status, author_id=amy.id, status_id=status.id, now=here.home.clock())
    response = await here.ask(status.uri)
    assert response.status == 410
    assert response.headers["Content-Type"] == "application/activity+json; charset=utf-8"
    assert await response.json(content_type=None) == {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": status.uri,
        "type": "Tombstone",
        "formerType": "Note",
        "published": "2026-11-21T12:00:00Z",
        "deleted": "2026-11-21T13:00:00Z",
    }
    for part in PARTS[1:]:
        assert await here.status(f"{status.uri}{part}") == 404


@pytest.mark.parametrize("changes", [{"visibility": Visibility.PRIVATE}, {"visibility": Visibility.DIRECT}, {"local_only": True}])
async def test_of_a_deleted_post_that_was_not_public_nothing_is_told(here: Reader, changes: dict[str, object]) -> None:
    amy = await here.home.person()
    status = await post(here, amy, **changes)
    await here.db.write(editing.delete_status, author_id=amy.id, status_id=status.id, now=NOW)
    assert await here.status(status.uri) == 404


async def test_posts_of_a_suspended_author_are_not_there(here: Reader) -> None:
    amy = await here.home.person(suspended_at=NOW)
    status = await post(here, amy)
    assert await here.status(status.uri) == 404


async def test_a_post_takes_a_bounded_number_of_statements(here: Reader, beta: PeerServer) -> None:
    amy, ben, known = await friends(here, beta)
    await here.follow(known, amy)
    status = await post(here, amy, mentioned=(known.id,), tags=("Supervision",), visibility=Visibility.PRIVATE)
    open_post = await post(here, amy, mentioned=(known.id,), tags=("Supervision",))
    with here.db.counting() as statements:
        await here.read(open_post.uri)
    assert len(statements) <= 12
    with here.db.counting() as statements:
        await here.read(status.uri, by=ben)
    assert len(statements) <= 26
