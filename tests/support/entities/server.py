"""`python -m tests.support.entities.server run`: fedisw, with every answer compared with its entity.

What is wrong is written into the file that FEDISW_TEST_FAULTS names, one fault a line.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from aiohttp import web

from fedisw.cli.main import run
from fedisw.runtime import Runtime
from fedisw.web import serving
from fedisw.web.app import create_app
from tests.support.entities.watching import watch

FILE = "FEDISW_TEST_FAULTS"


class Written(list[str]):
    """Faults that go into a file as they are found."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def extend(self, found: object) -> None:
        """Keep them, and write them down."""
        faults = [str(fault) for fault in found] if isinstance(found, list) else []
        super().extend(faults)
        if faults:
            with self._file.open("a") as file:
                file.write("\n".join(faults) + "\n")


def watched(runtime: Runtime) -> web.Application:
    """The whole application, looked at."""
    app = create_app(runtime)
    watch(app, Written(Path(os.environ[FILE])))
    return app


if __name__ == "__main__":
    serving.create_app = watched
    sys.exit(run(sys.argv[1:], dict(os.environ)))
