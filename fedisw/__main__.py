"""`python -m fedisw` and the program `fedisw`."""

from __future__ import annotations

import sys

from fedisw.cli.main import entry


def main() -> None:
    """Run the command line of this process; ends it."""
    sys.exit(entry(sys.argv[1:]))


if __name__ == "__main__":
    main()
