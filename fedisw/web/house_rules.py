"""The rules that a new server starts with, until its people write their own (professional, section 15.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fedisw.i18n import Translator, later


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of the server; `hint` explains it."""

    text: str
    hint: str = ""


RULES: Final = (
    (
        later("Nothing that lets a client be recognised."),
        later("Not even disguised: a story without names can be recognised too."),
    ),
    (
        later("No contact with clients, and no intake."),
        later("This is a place for colleagues. Nobody should be asked for help here."),
    ),
    (later("Be honest about your role and your credentials."), later("Say what you are, and what you are not.")),
    (later("Respect your colleagues."), later("Do not exploit students or people whose work you supervise.")),
    (later("No discrimination."), later("Not of those we work with, and not of each other.")),
    (later("Give credit and name your sources."), later("Say so when something is an opinion.")),
    (later("Sell services only where it is marked."), later("No advertising in conversations.")),
    (later("Respect what others want to keep."), later("Whoever does not want to be archived or quoted is not.")),
    (
        later("Danger goes to those who can act."),
        later("This network is no emergency service. Use the channel that is responsible where you are."),
    ),
)


def starting_rules(words: Translator) -> tuple[Rule, ...]:
    """The rules in the language of the reader."""
    return tuple(Rule(text=words.gettext(text), hint=words.gettext(hint)) for text, hint in RULES)
