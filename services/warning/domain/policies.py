"""What the business may set in this service, by name, with its default."""

from collections.abc import Collection, Iterable

from msgspec import Struct

from services.warning.domain.analyst.definition import PREFIX, RULES_MAX, AnalystRule
from services.warning.domain.analyst.rules import rule_id
from services.warning.domain.catalogue import all_rules
from services.warning.domain.operators import Network
from services.warning.domain.population import Target
from services.warning.domain.reasons import Weights
from services.warning.domain.sieve.networks import Lateness
from shared.policy import Family, PolicyBook

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


def made_by_people(name: str) -> bool:
    """Tell whether `name` is what people may call a policy that they make."""
    return any(family.has(name) for family in families())


def defaults_with(names: Iterable[str]) -> dict[str, Struct]:
    """Return each policy's default by its name, and those of `names` that people make."""
    made = {name: family.default for name in names for family in families() if family.has(name)}
    return {**policies(), **made}


def follows(rule: str, name: str) -> bool:
    """Tell whether what the rule of this id says may depend on policy `name`."""
    return name in OF_EVERY_RULE or name == f"warning.{rule}"


def following(book: PolicyBook, names: Collection[str]) -> PolicyBook:
    """Return `book` without the rules of analysts that follow none of the policies `names`."""
    return PolicyBook(tuple(each for each in book.versions if _stays(each.name, names)))


def _stays(policy: str, names: Collection[str]) -> bool:
    return not policy.startswith(PREFIX) or any(follows(rule_id(policy), name) for name in names)
