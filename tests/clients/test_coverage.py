"""Every method of the client API, asked of a running server with real ids."""

from __future__ import annotations

import pytest

from tests.clients.conftest import Pair
from tests.support.coverage import unexpected, walk


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_every_method_that_is_served_answers_as_its_row_says(pair: Pair) -> None:
    outcomes = list(walk(pair.home))
    assert len(outcomes) > 200
    assert unexpected(outcomes) == []
