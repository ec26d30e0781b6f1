"""docs/policies.md: what the business may set, by name, with its default and where that stands."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, structs
from msgspec.inspect import FloatType, IntType, type_info

from docs.reference.tables import MADE, code, table
from docs.reference.tables import page as page_of
from docs.reference.words import defaults, fields, said
from services.dispatch.domain.policies import policies as dispatch
from services.intake.domain.policies import policies as intake
from services.kpi.domain.policies import policies as kpi
from services.offers.domain.policies import policies as offers
from services.points.domain.policies import policies as points
from services.warning.domain.policies import policies as warning

INTRODUCTION = """\
# Policies

{made}

A policy is what the business wants: a threshold, a tier, a list of rivals. Each default stands beside the code that
uses it. A version, which one person proposes and another approves, overrides some of its fields from `effective_from`
on, within `scope` (a region's path; empty for everywhere), the narrower scope winning. How to propose and approve one
stands in [operations.md](operations.md#policy), over which routes in [http.md](http.md#policy). Rules that analysts
write are policies too, each of its own name: [analysts.md](analysts.md).
"""


def policies() -> dict[str, Struct]:
    """Return each policy's defaults by its name."""
    return {**intake(), **warning(), **dispatch(), **offers(), **points(), **kpi()}


def page() -> str:
    """Return the page."""
    lines = [INTRODUCTION.format(made=MADE)]
    for name, default in policies().items():
        lines += [f"## {name}\n", f"{said(type(default))} In `{file_of(default)}`.\n", *fields_table(default)]
    return page_of(lines)


def file_of(default: Struct) -> str:
    """Return the path of the file in which a policy's default stands."""
    return type(default).__module__.replace(".", "/") + ".py"


def fields_table(default: Struct) -> Iterator[str]:
    """Yield the table of a policy's fields."""
    known, kinds = defaults(type(default)), {field.name: field.type for field in structs.fields(type(default))}
    rows = [
        [f"`{field.name}`", code(known[field.name]), allowed(kinds[field.name]), field.says]
        for field in fields(type(default))
    ]
    yield from table(("field", "default", "allowed", "what it says"), rows)


def allowed(kind: Any) -> str:
    """Return the range of a number's type in words; nothing of other types."""
    number = type_info(kind)
    if not isinstance(number, IntType | FloatType) or number.ge is None or number.le is None:
        return ""
    return f"{number.ge:,} to {number.le:,}"
