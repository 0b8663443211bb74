"""Ceilings of outgoing requests (security NET-5 to NET-8; federation, section 8.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

KIB: Final = 1 << 10
MIB: Final = 1 << 20

REDIRECTS: Final = 3

JSON_BYTES: Final = MIB  # decoded
HTML_BYTES: Final = MIB
IMAGE_BYTES: Final = 16 * MIB
VIDEO_BYTES: Final = 99 * MIB
EMOJI_BYTES: Final = 256 * KIB
DIAGNOSTIC_BYTES: Final = 64 * KIB  # of an answer to a POST; the rest is not read

HEADER_FIELDS: Final = 64
FIELD_BYTES: Final = 8 * KIB
HEADER_BYTES: Final = 16 * KIB

RATIO: Final = 100  # decoded bytes for each byte on the wire
RATIO_AFTER: Final = MIB  # decoded bytes that are always allowed

JSON_SECONDS: Final = 15.0  # the whole call, redirects and waiting for a free place included
MEDIA_SECONDS: Final = 60.0
DELIVERY_SECONDS: Final = 30.0

PER_HOST: Final = 4  # calls at once
IN_ALL: Final = 64

AS2_PROFILE: Final = "https://www.w3.org/ns/activitystreams"
AS2_ACCEPT: Final = f'application/activity+json, application/ld+json; profile="{AS2_PROFILE}"'
AS2_KINDS: Final = frozenset({"application/activity+json", f"application/ld+json;{AS2_PROFILE}"})
JRD_KINDS: Final = frozenset({"application/jrd+json", "application/json"})
JSON_KINDS: Final = frozenset({"application/json"})
XRD_KINDS: Final = frozenset({"application/xrd+xml", "application/xml", "text/xml"})
HTML_KINDS: Final = frozenset({"text/html", "application/xhtml+xml"})
IMAGE_KINDS: Final = frozenset({"image/*"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Seconds that one step may take; tests that wait for them make them short.

    `connect` covers TCP and TLS together, `headers` the time from the request to the whole head of the answer,
    `idle` the time without a single byte. A body must bring `floor_rate` bytes a second on average over each
    stretch of `floor_over` seconds.
    """

    dns: float = 5.0
    connect: float = 5.0
    headers: float = 10.0
    idle: float = 10.0
    floor_over: float = 10.0
    floor_rate: int = KIB
    diagnostics: float = 5.0
