"""Reading all settings at once; every problem is reported, none hides another."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from fedisw.config.checks import problems_of, warnings_of
from fedisw.config.files import read_secrets
from fedisw.config.problems import WrongSettings
from fedisw.config.reading import Leaf, read, table
from fedisw.config.secret import Secrets
from fedisw.config.settings import Section, Settings
from fedisw.model.errors import Invalid
from fedisw.model.urls import Origin

TABLE: Final = table()
BY_PATH: Final = {leaf.path: leaf for leaf in TABLE}
BY_VARIABLE: Final = {leaf.variable: leaf for leaf in TABLE}
SECTIONS: Final = {leaf.path.split(".")[0] for leaf in TABLE if "." in leaf.path}
FOR_SECRETS: Final = {f"FEDISW_SECRET_{name.upper()}" for name in Secrets.__struct_fields__}
OTHER_VARIABLES: Final = {"FEDISW_CONFIG", "FEDISW_TEST_POSTGRES"}
KNOWN_VARIABLES: Final = BY_VARIABLE.keys() | OTHER_VARIABLES | FOR_SECRETS | {f"{name}_FILE" for name in FOR_SECRETS}
STAND_IN: Final = Origin(scheme="https", host="localhost", port=443)  # for what follows from an origin that cannot be read


def load(file: Path | None, env: Mapping[str, str]) -> Settings:
    """Read, complete and check all settings; the environment wins over the file.

    Args:
        file: the settings file, or None for none; `find_file` looks for it.
        env: the environment of the process.

    Raises:
        WrongSettings: with all problems at once.
    """
    values, problems = _all_values(file, env)
    secrets, secret_problems = read_secrets(values[("secrets_file",)], env)
    unknown = _unknown_variables(env)
    settings: Settings = _build(Settings, (), values | {("secrets",): secrets, ("warnings",): unknown})
    problems += secret_problems
    problems += problems_of(settings)
    if problems:
        raise WrongSettings(tuple(problems))
    return msgspec.structs.replace(settings, warnings=(*unknown, *warnings_of(settings)))


def secrets_path(file: Path | None, env: Mapping[str, str]) -> Path:
    """Where the secrets file is or would be, whatever else is wrong with the settings."""
    path: Path = _all_values(file, env)[0][("secrets_file",)]
    return path


def _all_values(file: Path | None, env: Mapping[str, str]) -> tuple[dict[tuple[str, ...], Any], list[str]]:
    given, problems = _from_file(file)
    given |= {leaf.path: env[name] for name, leaf in BY_VARIABLE.items() if name in env}
    values: dict[tuple[str, ...], Any] = {}
    words: dict[str, object] = {}
    for leaf in TABLE:
        values[leaf.field], problem = _value(leaf, given, words)
        problems += problem
        words[leaf.path] = values[leaf.field]
        if leaf.path == "origin":
            words |= {"authority": values[leaf.field].authority, "host": values[leaf.field].host}
    return values, problems


def _value(leaf: Leaf, given: Mapping[str, object], words: Mapping[str, object]) -> tuple[object, list[str]]:
    """The value of a setting and what is wrong with it; a wrong one is replaced, so that checking goes on."""
    if leaf.about.default is None:
        fallback: object = STAND_IN
    else:
        fallback = read(leaf.kind, leaf.about.default.format_map(words))
    if leaf.path not in given:
        return fallback, [f"{leaf.path} is required ({leaf.variable})"] if leaf.about.default is None else []
    try:
        return read(leaf.kind, given[leaf.path]), []
    except Invalid as error:
        return fallback, [f"{leaf.path} is wrong: {error.problem}"]
    except msgspec.ValidationError as error:
        return fallback, [f"{leaf.path} is wrong: {error}"]
    except ValueError as error:
        return fallback, [f"{leaf.path} {error}"]


def _from_file(file: Path | None) -> tuple[dict[str, object], list[str]]:
    if file is None:
        return {}, []
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        return {}, [f"{file} cannot be read: {error.strerror}"]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return {}, [f"{file} is not TOML: {error}"]
    given: dict[str, object] = {}
    problems: list[str] = []
    for path, value in _flat(document):
        if path in BY_PATH:
            given[path] = value
        else:
            problems.append(f"{path} is not a setting" if path not in SECTIONS else f"{path} is a table of settings, not a value")
    return given, problems


def _flat(document: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in document.items():
        if isinstance(value, dict) and name in SECTIONS:
            yield from ((f"{name}.{inner}", inner_value) for inner, inner_value in value.items())
        else:
            yield name, value


def _unknown_variables(env: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{name} is not a setting" for name in sorted(env.keys() - KNOWN_VARIABLES) if name.startswith("FEDISW_"))


def _build(section: type[Section], above: tuple[str, ...], values: Mapping[tuple[str, ...], object]) -> Any:
    fields = {}
    for field in msgspec.structs.fields(section):
        path = (*above, field.name)
        inner = isinstance(field.type, type) and issubclass(field.type, Section)
        fields[field.name] = _build(field.type, path, values) if inner else values[path]
    return section(**fields)
