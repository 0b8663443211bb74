"""Who may do what with a post of ours, as its document says it: always in full (federation, section 4.12)."""

from __future__ import annotations

from collections.abc import Sequence

from fedisw.model.accounts import Account
from fedisw.model.policies import MENTIONED, Interaction
from fedisw.model.policies import InteractionPolicy as Policy
from fedisw.model.policies import Rule as PolicyRule
from fedisw.model.quotes import FOLLOWERS, FOLLOWING
from fedisw.model.quotes import PUBLIC as PUBLIC_WORD
from fedisw.model.statuses import Visibility
from fedisw.model.views import StatusView
from fedisw.vocab.names import PUBLIC
from fedisw.vocab.policies import InteractionPolicy, Rule

EVERYBODY = PolicyRule(automatic=(PUBLIC_WORD,))
AMONG = {  # who may read a post, where its author chose nothing
    Visibility.PUBLIC: (PUBLIC_WORD,),
    Visibility.UNLISTED: (PUBLIC_WORD,),
    Visibility.PRIVATE: (FOLLOWERS, MENTIONED),
    Visibility.DIRECT: (MENTIONED,),
}


def of(view: StatusView, named: Sequence[Account], *, quoters: tuple[str, ...]) -> InteractionPolicy:
    """The policy of a post; the author alone means nobody."""
    rules, visibility = Policy.of(view.status.interaction_policy).rules, view.status.visibility
    readers = PolicyRule(automatic=AMONG[visibility])
    boosters = EVERYBODY if visibility in (Visibility.PUBLIC, Visibility.UNLISTED) else PolicyRule()
    return InteractionPolicy(
        can_reply=_rule(rules.get(Interaction.REPLY, readers), view.account, named),
        can_like=_rule(rules.get(Interaction.LIKE, readers), view.account, named),
        can_announce=_rule(rules.get(Interaction.ANNOUNCE, boosters), view.account, named),
        can_quote=Rule(automatic=quoters),
    )


def _rule(rule: PolicyRule, author: Account, named: Sequence[Account]) -> Rule:
    words = {
        PUBLIC_WORD: (PUBLIC,),
        FOLLOWERS: (f"{author.uri}/followers",),
        FOLLOWING: (f"{author.uri}/following",),
        MENTIONED: tuple(account.uri for account in named if account.id != author.id),
    }
    found = tuple(uri for entry in rule.automatic for uri in words.get(entry, ()))
    return Rule(automatic=tuple(dict.fromkeys(found)) or (author.uri,))
