"""Links between the parts of a list lead somewhere, and never in a circle."""

from __future__ import annotations

import pytest

from fedisw.model.paging import Page
from fedisw.web.pages.lists import pager
from fedisw.web.pages.views import Pager

FULL = list(range(20, 0, -1))


@pytest.mark.parametrize(
    ("page", "ids", "links"),
    [
        (Page(), [], Pager()),
        (Page(), [3, 2, 1], Pager()),
        (Page(), FULL, Pager(older="?max_id=1")),
        (Page(max_id=21), FULL, Pager(newer="?min_id=20", older="?max_id=1")),
        (Page(max_id=4), [3, 2], Pager(newer="?min_id=3")),
        (Page(min_id=4), [6, 5], Pager(older="?max_id=5")),
        (Page(min_id=0), FULL, Pager(newer="?min_id=20", older="?max_id=1")),
        (Page(max_id=1), [], Pager()),
    ],
)
def test_links_lead_to_what_is_there(page: Page, ids: list[int], links: Pager) -> None:
    assert pager(page, ids) == links
