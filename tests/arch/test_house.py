"""What stands in the house: commands, top level, licence, documents that are made from the code (contract, section 1)."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from fedisw.config import load, make_secrets
from fedisw.config.load import KNOWN_VARIABLES
from tests.arch import settings_page
from tests.arch.source import ROOT

COMMANDS = ("run", "test", "soak", "api-coverage", "screenshots", "check", "bench")
TOP = {
    "bench", "deploy", "docs", "fedisw", "migrations", "tests",
    "CONTRIBUTING.md", "FEDERATION.md", "LICENSE", "Makefile", "README.md", "SECURITY.md", "pyproject.toml", "requirements.lock",
}  # fmt: skip
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
FRAGMENTS = [path for path in sorted((ROOT / "docs" / "changes.d").glob("*.md")) if path.name != "README.md"]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#]+)")


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_every_command_of_the_contract_has_a_target() -> None:
    rules = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(COMMANDS) <= set(rules)
    assert "make --no-print-directory check\nmake --no-print-directory test\n" in (ROOT / ".ci/run").read_text()


def test_nothing_else_stands_at_the_top() -> None:
    top = {name.partition("/")[0] for name in tracked()}
    assert {name for name in top if not name.startswith(".")} - TOP == set()


def test_the_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license"] == "AGPL-3.0-or-later"


@pytest.mark.parametrize("lock", ["requirements.lock", "tests/requirements.lock", "tests/interop/requirements.lock"])
def test_every_locked_package_has_hashes_and_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) > 30
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []
    assert "://" not in text
    assert "--index-url" not in text


def _locked(lock: str) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9_.-]+)==([^ ;]+)", (ROOT / lock).read_text(), re.MULTILINE)
    return {name.lower().replace("_", "-").replace(".", "-"): version for name, version in found}


def _asked(*extras: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = project["dependencies"] + [name for extra in extras for name in project["optional-dependencies"][extra]]
    return {re.split(r"[<>=\[;]", name)[0].strip().lower().replace("_", "-").replace(".", "-") for name in asked} - {"fedisw"}


def test_the_locks_hold_all_that_is_asked_for() -> None:
    assert _asked("postgres", "checkout") - _locked("requirements.lock").keys() == set()
    assert _asked("postgres", "checkout", "dev") - _locked("tests/requirements.lock").keys() == set()


def test_tests_run_with_the_versions_that_servers_run_with() -> None:
    running, tested = _locked("requirements.lock"), _locked("tests/requirements.lock")
    assert {name: tested.get(name) for name in running} == running


def test_the_page_of_settings_is_current() -> None:
    assert settings_page.PAGE.read_text() == settings_page.render(), "run `make docs`"


def test_the_settings_to_begin_with_are_good(tmp_path: Path) -> None:
    make_secrets(tmp_path / "secrets.toml")
    settings = load(ROOT / "deploy/fedisw.toml", {"FEDISW_SECRETS_FILE": str(tmp_path / "secrets.toml")})
    assert (str(settings.origin), settings.warnings) == ("https://swork.example", ())


def test_deploy_files_name_settings_that_exist() -> None:
    text = "".join((ROOT / "deploy" / name).read_text() for name in ("compose.yml", "Dockerfile", "fedisw.service"))
    names = set(re.findall(r"FEDISW_[A-Z_]+", text))
    assert len(names) > 4
    assert names - KNOWN_VARIABLES == set()


def test_decisions_are_numbered_and_whole() -> None:
    numbers = [path.name[:4] for path in DECISIONS]  # given out beforehand: not every one becomes a page
    assert numbers == sorted(set(numbers))
    assert all(number.isdecimal() for number in numbers)
    assert len(DECISIONS) > 15


def test_a_decision_says_context_decision_price_date_and_status() -> None:
    for path in DECISIONS:
        text = path.read_text()
        assert re.match(r"# \d{4} \S", text), path.name
        assert re.search(r"^Status: (accepted|superseded by \d{4})$", text, re.MULTILINE), path.name
        assert re.search(r"^Date: \d{4}-\d\d-\d\d$", text, re.MULTILINE), path.name
        assert [part for part in ("## Context", "## Decision", "## Price") if part not in text] == [], path.name
        assert len(text.splitlines()) <= 60, path.name


def test_a_change_note_says_for_whom_it_is() -> None:
    assert [path.name for path in FRAGMENTS if path.stem.rpartition(".")[2] not in {"people", "admins", "developers"}] == []
    assert [path.name for path in FRAGMENTS if not path.read_text().strip()] == []


def test_links_between_our_documents_lead_somewhere() -> None:
    pages = [ROOT / name for name in tracked() if name.endswith(".md") and not name.startswith("tests/data/")]
    assert len(pages) > 20
    broken = [f"{page.relative_to(ROOT)}: {link}" for page in pages if page.exists() for link in LINK.findall(page.read_text())
              if not (page.parent / link).exists()]  # fmt: skip
    assert broken == []


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    places = re.compile(r"/(?:work|root|home/[a-z]+)/")
    texts = (".py", ".md", ".toml", ".lock", ".yml", ".service", ".html", ".js", ".json")
    names = [name for name in tracked() if name.endswith(texts) and not name.startswith(("tests/data/", "tests/arch/"))]
    assert len(names) > 100
    found = [name for name in names if (ROOT / name).exists() and places.search((ROOT / name).read_text())]
    assert found == []
