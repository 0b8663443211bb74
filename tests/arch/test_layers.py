"""Which way imports go (style section 2): the contracts of import-linter hold, and there is one for each rule."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from tests.arch.source import ROOT

ORDER = [
    "__main__",
    "cli",
    "web",
    "runtime",
    "federation | tasks",
    "services",
    "jobs",
    "storage",
    "net | media | live",
    "vocab | crypto | text | i18n | observe | config",
    "model",
]


def contracts() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return rows


def test_all_contracts_are_kept() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


def test_the_layers_are_those_of_the_style_guide() -> None:
    layers = contracts()[0]["layers"]
    assert isinstance(layers, list)
    assert [str(layer).replace("(", "").replace(")", "") for layer in layers] == ORDER
    assert contracts()[0]["exhaustive"] is True


def test_there_is_a_contract_for_every_kind_of_rule() -> None:
    kinds = {str(contract["type"]) for contract in contracts()}
    assert {"layers", "acyclic_siblings", "forbidden"} <= kinds
    if (ROOT / "fedisw/storage/tables").is_dir():
        assert "protected" in kinds
    if (ROOT / "fedisw/web/app.py").is_file():
        assert any(contract.get("containers") == ["fedisw.web"] for contract in contracts())
