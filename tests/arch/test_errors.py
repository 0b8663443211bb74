"""Every error of the field has an answer (style section 5), and no layer below web knows HTTP."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import fedisw
from fedisw.model.errors import FediswError
from tests.arch.source import modules


def load_everything() -> None:
    for module in pkgutil.walk_packages(fedisw.__path__, "fedisw."):
        if module.name != "fedisw.__main__":
            importlib.import_module(module.name)


def below(kind: type[FediswError]) -> Iterator[type[FediswError]]:
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


def test_every_error_has_a_status() -> None:
    load_everything()
    errors = importlib.import_module("fedisw.web.errors")
    kinds = [kind for kind in below(FediswError) if kind.__module__.startswith("fedisw.")]
    assert len(kinds) > 10
    assert [kind.__qualname__ for kind in kinds if errors.status_of(kind) is None] == []


def test_errors_of_web_frameworks_stay_in_web_and_net() -> None:
    names = {name for module in modules("fedisw") if not module.inside("fedisw.web", "fedisw.net") for name, _ in module.uses}
    assert [name for name in names if name.startswith(("aiohttp.", "http.HTTPStatus"))] == []
