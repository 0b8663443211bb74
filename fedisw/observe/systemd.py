"""Telling systemd how far a process is: one datagram to the socket it names (`sd_notify(3)`, `Type=notify`)."""

from __future__ import annotations

import socket
from typing import Final

READY: Final = "READY=1"
STOPPING: Final = "STOPPING=1"


def notify(state: str, *, path: str | None) -> bool:
    """Send a state.

    Args:
        state: `READY`, `STOPPING`, or lines such as `STATUS=…`.
        path: what `NOTIFY_SOCKET` says: an absolute path, or `@name` of an abstract socket; None outside of systemd.

    Returns:
        Whether it was sent. A missing listener is no reason to stop serving.
    """
    if not path or path[0] not in "/@":
        return False
    address = "\0" + path[1:] if path[0] == "@" else path
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as datagrams:
        try:
            datagrams.sendto(state.encode(), address)
        except OSError:
            return False
    return True
