"""Where a database file lies: locking does not work on network file systems (reliability, section 3.5)."""

from __future__ import annotations

from pathlib import Path

MOUNTS = Path("/proc/mounts")  # Linux; elsewhere nothing is known and nothing is refused
NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "fuse.sshfs", "fuse.glusterfs"}
)


def network_file_system(path: Path, *, mounts: Path = MOUNTS) -> str | None:
    """The kind of network file system that holds `path`, or None for a local disk or where it cannot be told."""
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:
        return None
    whole = path.absolute()
    best, kind = -1, None
    for line in lines:
        parts = line.split(" ")
        if len(parts) < 3:
            continue
        point = Path(parts[1].replace("\\040", " "))
        if whole.is_relative_to(point) and len(point.parts) >= best:  # the last one mounted on a folder is seen
            best, kind = len(point.parts), parts[2]
    return kind if kind in NETWORK else None
