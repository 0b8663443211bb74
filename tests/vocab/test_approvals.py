"""Approvals as documents."""

from __future__ import annotations

import pytest

from fedisw.model.errors import Invalid
from fedisw.vocab.approvals import Approval, build_approval, parse_approval

BEN = "https://beta.test/users/ben"
MADE = Approval(
    id="https://beta.test/approvals/1",
    kind="Reply",
    author=BEN,
    interaction="https://home.test/o/1",
    target="https://beta.test/n/1",
)
OLD = {
    "id": MADE.id,
    "type": "ReplyApproval",
    "attributedTo": BEN,
    "object": MADE.interaction,
    "target": MADE.target,
}


def test_old_and_new_names_say_the_same():
    assert parse_approval(OLD) == MADE
    assert parse_approval(build_approval(MADE)) == MADE


@pytest.mark.parametrize("change", [{"type": "QuoteAuthorization"}, {"type": "Note"}, {"attributedTo": None}, {"target": None}])
def test_what_is_no_approval_or_lacks_a_part_is_refused(change: dict[str, str | None]):
    with pytest.raises(Invalid):
        parse_approval({name: value for name, value in (OLD | change).items() if value is not None})


def test_the_new_names_count_where_both_are_there():
    assert parse_approval(
        OLD | {"interactingObject": "https://home.test/o/2", "interactionTarget": MADE.target}
    ).interaction.endswith("2")
