"""What settings mean together: rules that no single value shows (contract, section 3; security ARC-5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from fedisw.config.settings import Settings
from fedisw.model.errors import Invalid
from fedisw.model.urls import Origin

MAIL_SCHEMES: Final = {"smtp", "smtps", "file", "log"}
BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)  # rules of S3 for names
SWITCHES: Final = ("allow_private_network", "allow_http")


def problems_of(settings: Settings) -> list[str]:
    """Everything that forbids a start, one sentence each."""
    return [problem for check in (_development, _addresses, _stores, _bucket, _not_built) for problem in check(settings)]


def warnings_of(settings: Settings) -> list[str]:
    """What is said at every start (security ARC-5)."""
    return [f"{switch} is on: for development on this machine only" for switch in SWITCHES if getattr(settings, switch)]


def is_development_host(host: str) -> bool:
    """Whether an origin with this host may have development switches: loopback, private literal, localhost, `.test`."""
    if host == "localhost" or host.endswith((".localhost", ".test")):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or (address.is_private and not address.is_unspecified)


def _development(settings: Settings) -> Iterator[str]:
    if not is_development_host(settings.origin.host):
        yield from (
            f"{switch} is only for an origin on this machine or a private network, not for {settings.origin}"
            for switch in SWITCHES
            if getattr(settings, switch)
        )
    if settings.origin.scheme == "http" and not settings.allow_http:
        yield "origin has plain http: that needs allow_http, which is for development only"
    if settings.limits.rate_factor == 0 and not settings.allow_private_network:
        yield "limits.rate_factor is 0 (no limits): that needs allow_private_network, which is for development only"


def _addresses(settings: Settings) -> Iterator[str]:
    try:
        if Origin.of(f"{settings.origin.scheme}://{settings.account_domain}").authority != settings.account_domain:
            yield "account_domain is not a host name in lower case (with a port where it is not the usual one)"
    except Invalid as error:
        yield f"account_domain is wrong: {error.problem}"
    try:
        Origin.of(settings.media.public_url)
    except Invalid as error:
        yield f"media.public_url is wrong: {error.problem}"
    if not settings.listen.address:
        yield "listen.address is empty"
    if (
        settings.metrics.address is not None
        and settings.metrics.address in settings.listen.address
        and settings.metrics.address.port
    ):
        yield "metrics.address is one of listen.address: it must not be public"
    if settings.ca_file is not None and not settings.ca_file.is_file():
        yield f"ca_file: {settings.ca_file} does not exist"


def _stores(settings: Settings) -> Iterator[str]:
    if not settings.database.url.startswith(("sqlite:///", "postgresql://")):
        yield "database.url is neither sqlite:///path nor postgresql://…"
    if urlsplit(settings.mail.url).scheme not in MAIL_SCHEMES:
        yield "mail.url is none of smtp://, smtps://, file: and log:"
    if "@" not in settings.mail.sender:
        yield "mail.from is not a mail address"
    if not settings.federation.ports:
        yield "federation.ports is empty"
    if not settings.run.roles:
        yield "run.roles is empty"
    if not settings.instance.languages:
        yield "instance.languages is empty"


def _bucket(settings: Settings) -> Iterator[str]:
    media, secrets = settings.media, settings.secrets
    if not media.store.startswith("s3://"):
        return
    if not BUCKET.fullmatch(media.store.removeprefix("s3://").partition("/")[0]):
        yield "media.store names no bucket: it is s3://bucket or s3://bucket/prefix"
    if media.endpoint is None and media.region is None:
        yield "media.store is a bucket: that needs media.endpoint or media.region"
    if not all(key is not None and key.reveal() for key in (secrets.s3_access_key, secrets.s3_secret_key)):
        yield "media.store is a bucket: that needs s3_access_key and s3_secret_key in the secrets file"
    if media.endpoint is not None:
        try:
            endpoint = Origin.of(media.endpoint)
        except Invalid as error:
            yield f"media.endpoint is wrong: {error.problem}"
        else:
            if endpoint.scheme != "https" and not is_development_host(endpoint.host):
                yield "media.endpoint is plain http: that is only for this machine or a private network"


def _not_built(settings: Settings) -> Iterator[str]:
    """Settings with a meaning in the contract that this version refuses rather than pretends to follow."""
    if settings.federation.private_groups_between_servers:
        yield "federation.private_groups_between_servers cannot be switched on in this version"
    if settings.run.web > 1 or settings.run.worker > 1:
        yield "run.web and run.worker: this version runs one process only"
    for path, url in (("bus.url", settings.bus.url), ("limits.url", settings.limits.url)):
        if url != "auto":
            yield f"{path}: this version knows only auto"
