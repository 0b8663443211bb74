"""The statements of the federation reference (its section 9), one test each: `test_071_a_duplicate_create_stores_one_post`.

`home` takes in what the scripted servers `beta` and `gamma` send over TLS and `us` has what it sends; `api` is the whole
application over HTTP; `here` is `home` with its ActivityPub addresses over HTTP; `fediverse` starts several whole servers.
"""

from __future__ import annotations

from tests.federation.conftest import beta as beta  # the same as in tests/federation
from tests.federation.conftest import gamma as gamma
from tests.federation.conftest import home as home
from tests.federation.conftest import names as names
from tests.federation.conftest import us as us
from tests.flows.conftest import fediverse as fediverse
from tests.web.activitypub.conftest import here as here
from tests.web.activitypub.conftest import reading as reading
from tests.web.conftest import start as start
from tests.web.mastodon.conftest import api as api
from tests.web.mastodon.conftest import runtime as runtime
from tests.web.mastodon.conftest import settings as settings
