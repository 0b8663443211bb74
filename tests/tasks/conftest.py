"""`house`: what background work has in hand, on both databases, with a store in a folder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from fedisw.crypto.seal import Sealer
from fedisw.media.films import Films
from fedisw.media.images import Images
from fedisw.media.links import ProxyLinks
from fedisw.media.local import LocalStore
from fedisw.net.client import Client
from fedisw.storage.db import Database
from fedisw.tasks.house import House
from tests.net.servers import Names, client_of
from tests.support.clock import Clock
from tests.support.factories import new_id
from tests.support.people import make_settings

MakeHouse = Callable[..., House]


@pytest.fixture
def names() -> Names:
    """Where names of other hosts lead."""
    return Names()


@pytest.fixture
async def client(names: Names) -> AsyncIterator[Client]:
    """The way out."""
    async with client_of(names) as made:
        yield made


@pytest.fixture
def make_house(db: Database, clock: Clock, tmp_path: Path, client: Client) -> MakeHouse:
    """Makes one with settings given as environment variables."""

    def make(**env: str) -> House:
        settings = make_settings(tmp_path, **env)
        store = LocalStore(tmp_path / "media", public_url=settings.media.public_url, free=lambda _: 1.0)
        return House(
            db=db.in_background(),
            store=store,
            films=Films(temp=store.temp, images=Images(temp=store.temp), programs=None),
            settings=settings,
            sealer=Sealer(settings.secrets.master_key.key()),
            client=client,
            links=ProxyLinks(settings.origin, secret=bytes(16)),
            now=clock,
            new_id=new_id,
        )

    return make


@pytest.fixture
def house(make_house: MakeHouse) -> House:
    """One with the settings of alpha.test."""
    return make_house()
