"""Every setting with its type, default and meaning; the page docs/admin/settings.md is made from this file.

Defaults are written the way an environment variable would give them and are read by the same code.
`{data_dir}`, `{origin}` and the like in a default stand for the value of that setting.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Final, NewType, Self

from msgspec import Meta, Struct

from fedisw.config.secret import Secrets
from fedisw.model.urls import Origin

Bytes = NewType("Bytes", int)
Network = IPv4Network | IPv6Network
Count = Annotated[int, Meta(ge=1)]
MAX_PORT: Final = 65_535


class Role(StrEnum):
    """What a process does."""

    WEB = "web"
    STREAM = "stream"
    WORKER = "worker"
    SCHEDULER = "scheduler"


class RegistrationMode(StrEnum):
    """Who may make an account."""

    CLOSED = "closed"
    INVITE = "invite"
    APPROVAL = "approval"
    OPEN = "open"


class FederationMode(StrEnum):
    """With which servers we speak."""

    OPEN = "open"
    ALLOWLIST = "allowlist"
    OFF = "off"


class SignedFetch(StrEnum):
    """Whether reading over ActivityPub asks for a signature."""

    OFF = "off"
    ON = "on"
    LIMITED = "limited"


class LdSignatures(StrEnum):
    """Whether linked-data signatures are made and verified (security SIG-10)."""

    AUTO = "auto"
    OFF = "off"


class LogFormat(StrEnum):
    """How a serving process writes its log; `AUTO` is text on a terminal, else JSON."""

    AUTO = "auto"
    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """Least level that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class About:
    """Default and meaning of one setting; no default: the setting is required; empty: it is unset.

    `name` is set where the file calls the setting by a word that Python keeps for itself.
    """

    default: str | None
    meaning: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to listen: `host` and `port` (0 chooses a free one), or the `path` of a socket file."""

    host: str = ""
    port: int = 0
    path: str = ""

    @classmethod
    def of(cls, text: str) -> Self:
        """Read `host:port`, `[v6]:port` or `unix:/path`; ValueError for anything else."""
        if text.startswith("unix:/"):
            return cls(path=text.removeprefix("unix:"))
        host, colon, port = text.rpartition(":")
        if not colon or not host or not port.isdecimal() or int(port) > MAX_PORT:
            raise ValueError("is not host:port or unix:/path")
        return cls(host=host.strip("[]"), port=int(port))

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"unix:{self.path}" if self.path else f"{host}:{self.port}"


class Section(Struct, frozen=True, kw_only=True):
    """A table of the settings file."""


class Listen(Section, frozen=True, kw_only=True):
    address: Annotated[tuple[Address, ...], About("127.0.0.1:8420", "`host:port` or `unix:/path`; several with commas")]
    proxies: Annotated[tuple[Network, ...], About("127.0.0.1,::1", "whose `X-Forwarded-For` and `-Proto` are believed")]


class Database(Section, frozen=True, kw_only=True):
    url: Annotated[str, About("sqlite:///{data_dir}/fedisw.db", "`sqlite:///path` or `postgresql://user@host/db`")]
    readers: Annotated[Count, About("2", "SQLite read connections, per process")]
    threads: Annotated[Count, About("12", "PostgreSQL connections, per process")]


class Media(Section, frozen=True, kw_only=True):
    store: Annotated[str, About("{data_dir}/media", "a folder, or `s3://bucket/prefix`")]
    endpoint: Annotated[str | None, About("", "address of the S3 service; S3 only")]
    region: Annotated[str | None, About("", "region of the S3 service; S3 only")]
    public_url: Annotated[str, About("{origin}/media", "where browsers get files; another host is better")]
    cache_days: Annotated[Count, About("14", "days that remote media stays after its last use")]


class Run(Section, frozen=True, kw_only=True):
    roles: Annotated[tuple[Role, ...], About("web,stream,worker,scheduler", "what this process does; `all` is all of them")]
    web: Annotated[Count, About("1", "web processes")]
    worker: Annotated[Count, About("1", "worker processes")]


class Bus(Section, frozen=True, kw_only=True):
    url: Annotated[str, About("auto", "how live messages travel; `auto` is memory with one process")]


class Registrations(Section, frozen=True, kw_only=True):
    mode: Annotated[RegistrationMode, About("approval", "`closed`, `invite`, `approval` or `open` (with mail confirmation)")]
    min_age: Annotated[int, Meta(ge=0, le=120), About("0", "least age in years; 0 does not ask")]


class Federation(Section, frozen=True, kw_only=True):
    mode: Annotated[FederationMode, About("open", "`open`, `allowlist` or `off`")]
    authorized_fetch: Annotated[SignedFetch, About("off", "`off`, `on` or `limited`: who must sign to read")]
    ports: Annotated[tuple[Annotated[int, Meta(ge=1, le=MAX_PORT)], ...], About("443", "ports that outgoing requests may use")]
    ld_signatures: Annotated[LdSignatures, About("auto", "`auto` or `off`: linked-data signatures")]
    private_groups_between_servers: Annotated[bool, About("0", "a later option; refused for now")]
    clock_past: Annotated[int, Meta(ge=0, le=43_200), About("3600", "seconds a signature may be old")]
    clock_future: Annotated[int, Meta(ge=0, le=3_600), About("300", "seconds a signature may be ahead of our clock")]


class Limits(Section, frozen=True, kw_only=True):
    url: Annotated[str, About("auto", "where rate buckets are kept; `auto` is memory with one process")]
    post_chars: Annotated[int, Meta(ge=1, le=20_000), About("5000", "characters of a post; shown in the instance document")]
    media_per_post: Annotated[int, Meta(ge=0, le=16), About("4", "files of a post; shown in the instance document")]
    image_bytes: Annotated[Bytes, About("16 MiB", "one image; a number of bytes, or with KiB, MiB, GiB")]
    video_bytes: Annotated[Bytes, About("100 MiB", "one video or sound")]
    upload_bytes_per_day: Annotated[Bytes, About("2 GiB", "all uploads of one person in a day")]
    inbox_bytes: Annotated[Bytes, About("1 MiB", "one activity from another server; larger ones get 413")]
    rate_factor: Annotated[
        float, Meta(ge=0, le=1_000), About("1.0", "multiplies every rate limit; 0 is off, in development only")
    ]


class Mail(Section, frozen=True, kw_only=True):
    url: Annotated[str, About("log:", "`smtp://user@host:587` (STARTTLS), `smtps://…`, `file:FOLDER` or `log:`")]
    sender: Annotated[str, About("fedisw@{account_domain}", "sender of our mail", name="from")]


class Log(Section, frozen=True, kw_only=True):
    format: Annotated[LogFormat, About("auto", "`text`, `json` or `auto`: text on a terminal, else json")]
    level: Annotated[LogLevel, About("info", "`debug`, `info`, `warning` or `error`")]


class Metrics(Section, frozen=True, kw_only=True):
    address: Annotated[Address | None, About("", "where `/metrics` and health detail are served; unset is off")]


class Instance(Section, frozen=True, kw_only=True):
    name: Annotated[
        str, Meta(min_length=1, max_length=200), About("{host}", "first name of the server; the admin pages win later")
    ]
    languages: Annotated[tuple[str, ...], About("en", "first languages of the server; the admin pages win later")]


class Settings(Section, frozen=True, kw_only=True):
    """All settings of one server, checked."""

    origin: Annotated[Origin, About(None, "scheme, host and port of every id we make; never changed later")]
    account_domain: Annotated[str, About("{authority}", "the part after `@name@`")]
    data_dir: Annotated[Path, About("./data", "where everything is kept that is not elsewhere")]
    secrets_file: Annotated[Path, About("{data_dir}/secrets.toml", "keys and passwords; readable by the owner only")]
    allow_private_network: Annotated[bool, About("0", "development only: private addresses and any port for outgoing requests")]
    allow_http: Annotated[bool, About("0", "development only: plain http to peers, for ids and for `origin`")]
    ca_file: Annotated[Path | None, About("", "more certificate authorities for outgoing TLS")]
    listen: Listen
    database: Database
    media: Media
    run: Run
    bus: Bus
    registrations: Registrations
    federation: Federation
    limits: Limits
    mail: Mail
    log: Log
    metrics: Metrics
    instance: Instance
    secrets: Secrets
    warnings: tuple[str, ...]
