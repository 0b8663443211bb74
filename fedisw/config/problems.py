"""The one error of wrong settings: it carries all problems, so that they are mended in one go."""

from __future__ import annotations


class WrongSettings(Exception):
    """The settings cannot be used; `problems` says all that is wrong, one sentence each.

    Not a domain error: no request can cause it. The command line prints it and exits with 2.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems
