"""What the source says of a class, a field, a name: docstrings that are gone at run time, and types as written."""

import ast
import inspect
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Literal, get_args, get_origin

import msgspec


@dataclass(frozen=True, slots=True)
class Field:
    """A field as its class's source tells of it."""

    name: str
    kind: str
    """Its type, in words."""
    says: str
    """Its docstring; empty where it has none."""


def said(thing: Any) -> str:
    """Return a docstring as one paragraph."""
    return " ".join((inspect.getdoc(thing) or "").split())


def module_of(kind: type) -> ModuleType:
    """Return the module that defines `kind`."""
    return sys.modules[kind.__module__]


def fields(kind: type) -> list[Field]:
    """Return the annotated fields of `kind`, those of its ancestors first."""
    found: dict[str, Field] = {}
    for ancestor in reversed(kind.__mro__):
        if ancestor.__module__.partition(".")[0] in ("shared", "services"):
            found |= {field.name: field for field in _own(ancestor)}
    return list(found.values())


def defaults(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the defaults of those fields of a struct that have one, as plain values."""
    optional = (field for field in msgspec.structs.fields(kind) if not field.required)
    return {
        field.name: msgspec.to_builtins(
            field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory(), str_keys=True
        )
        for field in optional
    }


def aliases(module: ModuleType) -> dict[str, str]:
    """Return the docstrings of the names that `module` assigns, by name."""
    body = ast.parse(inspect.getsource(module)).body
    return {target: says for statement, says in _with_docstrings(body) for target in _targets(statement)}


@cache
def _own(kind: type) -> list[Field]:
    (parsed,) = ast.parse(inspect.cleandoc("\n" + inspect.getsource(kind))).body
    assert isinstance(parsed, ast.ClassDef), "the source of a class is a class"
    names = vars(module_of(kind))
    return [
        Field(statement.target.id, worded(statement.annotation, names), says)
        for statement, says in _with_docstrings(parsed.body)
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    ]


def _with_docstrings(body: Sequence[ast.stmt]) -> Iterator[tuple[ast.stmt, str]]:
    for statement, following in zip(body, [*body[1:], None], strict=True):
        match following:
            case ast.Expr(value=ast.Constant(value=str() as text)):
                yield statement, " ".join(text.split())
            case _:
                yield statement, ""


def _targets(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.Assign):
        return [target.id for target in statement.targets if isinstance(target, ast.Name)]
    return []


def worded(annotation: ast.expr, names: dict[str, Any]) -> str:
    """Return a type as people read it; a name for a choice of values is replaced by the values."""
    match annotation:
        case ast.BinOp(left=left, right=right):
            return f"{worded(left, names)} or {worded(right, names)}"
        case ast.Constant(value=None):
            return "null"
        case ast.Name(id=name) if get_origin(names.get(name)) is Literal:
            return _choice(get_args(names[name]))
        case ast.Subscript(value=ast.Name(id="Literal"), slice=values):
            chosen = ast.literal_eval(values)
            return _choice(chosen if isinstance(chosen, tuple) else (chosen,))
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=[item, *_])):
            return f"list of {worded(item, names)}"
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[_, ast.Name(id="Any")])):
            return "object"
    return f"`{ast.unparse(annotation)}`"


def _choice(values: Sequence[object]) -> str:
    return ", ".join(f"`{value}`" for value in values)
