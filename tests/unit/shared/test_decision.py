"""A batch is its events decided one after the other, each subject's memory carried to its next event."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decision import Decision, fold
from shared.events.bill_issued import BillIssued
from shared.ids import derived_id
from shared.topic import Event
from tests.support.builders import at, bill

pytestmark = pytest.mark.unit

NAMES = ("a", "b", "c")
SUBJECTS = st.lists(st.sampled_from(NAMES), max_size=20)


def decide(count: int, event: BillIssued) -> Decision[int]:
    """Count, and say every second one."""
    said = Event(id=derived_id(event.id, str(count)), occurred_at=at("2026-01-01 00:00"))
    return Decision(count + 1, (said,) if count % 2 else ())


def happened(subjects: list[str]) -> list[tuple[str, BillIssued]]:
    """Return a bill for each subject, in their order."""
    return [(name, bill("2026-01", number, bill_no=str(number))) for number, name in enumerate(subjects)]


def test_each_subjects_memory_is_its_own() -> None:
    before = {"a": 0, "b": 10, "c": 5}
    folded = fold(decide, before, happened(["a", "b", "a"]))
    assert folded.memories == {"a": 2, "b": 11, "c": 5}
    assert before == {"a": 0, "b": 10, "c": 5}


def test_what_is_said_keeps_the_order_of_events() -> None:
    first, second = happened(["a", "b"])
    folded = fold(decide, {"a": 1, "b": 1}, [second, first])
    assert [said.id for said in folded.events] == [derived_id(each[1].id, "1") for each in (second, first)]


@given(SUBJECTS, st.integers(0, 20))
def test_two_batches_are_as_good_as_one(subjects: list[str], cut: int) -> None:
    fresh, events = dict.fromkeys(NAMES, 0), happened(subjects)
    whole = fold(decide, fresh, events)
    first = fold(decide, fresh, events[:cut])
    second = fold(decide, first.memories, events[cut:])
    assert (second.memories, first.events + second.events) == (whole.memories, whole.events)
