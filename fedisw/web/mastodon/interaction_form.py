"""Who may answer, like and boost a post, as clients say it: `interaction_policy[can_reply][always][]`, the members of
GoToSocial. Mastodon's clients know `quote_approval_policy` only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from fedisw.model.errors import Invalid
from fedisw.model.policies import MENTIONED, Interaction, InteractionPolicy, Rule
from fedisw.model.quotes import FOLLOWERS, FOLLOWING, PUBLIC

WORDS: Final = {"public": PUBLIC, "followers": FOLLOWERS, "following": FOLLOWING, "mentioned": MENTIONED, "author": "", "me": ""}


class RuleForm(msgspec.Struct, kw_only=True):
    """Who may at once, under the newer and the older name; nobody is asked first here."""

    automatic_approval: list[str] | None = None
    always: list[str] | None = None
    manual_approval: list[str] = []
    with_approval: list[str] = []


class InteractionForm(msgspec.Struct, kw_only=True):
    """`interaction_policy[…]`; what is not given is for everybody who may read the post."""

    can_reply: RuleForm | None = None
    can_favourite: RuleForm | None = None
    can_reblog: RuleForm | None = None


def text_of(form: InteractionForm | None) -> str | None:
    """The policy in its stored form, None where nothing was said; Invalid for words that are not known."""
    if form is None:
        return None
    told = {Interaction.REPLY: form.can_reply, Interaction.LIKE: form.can_favourite, Interaction.ANNOUNCE: form.can_reblog}
    rules = {kind: _rule(rule) for kind, rule in told.items() if rule is not None}
    return InteractionPolicy(rules={kind: rule for kind, rule in rules.items() if PUBLIC not in rule.automatic}).text


def _rule(form: RuleForm) -> Rule:
    if form.manual_approval or form.with_approval:
        raise Invalid("interaction_policy", "cannot ask you first: name who may, or nobody", code="ERR_INCLUSION")
    named = form.automatic_approval if form.automatic_approval is not None else form.always or []
    return Rule(automatic=tuple(_words(named)))


def _words(named: Iterable[str]) -> Iterable[str]:
    for word in dict.fromkeys(named):
        if word not in WORDS:
            raise Invalid("interaction_policy", "is not included in the list", code="ERR_INCLUSION")
        if WORDS[word]:
            yield WORDS[word]
