"""The project's files, and what its Python is made of."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from deploy.local.folders import CHECKOUT

OURS = ("shared", "services", "deploy", "replay", "bench", "docs", "tests")
PRODUCT = ("shared", "services", "deploy", "replay")


@cache
def tracked() -> tuple[Path, ...]:
    """Return every file that git tracks, relative to the checkout."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, check=True)
    names = [name for name in listed.stdout.decode().split("\x00") if name]
    return tuple(Path(name) for name in names if (CHECKOUT / name).exists())


def modules(*roots: str) -> dict[str, ast.Module]:
    """Return every tracked Python file below `roots`, parsed, by its path."""
    wanted = [path for path in tracked() if path.suffix == ".py" and path.parts[0] in roots]
    return {str(path): _parsed(path) for path in wanted}


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse((CHECKOUT / path).read_text(encoding="utf-8"))


def lines_of(path: str) -> int:
    """Return how many lines a file has."""
    return len((CHECKOUT / path).read_text(encoding="utf-8").splitlines())


@dataclass(frozen=True, slots=True)
class Function:
    """A function as it stands in its file."""

    path: str
    name: str
    lines: int
    """Signature and docstring included, decorators not."""


@cache
def functions(*roots: str) -> tuple[Function, ...]:
    """Return every function and method below `roots`."""
    return tuple(
        Function(path, node.name, (node.end_lineno or node.lineno) - node.lineno + 1)
        for path, tree in modules(*roots).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


@cache
def names(*roots: str) -> dict[str, frozenset[str]]:
    """Return every dotted name that is used or imported in each file below `roots`, imports with their module."""
    return {path: frozenset(_names(tree)) for path, tree in modules(*roots).items()}


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=module, names=imported):
                yield from (f"{module}.{each.name}" for each in imported)
            case ast.Import(names=imported):
                yield from (each.name for each in imported)
            case ast.Attribute():
                yield _dotted(node)


def _dotted(node: ast.expr) -> str:
    """Return `a.b.c` as it is written; what is not a plain name is left away."""
    match node:
        case ast.Attribute(value=value, attr=name):
            return f"{_dotted(value)}.{name}".removeprefix(".")
        case ast.Name(id=name):
            return name
    return ""
