"""Threads: what stands above and below a post, in order, within bounds."""

from __future__ import annotations

from fedisw.model.statuses import Status
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import replies
from tests.support.factories import post, put_account


def _tree(tx: Tx) -> dict[str, Status]:
    """a ─ b ─ c, d; a ─ e: written in the order a b e c d."""
    amy = put_account(tx)
    found = {"a": post(tx, amy, "a")}
    for name, parent in (("b", "a"), ("e", "a"), ("c", "b"), ("d", "b")):
        found[name] = post(tx, amy, name, in_reply_to_id=found[parent].id)
    return found


async def test_a_thread_is_read_above_and_below_in_order(db: Database) -> None:
    def unit(tx: Tx) -> None:
        tree = _tree(tx)
        names = {status.id: name for name, status in tree.items()}

        def below(name: str, **bounds: int) -> str:
            found = replies.descendants(tx, tree[name].id, **{"limit": 100, "deepest": 100} | bounds)
            return "".join(names[item] for item in found)

        assert [names[item] for item in replies.ancestors(tx, tree["d"].id, limit=10)] == ["a", "b"]
        assert [names[item] for item in replies.ancestors(tx, tree["d"].id, limit=1)] == ["b"]
        assert replies.ancestors(tx, tree["a"].id, limit=10) == []
        assert below("a") == "bcde"
        assert below("b") == "cd"
        assert below("e") == ""
        assert below("a", deepest=1) == "be"
        assert below("a", limit=2) == "be"

    await db.write(unit)
