"""docs/policies.md: what the business may set, by name, with its default and where that stands."""

from collections.abc import Iterator

from msgspec import Struct

from docs.reference.tables import MADE, code, table
from docs.reference.tables import page as page_of
from docs.reference.words import defaults, fields, said
from services.dispatch.api.desk import Leases
from services.dispatch.domain.decide import Caps, Repeats
from services.dispatch.domain.holdout import Holdout
from services.dispatch.domain.tiers import Tiers
from services.kpi.domain.catalogue import all_measures
from services.offers.domain.arbitration import Strategies
from services.offers.domain.catalogue import all_mechanisms
from services.points.domain.earning import Earning
from services.points.domain.redemption import Redemption
from services.warning.domain.catalogue import all_rules
from services.warning.domain.operators import Network
from services.warning.domain.population import Target
from services.warning.domain.reasons import Weights
from services.warning.domain.sieve.networks import Lateness

INTRODUCTION = """\
# Policies

{made}

A policy is what the business wants: a threshold, a tier, a list of rivals. Each default stands beside the code that
uses it. A row in the table `policy` of the service that the name begins with overrides some of its fields from
`effective_from` on, within `scope` (a region's path; empty for everywhere), the narrower scope winning. How to set one
stands in [operations.md](operations.md#policy).
"""


def policies() -> dict[str, Struct]:
    """Return each policy's defaults by its name."""
    return {
        **{f"warning.{rule.id}": rule.limits for rule in all_rules()},
        "warning.population": Target(),
        "warning.reasons": Weights(),
        "warning.network": Network(),
        "warning.lateness": Lateness(),
        "dispatch.tiers": Tiers(),
        "dispatch.repeats": Repeats(),
        "dispatch.caps": Caps(),
        "dispatch.holdout": Holdout(),
        "dispatch.leases": Leases(),
        "offers.strategies": Strategies(),
        **{f"offers.{mechanism.id}": mechanism.limits for mechanism in all_mechanisms()},
        "points.earning": Earning(),
        "points.redemption": Redemption(),
        **{f"kpi.{measure.id}": measure.limits for measure in all_measures() if defaults(type(measure.limits))},
    }


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
    known = defaults(type(default))
    rows = [[f"`{field.name}`", code(known[field.name]), field.says] for field in fields(type(default))]
    yield from table(("field", "default", "what it says"), rows)
