"""The files of settings: finding one, writing the first one, making and reading the secrets."""

from __future__ import annotations

import base64
import os
import secrets
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from fedisw.config.secret import KEY_BYTES, KEYS, Secret, Secrets, weakness
from fedisw.model.urls import Origin

OWNER_ONLY: Final = 0o600
OTHERS: Final = 0o077
# Order of the group of P-256: a VAPID key is a number from 1 to one below (FIPS 186-5, RFC 8292).
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
STAND_IN: Final = Secret("")

SETTINGS_TEXT: Final = """\
# Settings of this server. All of them: docs/admin/settings.md. Environment variables win over this file.
# The origin is part of every address given out: it can never be changed later.
origin = "{origin}"
data_dir = "{data_dir}"
"""
HTTP_TEXT: Final = """\
# For trying out on this machine only; take it out (and use https) before inviting people.
allow_http = true
"""


def find_file(option: Path | None, env: Mapping[str, str]) -> Path | None:
    """The settings file: named by `--config`, by `FEDISW_CONFIG`, or the first that exists of the usual places."""
    if option is not None:
        return option
    if env.get("FEDISW_CONFIG"):
        return Path(env["FEDISW_CONFIG"])
    data_dir = Path(env.get("FEDISW_DATA_DIR") or "./data")
    places = (Path("fedisw.toml"), data_dir / "fedisw.toml", Path("/etc/fedisw/fedisw.toml"))
    return next((place for place in places if place.is_file()), None)


def write_settings(file: Path, *, origin: Origin, data_dir: Path) -> None:
    """Write the first settings file; FileExistsError if there is one. An http origin gets its `allow_http`."""
    text = SETTINGS_TEXT.format(origin=origin, data_dir=_toml(str(data_dir.absolute())))
    _create(file, text + (HTTP_TEXT if origin.scheme == "http" else ""), mode=0o644)


def make_secrets(file: Path) -> bool:
    """Write new keys to `file` (mode 0600); False, and nothing is changed, if the file exists."""
    scalar = secrets.randbelow(P256_ORDER - 1) + 1
    keys = {
        "master_key": secrets.token_bytes(KEY_BYTES),
        "session_key": secrets.token_bytes(KEY_BYTES),
        "vapid_private_key": scalar.to_bytes(KEY_BYTES, "big"),
    }
    lines = ["# Keep a copy of this file apart from the backups; without it sealed data is lost.\n"]
    lines += [f'{name} = "{base64.urlsafe_b64encode(key).decode().rstrip("=")}"\n' for name, key in keys.items()]
    try:
        _create(file, "".join(lines), mode=OWNER_ONLY)
    except FileExistsError:
        return False
    return True


def new_secret() -> str:
    """A new key in the form of the secrets file."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode().rstrip("=")


def change_secrets(file: Path, changes: Mapping[str, str]) -> None:
    """Give secrets of the file other values, or add them; all else stays, and at no moment is the file half written.

    Raises:
        OSError: it cannot be read or written.
    """
    kept = [line for line in file.read_text(encoding="utf-8").splitlines() if line.partition("=")[0].strip() not in changes]
    lines = kept + [f'{name} = "{value}"' for name, value in changes.items()]
    beside = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        _create(beside, "\n".join(lines) + "\n", mode=OWNER_ONLY)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def read_secrets(file: Path, env: Mapping[str, str]) -> tuple[Secrets, list[str]]:
    """All secrets, and what is wrong with them; `FEDISW_SECRET_<NAME>` and `…_FILE` win over the file.

    The file may be missing when the environment has all keys.
    """
    given, problems = _from_file(file)
    for name in Secrets.__struct_fields__:
        variable = f"FEDISW_SECRET_{name.upper()}"
        if variable in env:
            given[name] = Secret(env[variable])
        elif f"{variable}_FILE" in env:
            problems += _from_named_file(Path(env[f"{variable}_FILE"]), name, given)
    problems += _key_problems(given, file)
    keys = {name: given.get(name, STAND_IN) for name in KEYS}
    return Secrets(**(given | keys)), problems


def read_master_keys(file: Path) -> tuple[list[Secret], list[str]]:
    """The master key of the file and, if there is one, the one before it; and what is wrong with them, then without keys.

    Other secrets may be elsewhere: only what concerns these two counts.
    """
    given, problems = _from_file(file)
    found = [given[name] for name in ("master_key", "former_master_key") if name in given]
    problems += [f"master_key {weak}" for key in found if (weak := weakness(key)) is not None]
    if "master_key" not in given:
        problems.append("master_key missing")
    return ([] if problems else found), problems


def _from_file(file: Path) -> tuple[dict[str, Secret], list[str]]:
    text, problems = _private_text(file, required=False)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}, [*problems, f"{file} is not TOML"]
    known = {name: value for name, value in document.items() if name in Secrets.__struct_fields__}
    problems += [f"{file}: {name} is not a secret that is known here" for name in document if name not in known]
    problems += [f"{file}: {name} is not a text" for name, value in known.items() if not isinstance(value, str)]
    return {name: Secret(value) for name, value in known.items() if isinstance(value, str)}, problems


def _from_named_file(file: Path, name: str, given: dict[str, Secret]) -> list[str]:
    text, problems = _private_text(file, required=True)
    given[name] = Secret(text.strip())
    return problems


def _private_text(file: Path, *, required: bool) -> tuple[str, list[str]]:
    try:
        with file.open(encoding="utf-8") as opened:
            mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
            text = opened.read()
    except FileNotFoundError:
        return "", [f"{file} does not exist"] if required else []
    except (OSError, UnicodeDecodeError):
        return "", [f"{file} cannot be read"]
    if mode & OTHERS:
        return text, [f"{file} can be read or changed by others (mode {mode:04o}): chmod 600 {file}"]
    return text, []


def _key_problems(given: Mapping[str, Secret], file: Path) -> list[str]:
    missing = [name for name in KEYS if name not in given]
    problems = [f"{', '.join(missing)} missing: `fedisw doctor --make-secrets` writes {file}"] if missing else []
    for name in KEYS:
        weak = weakness(given[name]) if name in given else None
        if weak is not None:
            problems.append(f"{name} {weak}")
    former = given.get("former_master_key")
    if former is not None and (weak := weakness(former)) is not None:
        problems.append(f"former_master_key {weak}")
    if len({given[name].reveal() for name in KEYS if name in given}) < len(KEYS) - len(missing):
        problems.append(f"{', '.join(KEYS)} must differ from each other")
    return problems


def _create(file: Path, text: str, *, mode: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())


def _toml(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
