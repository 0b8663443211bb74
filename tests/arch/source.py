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
    """One file: its dotted name (`fedisw.net.client`), its path below the root, its lines and tree.

    `uses`: every imported name and every dotted use of one (`aiohttp.ClientSession`, `os.environ`) with its line,
    whatever it was renamed to; calls of what is not imported as `builtins.…`.
    """

    name: str
    path: str
    lines: tuple[str, ...]
    tree: ast.Module
    uses: tuple[tuple[str, int], ...]

    def inside(self, *packages: str) -> bool:
        """Whether it is one of these modules or packages, or lies below one."""
        return any(self.name == package or self.name.startswith(f"{package}.") for package in packages)


def parse(text: str, *, name: str = "fedisw.sample", path: str = "sample.py") -> Module:
    """A module from its text."""
    tree = ast.parse(text, filename=path)
    return Module(name=name, path=path, lines=tuple(text.splitlines()), tree=tree, uses=tuple(_uses(tree)))


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """All Python files below folders of the root (`fedisw`), but not those of tools below `node_modules` and `.venv`."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(_module(path) for path in found if not {"node_modules", ".venv", "__pycache__"} & set(path.parts))


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions and methods of a module, at any depth."""
    return (node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _uses(tree: ast.Module) -> Iterator[tuple[str, int]]:
    nodes = tuple(ast.walk(tree))
    aliases: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                aliases[alias.asname or first] = alias.name if alias.asname else first
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                aliases[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                yield f"{node.module}.{alias.name}", node.lineno
    for node in nodes:
        if isinstance(node, ast.Attribute):
            first, _, rest = _dotted(node).partition(".")
            if first in aliases:
                yield f"{aliases[first]}.{rest}", node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield aliases.get(node.func.id, f"builtins.{node.func.id}"), node.lineno


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def _module(path: Path) -> Module:
    short = path.relative_to(ROOT)
    parts = short.with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return parse(path.read_text(encoding="utf-8"), name=name, path=str(short))
