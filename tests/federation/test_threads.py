"""Up a thread (LIM: thread climb)."""

from __future__ import annotations

import pytest

from fedisw.federation import threads
from fedisw.jobs.work import FetchParent
from fedisw.storage.queries import statuses
from tests.federation import reading
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import Actor, Document, PeerServer


def chain(actors: list[Actor], length: int) -> list[Document]:
    """Posts of which each answers the one before it, by turns of these actors."""
    notes: list[Document] = []
    for number in range(length):
        above = notes[-1]["id"] if notes else None
        notes.append(actors[number % len(actors)].note(f"Number {number}", inReplyTo=above))
    return notes


async def arrives(home: Home, actor: Actor, note: Document) -> None:
    """The last post of a thread arrives at a server where somebody follows its author."""
    amy = await home.person("amy")
    await home.receive(actor.signed(actor.activity("Like", "https://home.test/nothing")))
    await home.db.write(factories.put_follow, amy, await reading.account(home, actor))
    await home.receive(actor.signed(actor.activity("Create", note)))


async def test_a_thread_is_fetched_up_to_its_first_post(home: Home, beta: PeerServer, gamma: PeerServer):
    ben, gil = beta.person("ben"), gamma.person("gil")
    notes = chain([gil, ben], 6)
    await arrives(home, ben, notes[-1])
    stored = [await reading.post(home, note) for note in notes]
    assert all(stored)
    ids = [post.id for post in stored if post]
    assert [post.in_reply_to_id for post in stored if post] == [None, *ids[:-1]]
    assert len({post.conversation_id for post in stored if post}) == 1
    assert [post.replies_count for post in stored if post] == [1, 1, 1, 1, 1, 0]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_climb_ends_after_forty_parents(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    notes = chain([ben], 60)
    await arrives(home, ben, notes[-1])
    kept = [note for note in notes if await reading.post(home, note) is not None]
    assert len(kept) == 1 + threads.MAX_CLIMB
    assert kept == notes[-len(kept) :]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_circle_ends_where_it_began(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    notes = chain([ben], 3)
    notes[0]["inReplyTo"] = notes[2]["id"]
    await arrives(home, ben, notes[2])
    assert [await reading.post(home, note) is not None for note in notes] == [True, True, True]
    assert all(beta.times_asked(note["id"]) <= 1 for note in notes)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_parent_that_is_hidden_or_gone_ends_the_climb_and_harms_nothing(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    notes = chain([ben], 4)
    beta.fail(notes[1]["id"], 404)
    await arrives(home, ben, notes[3])
    assert [await reading.post(home, note) is not None for note in notes] == [False, False, True, True]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_parent_that_cannot_be_had_now_is_had_later(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    notes = chain([ben], 2)
    beta.fail(notes[0]["id"], 503)
    with pytest.raises(AssertionError):  # the job waits for its next try
        await arrives(home, ben, notes[1])
    beta.serve(notes[0])
    home.clock.forward(minutes=5)
    while await home.worker.run_ready():
        pass
    stored = await reading.post(home, notes[1])
    assert stored is not None
    assert stored.in_reply_to_id is not None


async def test_fetching_a_parent_twice_is_once(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    notes = chain([ben], 2)
    await arrives(home, ben, notes[1])
    job = next(job for job in home.done if isinstance(job, FetchParent))
    before, asked = await home.kept(), len(beta.asked)
    await threads.fetch_parent(home.peer, job.status_id)
    await threads.fetch_parent(home.peer, 404)
    assert (await home.kept(), len(beta.asked)) == (before, asked)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_an_answer_to_what_is_deleted_here_asks_nobody(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    note = ben.note("Answer", inReplyTo="https://home.test/ap/objects/404")
    await arrives(home, ben, note)
    stored = await reading.post(home, note)
    assert stored is not None
    assert (await home.db.read(statuses.get, stored.id)).in_reply_to_id is None
