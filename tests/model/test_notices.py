"""The policy for people who are not known (mastodon-api.md, section 4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fedisw.model.notices import Bond, Handling, Policy, Sender, handling
from fedisw.model.notifications import NotificationType
from tests.support.factories import NOW

OLD = NOW - timedelta(days=100)
STRANGER = Sender(created_at=OLD)
KIND = NotificationType.MENTION
FOLLOWED, NONE = Bond(following=True), Bond()


def said(policy: Policy, sender: Sender = STRANGER, bond: Bond = NONE, *, private: bool = False, kind: object = KIND) -> str:
    return handling(policy, NotificationType(str(kind)), sender=sender, bond=bond, private=private, now=NOW).value


def only(name: str, wanted: Handling = Handling.FILTER) -> Policy:
    return replace(Policy(for_limited_accounts=Handling.ACCEPT), **{name: wanted})


def test_at_first_only_people_whom_moderators_look_at_are_kept_apart() -> None:
    assert said(Policy()) == said(Policy(), private=True) == said(Policy(), replace(STRANGER, bot=True)) == "accept"
    limited = replace(STRANGER, limited=True)
    assert (said(Policy(), limited), said(Policy(), limited, FOLLOWED)) == ("filter", "accept")


@pytest.mark.parametrize(
    ("name", "hit", "missed"),
    [
        ("for_not_following", {}, {"bond": FOLLOWED}),
        ("for_new_accounts", {"sender": Sender(created_at=NOW - timedelta(days=29))}, {}),
        ("for_new_accounts", {"sender": Sender(created_at=NOW)}, {"sender": Sender(created_at=NOW), "bond": FOLLOWED}),
        ("for_private_mentions", {"private": True}, {}),
        ("for_private_mentions", {"private": True}, {"private": True, "bond": Bond(invited=True)}),
        ("for_limited_accounts", {"sender": replace(STRANGER, limited=True)}, {}),
        ("for_bots", {"sender": replace(STRANGER, bot=True)}, {"sender": replace(STRANGER, bot=True), "bond": FOLLOWED}),
        ("for_not_followers", {"bond": FOLLOWED}, {"bond": Bond(follower_since=NOW - timedelta(days=3))}),
        ("for_not_followers", {"bond": Bond(follower_since=NOW - timedelta(days=2))}, {"bond": Bond(follower_since=OLD)}),
    ],
)
def test_each_rule_meets_those_it_names(name: str, hit: dict[str, object], missed: dict[str, object]) -> None:
    for wanted in (Handling.FILTER, Handling.DROP):
        assert said(only(name, wanted), **hit) == wanted.value
        assert said(only(name, wanted), **missed) == "accept"


def test_the_strictest_rule_that_applies_wins() -> None:
    policy = replace(only("for_not_following"), for_bots=Handling.DROP)
    assert (said(policy), said(policy, replace(STRANGER, bot=True))) == ("filter", "drop")


def test_staff_accepted_people_and_other_kinds_come_through() -> None:
    closed = only("for_not_following", Handling.DROP)
    assert said(closed, replace(STRANGER, trusted=True)) == "accept"
    assert said(closed, replace(STRANGER, trusted=True), kind="favourite") == "drop"
    assert said(closed, bond=Bond(permitted=True)) == "accept"
    kinds = ("mention", "reblog", "favourite", "follow", "follow_request", "quote", "added_to_collection")
    for kind in NotificationType:
        assert said(closed, kind=kind) == ("drop" if kind in kinds else "accept")
