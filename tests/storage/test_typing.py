"""mypy follows arguments and results through units of work and queries."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CODE = """
from fedisw.storage.db import Database, Tx
from fedisw.storage.statements import Query
from sqlalchemy import select, func

COUNT = Query(int, select(func.count()))
MAYBE = Query(str | None, select(func.count()))

def unit(tx: Tx, name: str, *, times: int) -> list[int]:
    return tx.all(COUNT)

async def use(db: Database) -> None:
    reveal_type(await db.read(unit, "a", times=3))
    reveal_type(await db.write(lambda tx: tx.one(COUNT)))
    reveal_type(await db.read(lambda tx: tx.all(MAYBE)))
    await db.read(unit, 1, times=3)
    await db.write(unit, "a")
    await db.write(unit, "a", times="3")
"""


def test_types_pass_through(tmp_path: Path) -> None:
    source = tmp_path / "use.py"
    source.write_text(CODE)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", str(source)],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    lines = done.stdout.splitlines()
    revealed = [line.split('"')[1] for line in lines if "Revealed type" in line]
    assert revealed == ["list[int]", "int | None", "list[str | None]"]
    wrong = {int(line.split(":")[1]) for line in lines if "error:" in line}
    assert wrong == {16, 17, 18}
