"""`python -m fedisw` and the program `fedisw`."""

from __future__ import annotations

import gc
import sys

gc.disable()  # imports make no garbage: looking for it among them costs a fifth of the start
from fedisw.cli.main import entry  # noqa: E402 - after the line above, which is the point


def main() -> None:
    """Run the command line of this process; ends it."""
    gc.freeze()
    gc.enable()
    sys.exit(entry(sys.argv[1:]))


if __name__ == "__main__":
    main()
