"""What of everybody's posts is shown to whom, for every choice that staff have."""

from __future__ import annotations

import itertools

import pytest

from fedisw.model.feeds import Access, FeedAccess, Half, half_of


@pytest.mark.parametrize(("local", "remote"), list(itertools.product(Access, Access)))
def test_nobody_is_shown_a_half_that_is_closed_to_them(local: Access, remote: Access) -> None:
    access = FeedAccess(local=local, remote=remote)
    for half, signed_in in itertools.product((Half.BOTH, Half.LOCAL, Half.REMOTE), (False, True)):
        shown = access.shown(half, signed_in=signed_in)
        for one, choice in ((Half.LOCAL, local), (Half.REMOTE, remote)):
            allowed = choice is Access.PUBLIC or (signed_in and choice is Access.AUTHENTICATED)
            assert (shown in (one, Half.BOTH)) is (allowed and half in (one, Half.BOTH)), (half, signed_in, one)


def test_strangers_are_refused_where_any_wanted_half_is_not_for_everybody() -> None:
    access = FeedAccess(local=Access.PUBLIC, remote=Access.AUTHENTICATED)
    assert [access.needs_person(half) for half in (Half.BOTH, Half.LOCAL, Half.REMOTE)] == [True, False, True]
    assert not FeedAccess().needs_person(Half.BOTH)


def test_both_words_at_once_ask_for_both_halves() -> None:
    assert half_of(local=True, remote=True) is half_of(local=False, remote=False) is Half.BOTH
    assert (half_of(local=True, remote=False), half_of(local=False, remote=True)) == (Half.LOCAL, Half.REMOTE)
