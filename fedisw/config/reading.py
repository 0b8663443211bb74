"""From what a file or a variable says to the type of a setting, and the table of all settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Final, NewType, get_args, get_origin, get_type_hints

import msgspec

from fedisw.config.settings import About, Address, Bytes, Network, Role, Section, Settings
from fedisw.model.urls import Origin

SIZE: Final = re.compile(r"([0-9]{1,15}) ?(|KiB|MiB|GiB)")
UNITS: Final = {"": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One setting: `path` as in the file (`database.url`), `field` as in `Settings`, `kind` with its bounds."""

    path: str
    field: tuple[str, ...]
    kind: Any
    about: About

    @property
    def variable(self) -> str:
        """Name of its environment variable."""
        return "FEDISW_" + self.path.upper().replace(".", "_")


def table() -> tuple[Leaf, ...]:
    """All settings, in the order of the contract."""
    return tuple(_leaves(Settings, ()))


def _leaves(section: type[Section], above: tuple[str, ...]) -> list[Leaf]:
    found: list[Leaf] = []
    for field, kind in get_type_hints(section, include_extras=True).items():
        if isinstance(kind, type) and issubclass(kind, Section):
            found += _leaves(kind, (*above, field))
        elif get_origin(kind) is Annotated:
            about = next(note for note in kind.__metadata__ if isinstance(note, About))
            bounds = tuple(note for note in kind.__metadata__ if isinstance(note, msgspec.Meta))
            path = ".".join((*above, about.name or field))
            found.append(Leaf(path=path, field=(*above, field), kind=_with_bounds(kind.__origin__, bounds), about=about))
    return found


def _with_bounds(kind: Any, bounds: tuple[msgspec.Meta, ...]) -> Any:
    for bound in bounds:
        kind = Annotated[kind, bound]
    return kind


def _size(text: str) -> Bytes:
    match = SIZE.fullmatch(text)
    if match is None:
        raise ValueError("is not a number of bytes such as 16 MiB")
    return Bytes(int(match[1]) * UNITS[match[2]])


def _switch(raw: object) -> bool:
    if raw not in (0, 1, "0", "1"):
        raise ValueError("is neither 1 nor 0 (true nor false in the file)")
    return raw in (1, "1")


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise ValueError("is not an address or network such as 10.0.0.0/8") from error


READERS: Final[Mapping[type | NewType, Callable[[str], object]]] = {
    Origin: Origin.of,
    Address: Address.of,
    Bytes: _size,
    Path: lambda text: Path(text).expanduser(),
}


def read(kind: Any, raw: object) -> object:
    """The value of a setting.

    Args:
        kind: its type; a tuple takes a list or a text with commas, `… | None` takes an empty text for None.
        raw: what the file (any TOML type) or the environment (text) says.

    Raises:
        ValueError, msgspec.ValidationError, Invalid: with a text that continues "`path` …".
    """
    if kind == Network:
        return _network(_text(raw))
    if kind is bool:
        return _switch(raw)
    if get_origin(kind) is UnionType:
        return None if raw == "" else read(get_args(kind)[0], raw)
    if kind == tuple[Role, ...] and raw == "all":
        return tuple(Role)
    if get_origin(kind) is tuple:
        items = [part.strip() for part in raw.split(",")] if isinstance(raw, str) else raw
        if not isinstance(items, list):
            raise ValueError("is not a list")
        return tuple(read(get_args(kind)[0], item) for item in items if item != "")
    if kind in READERS:
        return READERS[kind](_text(raw))
    return msgspec.convert(raw, kind, strict=not isinstance(raw, str | int))


def _text(raw: object) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        raise ValueError("is not a text")
    return str(raw)
