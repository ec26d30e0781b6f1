"""What the business may set in this service, by name, with its default."""

from msgspec import Struct

from services.warning.domain.analyst.definition import PREFIX, RULES_MAX, AnalystRule
from services.warning.domain.catalogue import all_rules
from services.warning.domain.decide import AnyRule
from services.warning.domain.operators import Network
from services.warning.domain.population import Target
from services.warning.domain.reasons import Weights
from services.warning.domain.sieve.networks import Lateness
from shared.policy import Family

OF_EVERY_RULE = ("warning.population", "warning.reasons", "warning.network")


def policies() -> dict[str, Struct]:
    """Return each policy's default by its name; a rule's limits are `warning.<rule>`."""
    return {
        **{f"warning.{rule.id}": rule.limits for rule in all_rules()},
        "warning.population": Target(),
        "warning.reasons": Weights(),
        "warning.network": Network(),
        "warning.lateness": Lateness(),
    }


def families() -> tuple[Family, ...]:
    """Return the policies that people make: each rule of an analyst is one."""
    return (Family(prefix=PREFIX, default=AnalystRule(), count_max=RULES_MAX),)


def follows(rule: AnyRule, name: str) -> bool:
    """Tell whether what a rule says may depend on policy `name`."""
    return name in OF_EVERY_RULE or name == f"warning.{rule.id}"
