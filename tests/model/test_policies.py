"""Who may answer, like and boost a post."""

from __future__ import annotations

import pytest

from fedisw.model.policies import Interaction, InteractionPolicy, Rule, Somebody
from fedisw.model.quotes import Approval

BEN = "https://beta.test/users/ben"
STRANGER = Somebody(uri=BEN)
FOLLOWER = Somebody(uri=BEN, follows=True)
FOLLOWED = Somebody(uri=BEN, followed=True)


def policy(automatic: tuple[str, ...] = (), manual: tuple[str, ...] = ()) -> InteractionPolicy:
    return InteractionPolicy(rules={kind: Rule(automatic=automatic, manual=manual) for kind in Interaction})


@pytest.mark.parametrize(
    ("automatic", "manual", "who", "expected"),
    [
        (("public",), (), STRANGER, Approval.AUTOMATIC),
        ((), (), FOLLOWER, Approval.DENIED),
        (("followers",), (), FOLLOWER, Approval.AUTOMATIC),
        (("followers",), (), STRANGER, Approval.DENIED),
        (("following",), (), FOLLOWED, Approval.AUTOMATIC),
        (("following",), (), FOLLOWER, Approval.DENIED),
        (("followers",), ("public",), STRANGER, Approval.MANUAL),
        (("public",), ("followers",), FOLLOWER, Approval.MANUAL),  # the more exact entry counts
        (("followers",), ("followers",), FOLLOWER, Approval.AUTOMATIC),  # of two alike the freer one
        ((BEN,), ("followers", "public"), FOLLOWER, Approval.AUTOMATIC),
        (("public", "followers"), (BEN,), FOLLOWER, Approval.MANUAL),
        (("https://beta.test/circles/1",), (), STRANGER, Approval.UNKNOWN),  # perhaps among them
        (("https://beta.test/circles/1",), ("public",), STRANGER, Approval.MANUAL),
    ],
)
def test_the_most_exact_entry_counts(automatic: tuple[str, ...], manual: tuple[str, ...], who: Somebody, expected: Approval):
    assert policy(automatic, manual).verdict(Interaction.LIKE, who) is expected


def test_the_author_always_may_and_whom_a_post_names_may_answer_it():
    closed = policy()
    assert closed.verdict(Interaction.ANNOUNCE, Somebody(uri=BEN, own=True)) is Approval.AUTOMATIC
    named = Somebody(uri=BEN, mentioned=True)
    assert closed.verdict(Interaction.REPLY, named) is Approval.AUTOMATIC
    assert closed.verdict(Interaction.LIKE, named) is Approval.DENIED


def test_without_a_rule_everybody_may():
    some = InteractionPolicy(rules={Interaction.REPLY: Rule()})
    assert some.verdict(Interaction.LIKE, STRANGER) is Approval.AUTOMATIC
    assert [some.is_open(kind) for kind in (Interaction.REPLY, Interaction.LIKE)] == [False, True]


@pytest.mark.parametrize(
    "rules", [{}, {Interaction.REPLY: Rule()}, {Interaction.LIKE: Rule(automatic=("followers", BEN), manual=("public",))}]
)
def test_the_stored_form_reads_back(rules: dict[Interaction, Rule]):
    made = InteractionPolicy(rules=rules)
    assert InteractionPolicy.of(made.text) == made
    assert bool(made.text) is bool(rules)
