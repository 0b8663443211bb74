"""Who may answer, like and pass on a post (interaction policies; federation, section 4.12)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self

from fedisw.model.quotes import FOLLOWERS, FOLLOWING, PUBLIC, Approval

MENTIONED: Final = "mentioned"
WORDS: Final = frozenset({PUBLIC, FOLLOWERS, FOLLOWING, MENTIONED})
PENDING: Final = "pending"
REJECTED: Final = "rejected"
HELD: Final = frozenset({PENDING, REJECTED})  # an answer or boost that its author's followers do not get (Status.approval)


class Interaction(StrEnum):
    """What is done with a post."""

    REPLY = "reply"
    LIKE = "like"
    ANNOUNCE = "announce"


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """How a person stands to the post.

    Args:
        uri: id of the actor.
        own: the author.
        follows: an accepted follower of the author.
        followed: the author follows them.
        mentioned: the post names them.
    """

    uri: str
    own: bool = False
    follows: bool = False
    followed: bool = False
    mentioned: bool = False

    def is_named_by(self, entry: str) -> int:
        """How exactly an entry means this person: 3 by name, 2 as one of some, 1 as one of all, 0 not at all."""
        if entry == self.uri:
            return 3
        if (entry, True) in ((FOLLOWERS, self.follows), (FOLLOWING, self.followed), (MENTIONED, self.mentioned)):
            return 2
        return 1 if entry == PUBLIC else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who may at once and who after the author agreed: the words above, or ids of actors and collections."""

    automatic: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()

    def verdict(self, who: Somebody) -> Approval:
        """The entry that means somebody most exactly counts, of two alike the freer one."""
        at_once = max((who.is_named_by(entry) for entry in self.automatic), default=0)
        asked = max((who.is_named_by(entry) for entry in self.manual), default=0)
        if at_once >= asked > 0 or at_once > 0 == asked:
            return Approval.AUTOMATIC
        if asked > at_once:
            return Approval.MANUAL
        unclear = {*self.automatic, *self.manual} - WORDS
        return Approval.UNKNOWN if unclear else Approval.DENIED


NOBODY: Final = Rule()


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionPolicy:
    """The rules of a post; where there is none, everybody who may read it may do it."""

    rules: dict[Interaction, Rule] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> Self:
        """From its stored form; empty text says nothing."""
        return cls(rules=dict(_read(line) for line in text.splitlines()))

    @property
    def text(self) -> str:
        """Its stored form: a line for each rule."""
        return "\n".join(
            f"{kind.value}\t{' '.join(rule.automatic)}\t{' '.join(rule.manual)}" for kind, rule in self.rules.items()
        )

    def verdict(self, kind: Interaction, who: Somebody) -> Approval:
        """What happens if somebody does this; the author always may, and whom a post names may always answer it."""
        rule = self.rules.get(kind)
        if rule is None or who.own or (kind is Interaction.REPLY and who.mentioned):
            return Approval.AUTOMATIC
        return rule.verdict(who)

    def is_open(self, kind: Interaction) -> bool:
        """Whether everybody may, so that nobody needs a proof of it."""
        rule = self.rules.get(kind)
        return rule is None or PUBLIC in rule.automatic

    def rests_on_follows(self, kind: Interaction) -> bool:
        """Whether it hangs on follows, which only the servers of the two know, who may do this at once."""
        rule = self.rules.get(kind)
        return rule is not None and not {FOLLOWERS, FOLLOWING}.isdisjoint(rule.automatic)


def _read(line: str) -> tuple[Interaction, Rule]:
    name, automatic, manual = line.split("\t")
    return Interaction(name), Rule(automatic=tuple(automatic.split()), manual=tuple(manual.split()))
