"""Settings: every problem at once, the environment wins, names are looked up (contract, section 3)."""

from __future__ import annotations

import stat
from ipaddress import ip_network
from pathlib import Path

import pytest

from fedisw.config import (
    Address,
    RegistrationMode,
    Role,
    Settings,
    WrongSettings,
    find_file,
    load,
    make_secrets,
    secrets_path,
    write_settings,
)
from fedisw.config.load import TABLE
from fedisw.model.urls import Origin

HTTPS = {"FEDISW_ORIGIN": "https://swork.example"}
LOOPBACK = {"FEDISW_ORIGIN": "http://127.0.0.1:8081", "FEDISW_ALLOW_HTTP": "1", "FEDISW_ALLOW_PRIVATE_NETWORK": "1"}


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    make_secrets(tmp_path / "secrets.toml")
    return tmp_path


def settings_of(data_dir: Path, env: dict[str, str], *, file: str = "") -> Settings:
    path = data_dir / "fedisw.toml"
    path.write_text(file)
    return load(path, {"FEDISW_DATA_DIR": str(data_dir)} | env)


def problems_of(data_dir: Path, env: dict[str, str], *, file: str = "") -> tuple[str, ...]:
    with pytest.raises(WrongSettings) as caught:
        settings_of(data_dir, env, file=file)
    return caught.value.problems


def test_an_origin_is_enough(data_dir: Path) -> None:
    settings = settings_of(data_dir, HTTPS)
    assert settings.origin == Origin.of("https://swork.example")
    assert settings.account_domain == "swork.example"
    assert settings.database.url == f"sqlite:///{data_dir}/fedisw.db"
    assert settings.media.public_url == "https://swork.example/media"
    assert settings.mail.sender == "fedisw@swork.example"
    assert settings.listen.address == (Address(host="127.0.0.1", port=8420),)
    assert settings.run.roles == tuple(Role)
    assert settings.limits.image_bytes == 16 * 1024 * 1024
    assert settings.warnings == ()


def test_the_environment_wins_over_the_file(data_dir: Path) -> None:
    file = 'origin = "https://old.example"\n[registrations]\nmode = "closed"\nmin_age = 16\n'
    settings = settings_of(data_dir, HTTPS | {"FEDISW_REGISTRATIONS_MODE": "open"}, file=file)
    assert settings.origin.host == "swork.example"
    assert (settings.registrations.mode, settings.registrations.min_age) == (RegistrationMode.OPEN, 16)


def test_lists_come_with_commas_or_as_toml_lists(data_dir: Path) -> None:
    file = '[federation]\nports = [443, 8443]\n[run]\nroles = "all"\n'
    settings = settings_of(data_dir, HTTPS | {"FEDISW_LISTEN_PROXIES": "10.0.0.0/8, ::1"}, file=file)
    assert settings.federation.ports == (443, 8443)
    assert settings.listen.proxies == (ip_network("10.0.0.0/8"), ip_network("::1/128"))
    assert settings.run.roles == tuple(Role)


def test_all_problems_are_reported_at_once(data_dir: Path) -> None:
    file = 'colour = "blue"\nlisten = 3\n[limits]\nimage_bytes = "3 MB"\nnonsense = 1\n'
    env = {"FEDISW_ALLOW_HTTP": "yes", "FEDISW_FEDERATION_CLOCK_PAST": "43201", "FEDISW_LISTEN_ADDRESS": "here"}
    problems = "\n".join(problems_of(data_dir, env, file=file))
    for word in (
        "origin",
        "colour",
        "listen is a table",
        "limits.image_bytes",
        "limits.nonsense",
        "allow_http",
        "clock_past",
        "address",
    ):
        assert word in problems
    assert len(problems.splitlines()) == 8


def test_an_unknown_variable_is_a_warning(data_dir: Path) -> None:
    env = HTTPS | {"FEDISW_COLOUR": "blue", "FEDISW_ORIGIN_FILE": "x", "OTHER": "x", "FEDISW_TEST_POSTGRES": "postgresql://x"}
    assert settings_of(data_dir, env).warnings == ("FEDISW_COLOUR is not a setting", "FEDISW_ORIGIN_FILE is not a setting")


def test_a_file_that_is_named_must_exist_and_be_toml(data_dir: Path) -> None:
    with pytest.raises(WrongSettings, match="cannot be read"):
        load(data_dir / "missing.toml", HTTPS)
    assert "is not TOML" in problems_of(data_dir, HTTPS, file="origin = ")[0]


@pytest.mark.parametrize("leaf", TABLE, ids=lambda leaf: leaf.path)
def test_every_setting_has_a_variable_and_a_meaning(leaf) -> None:
    assert leaf.variable == "FEDISW_" + leaf.path.upper().replace(".", "_")
    assert leaf.about.meaning


@pytest.mark.parametrize("host", ["127.0.0.1:8081", "localhost:8420", "alpha.test", "a.localhost", "192.168.1.5", "[::1]:80"])
def test_development_switches_are_allowed_for_this_machine_and_warned_of(data_dir: Path, host: str) -> None:
    settings = settings_of(data_dir, LOOPBACK | {"FEDISW_ORIGIN": f"http://{host}"})
    assert [warning.split()[0] for warning in settings.warnings] == ["allow_private_network", "allow_http"]


