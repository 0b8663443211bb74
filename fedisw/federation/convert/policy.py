"""What a note says of who may answer, like and pass it on (federation, section 4.12)."""

from __future__ import annotations

from collections.abc import Iterable

from fedisw.model.accounts import Account
from fedisw.model.policies import Interaction, InteractionPolicy, Rule
from fedisw.model.quotes import FOLLOWERS, FOLLOWING, PUBLIC
from fedisw.vocab import names, policies
from fedisw.vocab.objects import Note

OPEN = Rule(automatic=(PUBLIC,))


def interactions_of(note: Note, author: Account) -> str:
    """The rules in their stored form; silence is everybody, and so is a rule that says so. The author alone is nobody."""
    told = note.policy or policies.InteractionPolicy()
    rules = {
        Interaction.REPLY: _rule(told.can_reply, author),
        Interaction.LIKE: _rule(told.can_like, author),
        Interaction.ANNOUNCE: _rule(told.can_announce, author),
    }
    return InteractionPolicy(rules={kind: rule for kind, rule in rules.items() if rule is not None and rule != OPEN}).text


def _rule(told: policies.Rule | None, author: Account) -> Rule | None:
    if told is None:
        return None
    return Rule(automatic=_entries(told.automatic, author), manual=_entries(told.manual, author))


def _entries(uris: Iterable[str], author: Account) -> tuple[str, ...]:
    known = {names.PUBLIC: PUBLIC, author.followers_uri: FOLLOWERS, author.following_uri: FOLLOWING, author.uri: ""}
    return tuple(dict.fromkeys(entry for uri in uris if (entry := known.get(uri, uri)) and len(entry.split()) == 1))
