"""Warnings count once, in the month they were raised in, under whoever answers for them."""

from datetime import timedelta
from itertools import permutations

import pytest

from services.kpi.domain.measure import Cell
from tests.support.builders import REGION, at
from tests.unit.kpi.counting import counted
from tests.unit.kpi.facts import NOON, settled

pytestmark = pytest.mark.unit

QUEUE, ANNA, BERT = (Cell("2026-03", REGION, name) for name in ("", "anna", "bert"))


class TestWarned:
    """All warnings of the target population."""

    def test_counts_a_warning_in_whatever_state_it_begins(self) -> None:
        states = ("open", "held_out", "gated", "capped", "stale", "cleared", "duplicate")
        told = counted([settled(warning_id=state, state=state) for state in states])
        assert told["warned"] == {QUEUE: len(states)}

    def test_stays_where_it_was_when_the_state_changes_and_nobody_takes_it_over(self) -> None:
        told = counted([settled(), settled(state="gated", previous="open")])
        assert told["warned"] == {QUEUE: 1}

    def test_moves_to_whoever_worked_it(self) -> None:
        first = settled(staff_id="anna")
        taken = settled(state="worked", previous="open", staff_id="bert", previous_staff_id="anna")
        assert counted([first, taken])["warned"] == {BERT: 1}

    def test_moves_out_of_the_queue(self) -> None:
        taken = settled(state="worked", previous="open", staff_id="bert")
        assert counted([settled(), taken])["warned"] == {BERT: 1}

    def test_adds_up_in_any_order(self) -> None:
        told = [
            settled(),
            settled(state="worked", previous="open", staff_id="bert"),
            settled(warning_id="w2", staff_id="anna"),
            settled(warning_id="w2", state="cleared", previous="open", staff_id="anna", previous_staff_id="anna"),
        ]
        assert all(counted(order)["warned"] == {ANNA: 1, BERT: 1} for order in permutations(told))

    def test_counts_in_the_month_of_the_warning_whenever_it_is_settled(self) -> None:
        late = settled(occurred_at=at("2026-04-02 10:00"))
        moved = settled(occurred_at=at("2026-05-02 10:00"), previous="open", state="worked", staff_id="bert")
        assert counted([late, moved])["warned"] == {BERT: 1}


class TestWarnedCustomers:
    """Each customer once a month and county."""

    def test_counts_the_first_warning_of_a_month(self) -> None:
        told = counted([settled(warning_id=f"w{number}") for number in range(3)])
        assert told["warned_customers"] == {QUEUE: 1}

    def test_counts_anew_in_another_month_and_county(self) -> None:
        april, elsewhere = at("2026-04-01 00:00"), "150000.150200.150203"
        told = counted([settled(), settled(april), settled(region=elsewhere), settled(april)])
        assert told["warned_customers"] == {
            QUEUE: 1,
            Cell("2026-04", REGION): 1,
            Cell("2026-03", elsewhere): 1,
        }

    def test_counts_the_same_in_any_order(self) -> None:
        told = [settled(NOON + timedelta(days=days)) for days in (0, 1, 40, 41, 80)]
        expected = {QUEUE: 1, Cell("2026-04", REGION): 1, Cell("2026-05", REGION): 1}
        assert all(counted(order)["warned_customers"] == expected for order in permutations(told))


class TestHeldOut:
    """Warnings of customers who are left alone."""

    def test_counts_that_state_and_no_other(self) -> None:
        told = counted([settled(state="held_out"), settled(warning_id="w2"), settled(warning_id="w3", state="stale")])
        assert told["held_out"] == {QUEUE: 1}
