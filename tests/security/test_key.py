"""Keys and chance (security section 16): what lies in the database is sealed, what starts has keys of its own."""

from __future__ import annotations

import ast
import base64
import re
from pathlib import Path

import pytest

from fedisw.config import make_secrets
from fedisw.config.secret import Secret, weakness
from fedisw.crypto.seal import Sealer, Unsealable
from fedisw.services import newcomers
from fedisw.storage.queries import keys
from tests.arch.source import ROOT, modules
from tests.cli.conftest import Fedisw
from tests.cli.conftest import env as env
from tests.cli.conftest import fedisw as fedisw
from tests.security.test_log import rows_with
from tests.web.mastodon.conftest import Api

ZERO = base64.urlsafe_b64encode(bytes(32)).decode()
KNOWN = {
    "empty": "",
    "zero": ZERO,
    "one letter": "A" * 43,
    "counted": base64.urlsafe_b64encode(b"0123456789012345678901234567890123456789"[:32]).decode(),
    "words": base64.urlsafe_b64encode(b"changemechangemechangemechangeme").decode(),
    "short": base64.urlsafe_b64encode(bytes(range(16))).decode(),
    "text": "please-change-this-secret-key",
}
LIKE_A_KEY = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}=?(?![A-Za-z0-9_=-])")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_key_1_no_private_key_of_an_actor_can_be_read_from_the_database(api: Api) -> None:
    amy, ben = await api.join("amy", "ben")
    sealer = Sealer(api.runtime.settings.secrets.master_key.key())
    for person in (amy, ben):
        for key in newcomers.new_keys(person, sealer=sealer, now=api.clock()):
            await api.db.write(keys.add, key)
    assert rows_with(api.runtime.settings.database.url, "PRIVATE KEY") == {}
    assert set(rows_with(api.runtime.settings.database.url, "PUBLIC KEY")) == {"actor_keys"}
    one, other = [(await api.db.read(keys.of_account, person.id))[0] for person in (amy, ben)]
    assert one.private_sealed is not None
    assert b"PRIVATE KEY" in sealer.open(one.private_sealed, row=one.key_id)
    with pytest.raises(Unsealable):  # a row is worth nothing in the place of another
        sealer.open(one.private_sealed, row=other.key_id)
    with pytest.raises(Unsealable):
        Sealer(bytes(range(32))).open(one.private_sealed, row=one.key_id)


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize("key", ["master_key", "session_key"])
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_key_2_no_server_starts_with_a_key_that_others_could_have(
    fedisw: Fedisw, env: dict[str, str], key: str, name: str
) -> None:
    outcome = fedisw("run", env=env | {f"FEDISW_SECRET_{key.upper()}": KNOWN[name]})
    assert outcome.code == 2
    assert key in outcome.err
    assert not KNOWN[name] or KNOWN[name] not in outcome.err


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o777])
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_key_2_no_server_starts_with_keys_that_others_can_read(
    fedisw: Fedisw, env: dict[str, str], tmp_path: Path, mode: int
) -> None:
    (tmp_path / "secrets.toml").chmod(mode)
    outcome = fedisw("run")
    assert outcome.code == 2
    assert "chmod 600" in outcome.err
    for line in (tmp_path / "secrets.toml").read_text().splitlines():
        if "=" in line:
            assert line.partition('"')[2].strip('"') not in outcome.err


def test_key_2_nothing_that_we_ship_could_be_taken_for_a_key() -> None:
    """Examples and documents hold no text that the settings would take as one."""
    shipped = [path for folder in ("docs", "deploy") for path in (ROOT / folder).rglob("*") if path.is_file()]
    shipped += [ROOT / "README.md", ROOT / "Makefile"]
    found = [(path.name, text) for path in shipped for text in LIKE_A_KEY.findall(path.read_text(errors="replace"))]
    assert [(name, text) for name, text in found if weakness(Secret(text)) is None] == []


def test_key_2_each_server_makes_its_own(tmp_path: Path) -> None:
    made = set()
    for number in range(3):
        make_secrets(tmp_path / f"{number}.toml")
        made |= {line for line in (tmp_path / f"{number}.toml").read_text().splitlines() if "=" in line}
    assert len(made) == 9


SECRET_WORDS = re.compile(r"(^|_)(secret|secret_hash|csrf|mac|proof|digest|hmac|password_hash)$")


def compared(tree: ast.AST) -> list[int]:
    """Lines on which a value with the name of a secret is compared by `==` or `!=`."""
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            sides = (node.left, *node.comparators)
            names = [side.attr if isinstance(side, ast.Attribute) else getattr(side, "id", "") for side in sides]
            if any(SECRET_WORDS.search(name) for name in names):
                lines.append(node.lineno)
    return lines


def test_key_4_secrets_are_compared_in_constant_time() -> None:
    assert compared(ast.parse("if app.secret_hash == given: pass"))  # the test sees what it looks for
    found = [f"{module.path}:{line}" for module in modules("fedisw") for line in compared(module.tree)]
    assert found == []


def test_key_5_chance_comes_from_the_system_only() -> None:
    """Jitter of retries may be guessed by anybody; everything else is a secret of ours."""
    banned = re.compile(r"^\s*(import (random|uuid)|from (random|uuid) import)", re.MULTILINE)
    assert [module.path for module in modules("fedisw") if banned.search("\n".join(module.lines))] == []
