"""Our source as syntax trees, read once for all tests about the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One file: its dotted name (`fedisw.net.client`), its path below the root, its lines and tree."""

    name: str
    path: str
    lines: tuple[str, ...]
    tree: ast.Module

    def inside(self, *packages: str) -> bool:
        """Whether it is one of these modules or packages, or lies below one."""
        return any(self.name == package or self.name.startswith(f"{package}.") for package in packages)


def parse(text: str, *, name: str = "fedisw.sample", path: str = "sample.py") -> Module:
    """A module from its text."""
    return Module(name=name, path=path, lines=tuple(text.splitlines()), tree=ast.parse(text, filename=path))


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """All Python files below folders of the root (`fedisw`), but not those of tools below `node_modules` and `.venv`."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(_module(path) for path in found if not {"node_modules", ".venv", "__pycache__"} & set(path.parts))


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions and methods of a module, at any depth."""
    return (node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def imported(module: Module) -> Iterator[tuple[str, int]]:
    """Every name that is imported, whole (`urllib.request`, `aiohttp.ClientSession`), with its line."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def used(module: Module) -> Iterator[tuple[str, int]]:
    """Every imported name and every dotted use of one (`aiohttp.ClientSession`, `os.environ`), whatever it was renamed to."""
    aliases: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            aliases |= {
                alias.asname or alias.name.partition(".")[0]: alias.name if alias.asname else alias.name.partition(".")[0]
                for alias in node.names
            }
        elif isinstance(node, ast.ImportFrom):
            aliases |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    yield from imported(module)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute):
            dotted = _dotted(node)
            first, _, rest = dotted.partition(".")
            if first in aliases:
                yield f"{aliases[first]}.{rest}", node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield f"{aliases.get(node.func.id, f'builtins.{node.func.id}')}", node.lineno


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def _module(path: Path) -> Module:
    short = path.relative_to(ROOT)
    parts = short.with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return parse(path.read_text(encoding="utf-8"), name=name, path=str(short))
