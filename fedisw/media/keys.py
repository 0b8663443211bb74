"""Names of stored files: random or keyed hashes, never a word of a client or a peer (security MED-6)."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from fedisw.media.probe import Kind
from fedisw.model.errors import NotFound

NAME_BYTES: Final = 16  # 128 bits
_KEY: Final = re.compile(
    r"(?P<area>local|remote)/(?P<first>[0-9a-f]{2})/(?P<second>[0-9a-f]{2})/(?P<name>[0-9a-f]{32})\.(?P<kind>[0-9a-z]{3,4})",
    re.ASCII,
)
_EXTENSIONS: Final = frozenset(kind.value for kind in Kind)


class Area(StrEnum):
    """Whose files: our people's, or copies of remote ones that can be fetched again."""

    LOCAL = "local"
    REMOTE = "remote"


def new_key(kind: Kind, *, random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A name that nobody can guess, such as `local/ab/cd/abcd….jpg`; also the path below the public address.

    Args:
        kind: decides the extension, and with it the type the file is served with.
        random: gives so many random bytes.
    """
    return _key(Area.LOCAL, random(NAME_BYTES).hex(), kind)


def remote_key(url: str, kind: Kind, *, part: str, secret: bytes) -> str:
    """Name of the copy of a remote file. Without the secret nobody can tell from a name, or by asking, what we have.

    Args:
        url: address of the remote file.
        kind: what the copy is encoded as.
        part: which rendition, such as `original` or `preview`.
        secret: 16 to 64 bytes that stay the same.
    """
    digest = hashlib.blake2b(f"{part}\n{url}".encode(), digest_size=NAME_BYTES, key=secret)
    return _key(Area.REMOTE, digest.hexdigest(), kind)


def check_key(key: str) -> tuple[Area, Kind]:
    """What a name says about its file. Everything that opens a file asks here first.

    Raises:
        NotFound: not a name that we gave; in particular no `..`, no separator or letter too many.
    """
    match = _KEY.fullmatch(key)
    if match is None or match["name"][:4] != match["first"] + match["second"] or match["kind"] not in _EXTENSIONS:
        raise NotFound("file", key)
    return Area(match["area"]), Kind(match["kind"])


def _key(area: Area, name: str, kind: Kind) -> str:
    return f"{area}/{name[:2]}/{name[2:4]}/{name}.{kind}"
