"""`fedisw doctor`: looks at everything that a server needs, and says what to do next (contract, section 2)."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import click

from fedisw.cli.call import Call, Leaf, password_of
from fedisw.config import RegistrationMode, Settings, WrongSettings, find_file, make_secrets, secrets_path
from fedisw.media.local import LocalStore
from fedisw.media.opening import S3_PREFIX, open_store
from fedisw.media.programs import Programs
from fedisw.model.errors import FediswError, Unreachable
from fedisw.net.client import Client
from fedisw.runtime.opening import policy_of
from fedisw.storage import migrate
from fedisw.tasks import mail
from fedisw.web.serving import UnsafeServer, check_installation

FAILED: Final = 1
LEAST_FREE: Final = 0.10  # share of the disk
MAIL_SECONDS: Final = 10.0
SKEW: Final = timedelta(seconds=30)


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found in one place, and the next step where there is one."""

    level: Level
    place: str
    message: str
    next: str = ""

    def __str__(self) -> str:
        return f"{self.level:<4}  {self.place}: {self.message}{f' -> {self.next}' if self.next else ''}"


@click.command("doctor", cls=Leaf)
@click.option("--online", is_flag=True, help="Also ask the server by its public address.")
@click.option("--make-secrets", "makes", is_flag=True, help="Write new secrets if there are none.")
@click.pass_obj
def doctor(call: Call, online: bool, makes: bool) -> int:
    """Look at settings, files, database, clock, mail and proxy."""
    findings = list(_findings(call, online=online, makes=makes))
    call.result([asdict(finding) for finding in findings], *(str(finding) for finding in findings))
    return FAILED if any(finding.level is Level.FAIL for finding in findings) else 0


def _findings(call: Call, *, online: bool, makes: bool) -> Iterator[Finding]:
    if makes:
        file = secrets_path(find_file(call.config, call.env), call.env)
        made = make_secrets(file)
        yield _ok("secrets", f"{file} written" if made else f"{file} is there already and stays as it is")
    try:
        settings = call.settings()
    except WrongSettings as error:
        yield from (_fail("settings", problem, "mend the settings file or the variable") for problem in error.problems)
        return
    yield _ok("settings", f"{find_file(call.config, call.env) or 'from the environment'}, origin {settings.origin}")
    yield from (_warn("settings", warning, "take it out before inviting people") for warning in settings.warnings)
    for check in CHECKS:
        yield from check(settings)
    if online:
        yield asyncio.run(_online(settings))


def _installation(_settings: Settings) -> Iterator[Finding]:
    try:
        check_installation()
    except UnsafeServer as error:
        yield _fail("installation", str(error), "install fedisw again from its wheels")
    else:
        yield _ok("installation", "compiled HTTP parser in use")


def _folders(settings: Settings) -> Iterator[Finding]:
    places = [("data folder", settings.data_dir)]
    if not settings.media.store.startswith(S3_PREFIX):
        places.append(("media folder", Path(settings.media.store)))
    for place, folder in places:
        if not folder.is_dir():
            yield _warn(place, f"{folder} does not exist yet", "it is made at the first start")
        elif not os.access(folder, os.W_OK | os.X_OK):
            yield _fail(place, f"{folder} cannot be written", f"chown it to the user that runs fedisw: chown -R USER {folder}")
        else:
            usage = shutil.disk_usage(folder)
            free = usage.free / usage.total
            yield (
                _ok(place, f"{folder}, {free:.0%} of the disk free")
                if free >= LEAST_FREE
                else _warn(place, f"only {free:.0%} of the disk is free", "make room: remote media are no longer kept")
            )


def _bucket(settings: Settings) -> Iterator[Finding]:
    """Only where media is kept in one."""
    if not settings.media.store.startswith(S3_PREFIX):
        return
    try:
        asyncio.run(_try_bucket(settings))
    except FediswError as error:
        yield _fail("media bucket", str(error), "look at media.store, media.endpoint, media.region and the two S3 secrets")
    else:
        yield _ok("media bucket", f"{settings.media.store} can be written and read")


