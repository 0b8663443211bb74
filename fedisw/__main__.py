"""`python -m fedisw` and the program `fedisw`."""

from __future__ import annotations

import os
import sys

from fedisw.cli.main import run


def main() -> None:
    """Run the command line of this process; ends it."""
    sys.exit(run(sys.argv[1:], os.environ))


if __name__ == "__main__":
    main()
