"""The rules that are here: a file in `rules/` is all it takes."""

from functools import cache

from services.warning.domain import rules
from services.warning.domain.analyst import features
from services.warning.domain.day_came import DayCame
from services.warning.domain.decide import AnyRule
from services.warning.domain.rule import Rule
from services.warning.domain.siblings import SiblingActivated
from services.warning.domain.usage import UsageLooked
from shared.folder import entries
from shared.topic import SubscriberEvent

OWN_KINDS: dict[type[SubscriberEvent], str] = {
    DayCame: "the passing of days",
    SiblingActivated: "newer numbers of the same customer",
    UsageLooked: "a weekly look at usage days",
}
"""Facts that this service tells its own rules, and what they are about."""


@cache
def all_rules() -> tuple[AnyRule, ...]:
    """Return every rule, by file name.

    Raises:
        TypeError: a file has no RULE, or two rules have one id.
    """
    listed = tuple(entries(rules, "RULE", Rule).values())
    if len({rule.id for rule in listed}) != len(listed):
        raise TypeError("could not load services/warning/domain/rules: two rules have the same id")
    return listed


def heard_kinds() -> tuple[type[SubscriberEvent], ...]:
    """Return every kind of fact on Kafka that some rule hears, or an analyst's may."""
    kinds = dict.fromkeys((*(kind for rule in all_rules() for kind in rule.hears), *features.heard_kinds()))
    return tuple(kind for kind in kinds if kind not in OWN_KINDS)
