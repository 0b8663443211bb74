"""A database file on a network disk is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from fedisw.model.errors import Invalid
from fedisw.storage import disk
from fedisw.storage.opening import open_database

TABLE = """\
/dev/vda1 / ext4 rw 0 0
proc /proc proc rw 0 0
server:/export /srv nfs4 rw 0 0
/dev/vdb1 /srv/local ext4 rw 0 0
//nas/share /mnt/my\\040share cifs rw 0 0
odd
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/fedisw/fedisw.db", None),
        ("/srv/fedisw.db", "nfs4"),
        ("/srv/local/fedisw.db", None),
        ("/srvice/fedisw.db", None),
        ("/mnt/my share/fedisw.db", "cifs"),
    ],
)
def test_the_innermost_mount_decides(tmp_path: Path, path: str, kind: str | None) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(TABLE)
    assert disk.network_file_system(Path(path), mounts=mounts) == kind
    assert disk.network_file_system(Path(path), mounts=tmp_path / "missing") is None


async def test_a_file_on_a_network_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"server:/export {tmp_path} nfs rw 0 0\n")
    monkeypatch.setattr(disk.network_file_system, "__kwdefaults__", {"mounts": mounts})
    with pytest.raises(Invalid, match="network"):
        await open_database(f"sqlite:///{tmp_path}/fedisw.db")
    assert not (tmp_path / "fedisw.db").exists()


@pytest.mark.parametrize("url", ["sqlite:///", "sqlite:///:memory:", "mysql://x/y", "fedisw.db", ""])
async def test_urls_of_no_database_are_refused(url: str) -> None:
    with pytest.raises(Invalid):
        await open_database(url)
