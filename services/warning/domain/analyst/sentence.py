"""An explanation as an analyst writes it: a sentence with features in braces, `{bill.amount_fen:yuan}`."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from services.warning.domain.analyst.features import all_features
from services.warning.domain.analyst.grammar import NUMBERS, nearest
from services.warning.domain.rule import yuan

Language = Literal["zh", "en"]
PLACE = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}")
SHAPES = ("yuan", "percent")
UNKNOWN: Mapping[Language, str] = {"zh": "未知", "en": "unknown"}
YES: Mapping[Language, tuple[str, str]] = {"zh": ("否", "是"), "en": ("no", "yes")}


def named(sentence: str) -> tuple[str, ...]:
    """Return the features that a sentence names, in their order."""
    return tuple(dict.fromkeys(found[1] for found in PLACE.finditer(sentence)))


def mistake(sentence: str) -> str | None:
    """Return what is wrong with a sentence; None: nothing is."""
    if not sentence.strip():
        return "somebody will be called because of this: say in a sentence why"
    rest = PLACE.sub("", sentence)
    if "{" in rest or "}" in rest:
        return "a brace has no other side: {bill.amount_fen} stands for a feature"
    return next((wrong for found in PLACE.finditer(sentence) if (wrong := _wrong(found[1], found[2]))), None)


def _wrong(name: str, shape: str | None) -> str | None:
    feature = all_features().get(name)
    if feature is None:
        return f"there is no feature {name!r}{nearest(name, all_features())}"
    if shape is None:
        return None
    if shape not in SHAPES:
        return f"{shape!r} is no way to write a number; there are {', '.join(SHAPES)}"
    return None if feature.kind in NUMBERS else f"{name} is no number: it cannot be written as {shape}"


def written(sentence: str, values: Mapping[str, Any], language: Language) -> str:
    """Return a sentence with the values of its features; what is not known is said to be."""
    return PLACE.sub(lambda found: _plain(values.get(found[1]), found[2], language), sentence)


def _plain(value: Any, shape: str | None, language: Language) -> str:
    if value is None:
        return UNKNOWN[language]
    if isinstance(value, bool):
        return YES[language][value]
    if shape == "yuan":
        return yuan(value)
    if shape == "percent":
        return f"{value:.0%}"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