async def _try_bucket(settings: Settings) -> None:
    store = open_store(settings)
    if not isinstance(store, LocalStore):
        await store.check()


def _films(_settings: Settings) -> Iterator[Finding]:
    if Programs.find() is None:
        yield _warn("films", "ffmpeg is not installed: films and sounds cannot be uploaded", "install it: apt install ffmpeg")
    else:
        yield _ok("films", "ffmpeg and ffprobe are installed")


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        waiting = migrate.pending(settings.database.url, password=password_of(settings))
    except FediswError as error:
        yield _fail("database", str(error), "look at database.url and whether the database runs")
        return
    if waiting:
        yield _fail("database", f"{len(waiting)} migrations are missing", "run `fedisw db upgrade`")
    else:
        yield _ok("database", "reachable and up to date")


def _mail(settings: Settings) -> Iterator[Finding]:
    url = settings.mail.url
    if url.startswith("log:"):
        yield _warn("mail", "nothing is sent: mails are only mentioned in the log", "set mail.url to your mail server")
    elif url.startswith("file:"):
        yield _warn("mail", "mails are written into a folder", "set mail.url to your mail server")
    else:
        yield _mail_server(settings)
    if settings.registrations.mode is RegistrationMode.OPEN and not url.startswith("smtp"):
        yield _fail("mail", "open registration needs mail: nobody could confirm an address", "set mail.url to your mail server")


def _mail_server(settings: Settings) -> Finding:
    """Whether the mail server is there and takes us; nothing is sent."""
    try:
        asyncio.run(mail.reach(settings, seconds=MAIL_SECONDS))
    except Unreachable as error:
        return _fail("mail", str(error), "look at mail.url and the secret mail_password")
    return _ok("mail", "the mail server is there and takes our mail")


def _proxy(settings: Settings) -> Iterator[Finding]:
    public = [address for address in settings.listen.address if not address.path and not _is_loopback(address.host)]
    if public and settings.origin.scheme == "https":
        step = "list the proxy in listen.proxies, or listen on 127.0.0.1"
        yield _warn("proxy", f"listening on {public[0]}, where anybody could pretend to be the proxy", step)
    else:
        yield _ok("proxy", "only listed proxies are believed")


CHECKS: Final[tuple[Callable[[Settings], Iterator[Finding]], ...]] = (
    _installation,
    _folders,
    _bucket,
    _films,
    _database,
    _mail,
    _proxy,
)


async def _online(settings: Settings) -> Finding:
    """Ask ourselves by the public address, as others would; the answer's date tells whether our clock is right."""
    policy = replace(policy_of(settings), own_hosts=frozenset())
    address = f"{settings.origin}/health/live"
    client = Client(origin=settings.origin, policy=policy, ca_file=settings.ca_file)
    try:
        async with client:
            answer = await client.get(address, accept="application/json", kinds=("application/json",))
    except FediswError as error:
        return _fail("reachable", f"{address} does not answer ({error})", "look at the name, the proxy and the firewall")
    if answer.status != 200:
        return _fail("reachable", f"{address} answers {answer.status}", "look at the proxy's settings")
    try:
        skew = abs(parsedate_to_datetime(answer.headers.get("Date", "")) - datetime.now(UTC))
    except ValueError:
        return _warn("reachable", "answers without a date", "look at the proxy's settings")
    if skew > SKEW:
        return _fail("clock", f"the clocks here and there differ by {skew.total_seconds():.0f} s", "let the system keep time")
    return _ok("reachable", f"{address} answers, and the clock is right")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _ok(place: str, message: str) -> Finding:
    return Finding(level=Level.OK, place=place, message=message)


def _warn(place: str, message: str, step: str) -> Finding:
    return Finding(level=Level.WARN, place=place, message=message, next=step)


def _fail(place: str, message: str, step: str) -> Finding:
    return Finding(level=Level.FAIL, place=place, message=message, next=step)