@pytest.mark.parametrize("host", ["swork.example", "8.8.8.8", "localhost.example", "0.0.0.0", "test"])
def test_development_switches_are_refused_for_a_public_origin(data_dir: Path, host: str) -> None:
    problems = problems_of(data_dir, LOOPBACK | {"FEDISW_ORIGIN": f"https://{host}"})
    assert [problem.split()[0] for problem in problems] == ["allow_private_network", "allow_http"]


def test_an_http_origin_needs_allow_http(data_dir: Path) -> None:
    assert "allow_http" in problems_of(data_dir, {"FEDISW_ORIGIN": "http://localhost:8420"})[0]


def test_rate_limits_are_switched_off_in_development_only(data_dir: Path) -> None:
    off = {"FEDISW_LIMITS_RATE_FACTOR": "0"}
    assert settings_of(data_dir, LOOPBACK | off).limits.rate_factor == 0
    assert "rate_factor" in problems_of(data_dir, HTTPS | off)[0]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FEDISW_ACCOUNT_DOMAIN", "Swork.Example"),
        ("FEDISW_ACCOUNT_DOMAIN", "https://swork.example"),
        ("FEDISW_BUS_URL", "redis://localhost"),
        ("FEDISW_CA_FILE", "/nowhere/ca.pem"),
        ("FEDISW_DATABASE_URL", "mysql://db"),
        ("FEDISW_DATABASE_READERS", "0"),
        ("FEDISW_FEDERATION_MODE", "sometimes"),
        ("FEDISW_FEDERATION_PORTS", ""),
        ("FEDISW_FEDERATION_PORTS", "70000"),
        ("FEDISW_FEDERATION_PRIVATE_GROUPS_BETWEEN_SERVERS", "1"),
        ("FEDISW_LIMITS_POST_CHARS", "20001"),
        ("FEDISW_LISTEN_ADDRESS", "127.0.0.1:70000"),
        ("FEDISW_LISTEN_PROXIES", "everybody"),
        ("FEDISW_MAIL_FROM", "nobody"),
        ("FEDISW_MAIL_URL", "pigeon://"),
        ("FEDISW_METRICS_ADDRESS", "127.0.0.1:8420"),
        ("FEDISW_ORIGIN", "https://swork.example:none"),
        ("FEDISW_ORIGIN", "ftp://swork.example"),
        ("FEDISW_RUN_ROLES", "cook"),
        ("FEDISW_RUN_WEB", "2"),
    ],
)
def test_a_wrong_value_is_refused(data_dir: Path, variable: str, value: str) -> None:
    assert len(problems_of(data_dir, HTTPS | {variable: value})) == 1


BUCKET = HTTPS | {
    "FEDISW_MEDIA_STORE": "s3://files/swork",
    "FEDISW_MEDIA_ENDPOINT": "https://s3.example",
    "FEDISW_SECRET_S3_ACCESS_KEY": "key",
    "FEDISW_SECRET_S3_SECRET_KEY": "secret",
}


def test_a_bucket_needs_to_be_found_and_opened(data_dir: Path) -> None:
    assert settings_of(data_dir, BUCKET).media.store == "s3://files/swork"
    for wrong, words in (
        ({"FEDISW_MEDIA_STORE": "s3:///swork"}, "no bucket"),
        ({"FEDISW_MEDIA_ENDPOINT": ""}, "media.region"),
        ({"FEDISW_MEDIA_ENDPOINT": "http://s3.example"}, "plain http"),
        ({"FEDISW_MEDIA_ENDPOINT": "s3.example"}, "media.endpoint"),
        ({"FEDISW_SECRET_S3_SECRET_KEY": ""}, "s3_secret_key"),
    ):
        problems = problems_of(data_dir, BUCKET | wrong)
        assert len(problems) == 1
        assert words in problems[0]


def test_the_first_settings_file_can_be_read_back(tmp_path: Path) -> None:
    folder = tmp_path / 'a "quoted" folder'
    write_settings(folder / "fedisw.toml", origin=Origin.of("http://localhost:8420"), data_dir=folder)
    make_secrets(folder / "secrets.toml")
    settings = load(folder / "fedisw.toml", {})
    assert (str(settings.origin), settings.allow_http, settings.data_dir) == ("http://localhost:8420", True, folder)
    with pytest.raises(FileExistsError):
        write_settings(folder / "fedisw.toml", origin=settings.origin, data_dir=folder)


def test_a_public_server_gets_no_development_switch(tmp_path: Path) -> None:
    write_settings(tmp_path / "fedisw.toml", origin=Origin.of("https://swork.example"), data_dir=tmp_path)
    make_secrets(tmp_path / "secrets.toml")
    assert load(tmp_path / "fedisw.toml", {}).warnings == ()


def test_the_file_is_looked_for_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    named, other = tmp_path / "named.toml", tmp_path / "other.toml"
    assert find_file(None, {}) is None
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "fedisw.toml").touch()
    assert find_file(None, {}) == Path("data/fedisw.toml")
    (tmp_path / "fedisw.toml").touch()
    assert find_file(None, {}) == Path("fedisw.toml")
    assert find_file(None, {"FEDISW_CONFIG": str(other)}) == other
    assert find_file(named, {"FEDISW_CONFIG": str(other)}) == named


def test_the_place_of_the_secrets_is_known_without_them(tmp_path: Path) -> None:
    assert secrets_path(None, {"FEDISW_DATA_DIR": str(tmp_path)}) == tmp_path / "secrets.toml"
    make_secrets(tmp_path / "secrets.toml")
    assert stat.S_IMODE((tmp_path / "secrets.toml").stat().st_mode) == 0o600
