"""A folder is a registry: one new file adds one thing, and nothing else changes.

A file without its entry stops the process at start-up with its name, so that nothing is forgotten silently.
"""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def entries(package: ModuleType, attribute: str, kind: type[T]) -> dict[str, T]:
    """Return each module's `attribute` in `package`, by module name in alphabetical order.

    Raises:
        TypeError: a module has no such attribute, or one of another type.
    """
    names = sorted(module.name for module in iter_modules(package.__path__))
    return {name: _entry(f"{package.__name__}.{name}", attribute, kind) for name in names}


def _entry(module_name: str, attribute: str, kind: type[T]) -> T:
    entry = getattr(import_module(module_name), attribute, None)
    if not isinstance(entry, kind):
        raise TypeError(f"could not load {module_name}: it must define {attribute} as a {kind.__name__}")
    return entry
