"""Outputs are compared before any figure counts: whatever differs is found and told."""

from collections.abc import Callable
from datetime import date

import pytest
from msgspec import structs

from bench.sieve import plain, traffic
from bench.sieve.expected import Expected
from bench.sieve.outputs import Outputs, differences
from bench.sieve.traffic import Plan

pytestmark = pytest.mark.unit

DAY = date(2026, 3, 1)
Break = Callable[[Outputs], object]


def said() -> Outputs:
    """Return what is to be said of a few records."""
    expected = Expected()
    for _ in expected.following(traffic.cdrs(Plan(cdrs=3_000, subscribers=50, days=2, seed=3))):
        pass
    return expected.outputs


def _a_call_more(outputs: Outputs) -> None:
    key, day = next(iter(outputs.days.items()))
    outputs.days[key] = structs.replace(day, calls_out=day.calls_out + 1)


def _another_peer(outputs: Outputs) -> None:
    key, signal = next(iter(outputs.signals.items()))
    outputs.signals[key] = structs.replace(signal, peer="10085")


BREAKS: dict[str, Break] = {
    "a signal missing": lambda outputs: outputs.signals.popitem(),
    "a signal with another peer": _another_peer,
    "a day missing": lambda outputs: outputs.days.popitem(),
    "a day with a call more": _a_call_more,
    "a day too many": lambda outputs: outputs.hear([plain.usage_day("+8613399999999", DAY, plain.none_yet())]),
}


def test_the_same_outputs_are_equal() -> None:
    outputs = said()
    assert outputs.signals
    assert outputs.days
    assert differences(outputs, said()) == []


@pytest.mark.parametrize("name", BREAKS)
def test_a_planted_difference_is_found(name: str) -> None:
    broken = said()
    BREAKS[name](broken)
    assert len(differences(said(), broken)) == 1


def test_what_is_said_twice_counts_once_and_the_higher_version_counts() -> None:
    first = plain.usage_day("+8613300000001", DAY, plain.none_yet())
    second = structs.replace(first, version=2, calls_out=1)
    outputs = Outputs()
    outputs.hear([first, second, first])
    assert list(outputs.days.values()) == [second]
