"""A condition, compiled once and asked often: the only file that knows which library evaluates CEL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cel

from services.warning.domain.analyst.features import all_features
from services.warning.domain.analyst.grammar import Reader
from services.warning.domain.analyst.tokens import ConditionError

LENGTH_MAX = 1_000
COMPILED_MAX = 512
"""Conditions kept compiled; a province has at most so many rules, counties' own texts included."""


class AskingFailedError(Exception):
    """A condition that was read well cannot be evaluated for this customer: it divides by zero, or overflows."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be true of a customer."""

    text: str
    reads: tuple[str, ...]
    """The features that it asks, in their order."""
    groups: Mapping[str, tuple[str, ...]]
    """The same by group."""
    _program: cel.Program

    def holds(self, plain: Callable[[str], dict[str, Any]]) -> bool | None:
        """Return whether it holds, `plain` giving each group's features; None: what decides it is not known.

        Raises:
            AskingFailedError: it cannot be evaluated.
        """
        try:
            return bool(
                self._program.execute({group: _only(plain(group), names) for group, names in self.groups.items()})
            )
        except KeyError:
            # Every name was held against the features, so only one that is not known of this customer can be missing.
            return None
        except Exception as error:
            raise AskingFailedError(f"{type(error).__name__}: {error}") from error


@lru_cache(COMPILED_MAX)
def condition(text: str) -> Condition:
    """Return a condition ready to be asked.

    Raises:
        ConditionError: what is wrong with it, and where.
    """
    if len(text) > LENGTH_MAX:
        raise ConditionError(f"longer than {LENGTH_MAX} characters", LENGTH_MAX, text)
    reader = Reader(text, all_features())
    reader.whole()
    try:
        program = cel.compile(text)
    except ValueError as error:
        raise ConditionError(str(error), 0, text) from error
    groups: dict[str, tuple[str, ...]] = {}
    for group, _, name in (read.partition(".") for read in reader.reads):
        groups[group] = (*groups.get(group, ()), name)
    return Condition(text, tuple(reader.reads), groups, program)


def _only(told: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Return what a condition asks of a group: handing a value over costs more than looking at it."""
    return {name: told[name] for name in names if name in told}
