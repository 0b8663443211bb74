"""The page docs/admin/settings.md is made from the settings themselves: `make docs` writes it."""

from __future__ import annotations

from fedisw.config.load import TABLE
from fedisw.config.secret import Secrets
from tests.arch.source import ROOT

PAGE = ROOT / "docs" / "admin" / "settings.md"
HEAD = """\
# Settings

This page is made from the code by `make docs`; do not edit it.

One TOML file and the environment; the environment wins. The first of these is the only file read: `--config FILE`,
`FEDISW_CONFIG`, `./fedisw.toml`, `{data_dir}/fedisw.toml`, `/etc/fedisw/fedisw.toml`. In the file, `database.url` is
`url` in the table `[database]`. Switches are `1` or `0` (in the file also `true`, `false`), lists have commas (in the
file also TOML lists), sizes may end in KiB, MiB or GiB. `fedisw run` lists everything that is wrong at once and exits
with 2; an unknown variable is a warning, an unknown name in the file is an error.

| setting | variable | default | meaning |
|---|---|---|---|
"""
SECRETS = """
## Secrets

The file `secrets_file` (mode 0600, made by `fedisw quickstart` or `fedisw doctor --make-secrets`) holds what must not be
read by others. Keep a copy apart from the backups. Each secret can also come from its variable, or from a file that
`…_FILE` names.

| secret | variable |
|---|---|
"""
SWITCHES = """
## Development switches

`allow_private_network` and `allow_http` are for this machine only. The server refuses to start with one of them unless
the host of `origin` is loopback, `localhost`, `*.localhost`, `*.test` or a private address, and warns at every start.
"""


def render() -> str:
    """The whole page."""
    rows = [f"| `{leaf.path}` | `{leaf.variable}` | {_default(leaf.about.default)} | {leaf.about.meaning} |" for leaf in TABLE]
    secrets = [f"| `{name}` | `FEDISW_SECRET_{name.upper()}` |" for name in Secrets.__struct_fields__]
    return HEAD + "\n".join(rows) + "\n" + SECRETS + "\n".join(secrets) + "\n" + SWITCHES


def _default(text: str | None) -> str:
    if text is None:
        return "required"
    return f"`{text}`" if text else "–"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
