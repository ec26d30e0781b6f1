"""What an analyst says of a rule, and all that can be found wrong with it before anybody approves it."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from services.warning.domain.analyst import sentence
from services.warning.domain.analyst.condition import LENGTH_MAX, AskingFailedError, Condition, condition
from services.warning.domain.analyst.features import Feature, all_features
from services.warning.domain.analyst.grammar import nearest
from services.warning.domain.analyst.tokens import ConditionError
from services.warning.domain.reasons import Reason
from shared.policy import Days, Hours, Times

PREFIX = "warning.analyst."
"""What follows in a policy's name is the rule's own."""
RULES_MAX = 50
"""So many rules of analysts a service takes: each is asked about every fact of its features."""
EXAMPLES_MAX = 20
TYPES = {"bool": bool, "int": int, "double": float, "string": str}

Sentence = Annotated[str, Meta(max_length=300)]


class Example(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A customer whom the analyst made up, and whether the rule is to warn of them."""

    features: dict[str, bool | int | float | str] = {}
    """By name, `bill.fall_share`; what is left out is not known."""
    fires: bool


class AnalystRule(Struct, frozen=True, kw_only=True):
    """A rule that an analyst wrote, as policy `warning.analyst.<name>`."""

    title: Annotated[str, Meta(max_length=64)] = ""
    """What it is about, for whoever approves it."""
    when: Annotated[str, Meta(max_length=LENGTH_MAX)] = ""
    """The condition, in CEL; empty: the rule rests."""
    level: Annotated[int, Meta(ge=1, le=3)] = 1
    """1 watch, 2 act, 3 act now."""
    cooldown_days: Days = 30
    """The same customer is not warned of again within so many days."""
    actionable_hours: Hours = 14 * 24
    """How long after the fact a call is of any use."""
    explain_zh: Sentence = ""
    """Why somebody should call, in Chinese; with features: `{bill.amount_fen:yuan}`, `{bill.fall_share:percent}`."""
    explain_en: Sentence = ""
    """The same in English."""
    reasons: dict[Reason, Times] = {}
    """Points for the likely reason (W18)."""
    rare: bool = False
    """The analyst knows that it would have warned of nobody last month."""
    examples: Annotated[tuple[Example, ...], Meta(max_length=EXAMPLES_MAX)] = ()
    """Test cases: at least one that fires and one that does not."""

    def mistakes(self) -> dict[tuple[str, ...], str]:
        """Return what is wrong, by field; a rule that rests has no mistakes."""
        if not self.when:
            return {}
        found = {(name,): sentence.mistake(getattr(self, name)) for name in ("explain_zh", "explain_en")}
        try:
            found["examples",] = next(_wrong(condition(self.when), self.examples), None)
        except ConditionError as error:
            found["when",] = str(error)
        return {place: why for place, why in found.items() if why is not None}


def _wrong(when: Condition, examples: tuple[Example, ...]) -> Iterator[str]:
    """Yield what is wrong with the examples of a rule."""
    for number, example in enumerate(examples, 1):
        if why := _misnamed(example) or _other(when, example):
            yield f"example {number}: {why}"
    for fires, what in ((True, "that fires"), (False, "that does not fire")):
        if fires not in {example.fires for example in examples}:
            yield f"an example {what} is missing"


def _misnamed(example: Example) -> str | None:
    for name, value in example.features.items():
        known = all_features().get(name)
        if known is None:
            return f"there is no feature {name!r}{nearest(name, all_features())}"
        if not _fits(known, value):
            return f"{name} is {known.kind}{_one_of(known)}, which {value!r} is not"
    return None


def _fits(known: Feature, value: Any) -> bool:
    if known.kind == "double":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is TYPES[known.kind] and (not known.choices or value in known.choices)


def _one_of(known: Feature) -> str:
    return f" ({', '.join(known.choices)})" if known.choices else ""


def _other(when: Condition, example: Example) -> str | None:
    """Return how the condition judges an example otherwise than its analyst; None: alike."""
    told = _grouped(example.features)
    try:
        holds = when.holds(lambda group: told.get(group, {}))
    except AskingFailedError as error:
        return str(error)
    if bool(holds) == example.fires:
        return None
    unknown = [name for name in when.reads if name not in example.features]
    why = f": not known is {', '.join(unknown)}" if holds is None else ""
    return f"it should {'' if example.fires else 'not '}fire, and does {'not' if example.fires else 'so'}{why}"


def _grouped(features: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    told: dict[str, dict[str, Any]] = {}
    for name, value in features.items():
        group, _, feature = name.partition(".")
        told.setdefault(group, {})[feature] = float(value) if all_features()[name].kind == "double" else value
    return told
