"""A story per software: see tale.py."""

import pytest

pytest.register_assert_rewrite("tests.stories.tale", "tests.stories.server", "tests.stories.stage")  # they show what differs
