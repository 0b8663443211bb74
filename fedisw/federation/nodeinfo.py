"""What this server tells about itself (federation, section 1.3): numbers that are true, or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import fedisw
from fedisw.config import FederationMode, RegistrationMode, Settings
from fedisw.services.instance import Usage
from fedisw.vocab import nodeinfo
from fedisw.vocab.read import Document

VERSIONS: Final = ("2.0", "2.1")
JOINABLE: Final = frozenset({RegistrationMode.OPEN, RegistrationMode.APPROVAL})


def links(settings: Settings) -> Document:
    """`/.well-known/nodeinfo`."""
    documents = {version: f"{settings.origin}/nodeinfo/{version}" for version in VERSIONS}
    return nodeinfo.build_links(documents=documents, application=f"{settings.origin}/actor")


def document(settings: Settings, *, version: str, usage: Usage | None, staff: Sequence[str]) -> Document:
    """`/nodeinfo/{version}`; `staff` are actor ids. Without `usage` no number is told: hidden, never false (FEP-0151)."""
    return nodeinfo.build_nodeinfo(
        version=version,
        software_version=fedisw.__version__,
        repository=f"{settings.origin}/about/source",
        homepage=f"{settings.origin}/about",
        open_registrations=settings.registrations.mode in JOINABLE,
        node_name=settings.instance.name,
        node_description="",
        staff=staff,
        users=usage.users if usage else None,
        active_month=usage.active_month if usage else None,
        active_half_year=usage.active_half_year if usage else None,
        posts=usage.posts if usage else None,
        federates=settings.federation.mode is not FederationMode.OFF,
    )
