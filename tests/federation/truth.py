"""What really happened on other servers, and what of it is still under way to us: the model of the test of orders.

Everything that happens is told once; what is told waits in `under_way` until the test lets it arrive. Whatever the order, in
the end our server must show what `World` knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from fedisw.federation.inbox import RequestParts
from fedisw.model.accounts import Account
from fedisw.model.statuses import Status
from tests.federation import reading
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import PUBLIC, Actor, Document, PeerServer

MOST_EDITS = 2


@dataclass(slots=True, kw_only=True)
class Act:
    """Something that gil did about a post, and whether he took it back."""

    document: Document
    ended: bool = False


@dataclass(slots=True, kw_only=True)
class Thing:
    """A post: of ben elsewhere (`note`), or of amy here (`own`); `acts` by kind: Announce, Like, Create (an answer)."""

    note: Document | None = None
    own: Status | None = None
    edits: int = 0
    deleted: bool = False
    acts: dict[str, Act] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        """Its id."""
        if self.note is not None:
            return str(self.note["id"])
        assert self.own is not None
        return self.own.uri

    def lasts(self, kind: str) -> bool:
        """Whether gil did this and did not take it back."""
        act = self.acts.get(kind)
        return act is not None and not act.ended


@dataclass(slots=True, kw_only=True)
class World:
    """Amy here, ben and gil elsewhere; amy follows both.

    Attributes:
        under_way: requests that were sent and did not arrive yet.
    """

    home: Home
    beta: PeerServer
    gamma: PeerServer
    amy: Account
    ben: Actor
    gil: Actor
    things: list[Thing] = field(default_factory=list)
    under_way: list[tuple[Actor, Document]] = field(default_factory=list)

    def forget(self) -> None:
        """Begin a new story; the people stay."""
        self.things.clear()
        self.under_way.clear()

    async def write(self, *, here: bool) -> None:
        """Amy or ben writes a post; ben names amy in his."""
        self.home.clock.forward(seconds=1)
        if here:
            self.things.append(Thing(own=await self.home.db.write(factories.post, self.amy, "Hers")))
            return
        named = {"type": "Mention", "href": self.amy.uri, "name": "@amy@home.test"}
        note = self.ben.note("Version 0", cc=[f"{self.ben.uri}/followers", self.amy.uri], tag=[named])
        self.things.append(Thing(note=note))
        self._send(self.ben, self.ben.activity("Create", dict(note)))

    def edit(self, thing: Thing) -> None:
        """Ben changes his post; his server shows the new version at once."""
        assert thing.note is not None
        thing.edits += 1
        now = self.home.clock.forward(minutes=1)
        thing.note |= {"content": f"<p>Version {thing.edits}</p>", "updated": reading.stamp(now)}
        self._send(self.ben, self.ben.activity("Update", dict(thing.note)))

    def delete(self, thing: Thing) -> None:
        """Ben takes his post away."""
        assert thing.note is not None
        thing.deleted = True
        self.home.clock.forward(seconds=1)
        self.beta.fail(thing.uri, 410)
        self._send(self.ben, self.ben.activity("Delete", {"type": "Tombstone", "id": thing.uri}, to=[PUBLIC]))

    def act(self, thing: Thing, kind: str) -> None:
        """Gil boosts, likes or answers."""
        self.home.clock.forward(seconds=1)
        match kind:
            case "Create":
                document = self.gil.activity(kind, self.gil.note("An answer", inReplyTo=thing.uri))
            case _:
                document = self.gil.activity(kind, thing.uri, to=[PUBLIC], cc=[f"{self.gil.uri}/followers"])
        thing.acts[kind] = Act(document=document)
        self._send(self.gil, document)

    def end(self, thing: Thing, kind: str) -> None:
        """Gil takes it back."""
        act = thing.acts[kind]
        act.ended = True
        self.home.clock.forward(seconds=1)
        if kind == "Create":
            answer = act.document["object"]["id"]
            self.gamma.fail(answer, 410)
            self._send(self.gil, self.gil.activity("Delete", {"type": "Tombstone", "id": answer}, to=[PUBLIC]))
        else:
            self._send(self.gil, self.gil.activity("Undo", act.document))

    async def arrive(self, number: int, *, again: bool = False) -> None:
        """One of the requests under way comes in; `again`: it will come once more."""
        at = number % len(self.under_way)
        actor, document = self.under_way[at] if again else self.under_way.pop(at)
        await self.home.receive(self._signed(actor, document))

    def posts(self, *, of_ben: bool) -> Iterator[Thing]:
        """Those of ben, or those of amy."""
        yield from (thing for thing in self.things if (thing.note is not None) is of_ben)

    def _send(self, actor: Actor, document: Document) -> None:
        self.under_way.append((actor, document))

    @staticmethod
    def _signed(actor: Actor, document: Document) -> RequestParts:
        return actor.signed(document)
