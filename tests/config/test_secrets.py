"""Keys and passwords: hidden, private, never an example (security KEY-2, LOG-1)."""

from __future__ import annotations

import pickle
import tomllib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

from fedisw.config import Secret, WrongSettings, load, make_secrets

ORIGIN = {"FEDISW_ORIGIN": "https://swork.example"}


def env_of(folder: Path) -> dict[str, str]:
    return ORIGIN | {"FEDISW_DATA_DIR": str(folder)}


def problems_with(folder: Path, **more: str) -> str:
    with pytest.raises(WrongSettings) as caught:
        load(None, env_of(folder) | more)
    return "\n".join(caught.value.problems)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_secrets(tmp_path / "secrets.toml")
    return tmp_path


def test_made_secrets_are_good_and_different(folder: Path) -> None:
    secrets = load(None, env_of(folder)).secrets
    assert len({secrets.master_key.key(), secrets.session_key.key(), secrets.vapid_private_key.key()}) == 3
    derive_private_key(int.from_bytes(secrets.vapid_private_key.key(), "big"), SECP256R1())


def test_secrets_are_made_once(folder: Path) -> None:
    before = (folder / "secrets.toml").read_bytes()
    assert make_secrets(folder / "secrets.toml") is False
    assert (folder / "secrets.toml").read_bytes() == before


def test_a_secret_hides_itself() -> None:
    secret = Secret("open sesame")
    assert "sesame" not in f"{secret} {secret!r} {[secret]}"
    assert secret.reveal() == "open sesame"
    assert secret == Secret("open sesame")
    assert secret != Secret("other")
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_settings_never_show_a_secret(folder: Path) -> None:
    settings = load(None, env_of(folder) | {"FEDISW_SECRET_MAIL_PASSWORD": "canary-41"})
    assert settings.secrets.mail_password is not None
    assert settings.secrets.mail_password.reveal() == "canary-41"
    assert "canary" not in repr(settings)
    assert settings.secrets.master_key.reveal() not in repr(settings)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622])
def test_a_secrets_file_that_others_can_open_is_refused(folder: Path, mode: int) -> None:
    (folder / "secrets.toml").chmod(mode)
    assert "chmod 600" in problems_with(folder)


def test_missing_keys_are_named_with_the_next_step(tmp_path: Path) -> None:
    assert "--make-secrets" in problems_with(tmp_path)


@pytest.mark.parametrize("value", ["", "changeme", "A" * 43, "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI", "ü"])
def test_an_empty_or_example_key_is_refused(folder: Path, value: str) -> None:
    assert problems_with(folder, FEDISW_SECRET_MASTER_KEY=value).startswith("master_key ")


def test_one_key_for_two_purposes_is_refused(folder: Path) -> None:
    keys = tomllib.loads((folder / "secrets.toml").read_text())
    assert "must differ" in problems_with(folder, FEDISW_SECRET_SESSION_KEY=keys["master_key"])


def test_secrets_may_come_from_a_file_of_their_own(folder: Path) -> None:
    file = folder / "password"
    file.write_text("hunter2\n")
    variable = {"FEDISW_SECRET_DATABASE_PASSWORD_FILE": str(file)}
    file.chmod(0o644)
    assert "can be read" in problems_with(folder, **variable)
    file.chmod(0o400)
    password = load(None, env_of(folder) | variable).secrets.database_password
    assert password is not None
    assert password.reveal() == "hunter2"
    file.unlink()
    assert "does not exist" in problems_with(folder, **variable)


def test_the_environment_alone_is_enough(folder: Path, tmp_path: Path) -> None:
    keys = tomllib.loads((folder / "secrets.toml").read_text())
    env = {f"FEDISW_SECRET_{name.upper()}": value for name, value in keys.items()}
    settings = load(None, ORIGIN | env | {"FEDISW_SECRETS_FILE": str(tmp_path / "none.toml")})
    assert settings.secrets.master_key.reveal() == keys["master_key"]


@pytest.mark.parametrize(
    ("text", "word"), [("= broken", "is not TOML"), ('colour = "x"', "colour"), ("master_key = 3", "not a text")]
)
def test_a_wrong_secrets_file_is_refused(folder: Path, text: str, word: str) -> None:
    (folder / "secrets.toml").write_text(text)
    assert word in problems_with(folder)
