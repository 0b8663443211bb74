"""A running server hears of keys that a command changed (security KEY-3)."""

from __future__ import annotations

import asyncio
from pathlib import Path

from fedisw.config import change_secrets, make_secrets, new_secret, read_secrets
from fedisw.crypto.seal import Sealer
from fedisw.live import topics
from fedisw.live.bus import Bus
from fedisw.runtime.keywatch import KeyWatch


class Forgetful:
    """Notes which keys are to be read again."""

    def __init__(self) -> None:
        self.forgotten: list[int] = []

    def forget(self, account_id: int) -> None:
        self.forgotten.append(account_id)


async def heard(bus: Bus, watch: KeyWatch, *messages: topics.AnyMessage) -> None:
    for message in messages:
        bus.publish(topics.KEYS, message)
    watch.stop()
    await asyncio.wait_for(watch.run(), 5)


async def test_a_new_master_key_is_learned_from_the_file_and_the_old_one_still_opens(tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    make_secrets(file)
    before = read_secrets(file, {})[0].master_key
    bus, sealer = Bus(), Sealer(before.key())
    old = sealer.seal(b"secret", row="a/1")
    change_secrets(file, {"master_key": new_secret(), "former_master_key": before.reveal()})
    other = Sealer(read_secrets(file, {})[0].master_key.key())
    text = file.read_text().splitlines()
    file.write_text("\n".join(line for line in text if not line.startswith("session_key")))  # that one comes from elsewhere
    await heard(bus, KeyWatch(bus, Forgetful(), sealer, file), topics.MasterKeyChanged())
    assert sealer.open(other.seal(b"secret", row="a/1"), row="a/1") == b"secret"
    assert sealer.open(old, row="a/1") == b"secret"
    assert other.open(sealer.seal(b"secret", row="a/1"), row="a/1") == b"secret"


async def test_a_file_that_cannot_be_read_leaves_everything_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    make_secrets(file)
    bus, sealer = Bus(), Sealer(read_secrets(file, {})[0].master_key.key())
    header = sealer.header
    file.chmod(0o644)
    await heard(bus, KeyWatch(bus, Forgetful(), sealer, file), topics.MasterKeyChanged())
    file.chmod(0o600)
    change_secrets(file, {"master_key": "A" * 43})
    await heard(bus, KeyWatch(bus, Forgetful(), sealer, file), topics.MasterKeyChanged())
    assert sealer.header == header


async def test_keys_of_actors_are_read_again(tmp_path: Path) -> None:
    bus, keys = Bus(), Forgetful()
    watch = KeyWatch(bus, keys, Sealer(bytes(range(32))), tmp_path / "secrets.toml")
    await heard(bus, watch, topics.ActorKeyChanged(account_id=7), topics.Woken(), topics.ActorKeyChanged(account_id=9))
    assert keys.forgotten == [7, 9]
