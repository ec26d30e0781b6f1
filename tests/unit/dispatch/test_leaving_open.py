"""How a warning leaves `open`: worked, cleared, gated, or out of time."""

from datetime import timedelta

import pytest
from msgspec import structs

from services.dispatch.domain.decide import ItemOverdue
from shared.events.contact_reported import ContactReported, Outcome
from shared.events.warning_settled import WarningSettled, WarningState
from shared.events.work_item_closed import WorkItemClosed
from shared.ids import derived_id
from shared.topic import Event
from tests.support.builders import REGION, at
from tests.unit.dispatch.desks import NOON, W1, AtDesk, cleared, contact, opened, policy, porting
from tests.unit.warning.builders import warning

pytestmark = pytest.mark.unit

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def overdue(desk: AtDesk) -> list[Event]:
    """Tell that the open item's time is up."""
    assert desk.case.open_item
    return desk.hear(ItemOverdue(id=desk.case.open_item.work_item_id, occurred_at=desk.now))


class TestAContact:
    """Its result closes the item, or offers it again tomorrow."""

    @pytest.mark.parametrize("outcome", ["retained", "considering", "refused", "left", "wrong_number"])
    def test_that_reached_somebody_works_all_warnings_behind_the_item(self, outcome: Outcome) -> None:
        desk, item = opened(warning(NOON + HOUR, id="w2", rule_id="porting"))
        told, closed, *settled = desk.hear(reported := contact(item, outcome))
        assert told is reported
        assert closed == WorkItemClosed(
            id=derived_id("closed", item.work_item_id),
            occurred_at=NOON,
            work_item_id=item.work_item_id,
            customer_id="c1",
            subscription_id="s1",
            home_region=REGION,
            state="worked",
            staff_id="carl",
        )
        assert [
            (each.warning_id, each.state, each.previous, each.staff_id, each.outcome)
            for each in settled
            if isinstance(each, WarningSettled)
        ] == [("w1", "worked", "open", "carl", outcome), ("w2", "worked", "open", "carl", outcome)]

    def test_that_reached_nobody_is_tried_again_tomorrow(self) -> None:
        desk, item = opened()
        assert [type(each) for each in desk.hear(contact(item, None))] == [ContactReported]
        assert desk.case.open_item
        assert (desk.case.open_item.attempts, desk.case.open_item.not_before) == (1, at("2026-03-06 00:00"))
        assert desk.case.last_contact_at is None

    def test_that_reached_nobody_for_the_third_time_is_the_last(self) -> None:
        desk, _ = opened()
        for _ in range(3):
            assert desk.case.open_item
            desk.hear(contact(desk.case.open_item, None))
        assert (desk.states, desk.case.open_item, desk.case.last_contact_at) == ({"w1": "worked"}, None, None)

    def test_how_often_it_is_tried_is_policy(self) -> None:
        desk, item = opened()
        desk.versions += (policy(5, "caps", attempts_max=1),)
        desk.hear(contact(item, None))
        assert desk.states == {"w1": "worked"}

    def test_that_says_who_moves_the_warning_from_whom_it_was_passed_down_to(self) -> None:
        desk = AtDesk()
        desk.hear(warning(id="w1", arpu_fen=20_000))
        assert desk.case.open_item
        guardian = desk.case.open_item.assigned_to
        *_, settled = desk.hear(contact(desk.case.open_item))
        assert isinstance(settled, WarningSettled)
        assert (settled.previous_staff_id, settled.staff_id) == (guardian, "carl")


class TestTheCap:
    """After a contact no new item is opened for a week."""

    @pytest.mark.parametrize(("days", "state"), [(0, "capped"), (6.99, "capped"), (7, "open")])
    def test_lasts_seven_days(self, days: float, state: WarningState) -> None:
        desk, item = opened()
        desk.hear(contact(item))
        desk.now = NOON + timedelta(days=days)
        desk.hear(warning(desk.now, id="w2", rule_id="porting"))
        assert desk.states == {"w1": "worked", "w2": state}

    def test_lets_a_warning_join_what_is_open(self) -> None:
        desk, _ = opened()
        desk.case = structs.replace(desk.case, last_contact_at=NOON)
        desk.hear(warning(NOON + HOUR, id="w2", rule_id="porting"))
        assert desk.states == {"w1": "open", "w2": "open"}

    def test_does_not_begin_with_a_call_that_reached_nobody(self) -> None:
        desk, _ = opened()
        for _ in range(3):
            assert desk.case.open_item
            desk.hear(contact(desk.case.open_item, None))
        desk.hear(warning(NOON + HOUR, id="w2", rule_id="porting"))
        assert desk.states == {"w1": "worked", "w2": "open"}


class TestAClearing:
    """It settles what it is about, and closes the item with the last warning behind it."""

    def test_closes_an_item_with_nothing_behind_it(self) -> None:
        desk, item = opened()
        settled, closed = desk.hear(cleared(W1))
        assert isinstance(settled, WarningSettled)
        assert isinstance(closed, WorkItemClosed)
        assert (settled.state, closed.state, closed.work_item_id) == ("cleared", "cleared", item.work_item_id)
        assert desk.case.open_item is None

    def test_leaves_an_item_open_while_another_warning_stands(self) -> None:
        desk, _ = opened(warning(NOON + HOUR, id="w2", rule_id="porting"))
        assert [type(each) for each in desk.hear(cleared(W1))] == [WarningSettled]
        assert (desk.states, bool(desk.case.open_item)) == ({"w1": "cleared", "w2": "open"}, True)

    @pytest.mark.parametrize("hours", [-1, 0, 1])
    def test_means_the_same_before_and_after_the_warning_that_it_is_about(self, hours: float) -> None:
        """At the same moment the clearing wins."""
        first, second = AtDesk(), AtDesk()
        first.hear(W1, cleared(W1, hours))
        second.hear(cleared(W1, hours), W1)
        assert first.states == second.states == {"w1": "open" if hours < 0 else "cleared"}

    def test_that_is_older_does_not_undo_a_newer_one(self) -> None:
        desk = AtDesk()
        desk.hear(cleared(W1, 2), cleared(W1, -2), W1)
        assert desk.states == {"w1": "cleared"}

    @pytest.mark.parametrize("fields", [{"rule_id": "porting"}, {"subscription_id": "s2"}])
    def test_is_of_one_rule_and_one_subscription(self, fields: dict[str, str]) -> None:
        desk, _ = opened()
        assert desk.hear(structs.replace(cleared(W1), **fields)) == []
        assert desk.states == {"w1": "open"}

    def test_does_not_touch_what_was_worked(self) -> None:
        desk, item = opened()
        desk.hear(contact(item))
        assert desk.hear(cleared(W1)) == []
        assert desk.states == {"w1": "worked"}


class TestThePortingGate:
    """From the application on nobody may call."""

    def test_closes_everything_that_is_open(self) -> None:
        desk, _ = opened(warning(NOON + HOUR, id="w2", rule_id="porting"))
        *settled, closed = desk.hear(porting("application", NOON + 2 * HOUR))
        assert isinstance(closed, WorkItemClosed)
        assert (closed.state, closed.staff_id, desk.case.open_item) == ("gated", None, None)
        assert desk.states == {"w1": "gated", "w2": "gated"}
        assert len(settled) == 2

    @pytest.mark.parametrize("hours", [-24, 0, 24])
    def test_means_the_same_before_and_after_the_warning(self, hours: float) -> None:
        applied = porting("application", NOON + timedelta(hours=hours))
        first, second = AtDesk(), AtDesk()
        first.hear(W1, applied)
        second.hear(applied, W1)
        assert first.states == second.states == {"w1": "gated"}

    @pytest.mark.parametrize("end", ["lapsed", "ported_out"])
    def test_is_open_again_for_warnings_after_its_end(self, end: str) -> None:
        steps = [porting("application", NOON - 2 * HOUR), structs.replace(porting("lapsed", NOON - HOUR), step=end)]
        for order in (steps, steps[::-1]):
            desk = AtDesk()
            desk.hear(*order, W1)
            assert desk.states == {"w1": "open"}

    def test_stays_shut_for_a_warning_from_before_its_end(self) -> None:
        desk = AtDesk()
        desk.hear(porting("application", NOON - HOUR), porting("lapsed", NOON + HOUR), W1)
        assert desk.states == {"w1": "gated"}

    def test_does_not_shut_for_an_application_that_had_ended_before_the_warning(self) -> None:
        desk, _ = opened()
        desk.hear(porting("lapsed", NOON - HOUR), porting("application", NOON - 2 * HOUR))
        assert desk.states == {"w1": "open"}

    @pytest.mark.parametrize("step", ["enquiry", "code_issued", "lapsed", "ported_out"])
    def test_shuts_at_the_application_and_at_no_other_step(self, step: str) -> None:
        desk, _ = opened()
        assert desk.hear(structs.replace(porting("enquiry"), step=step)) == []
        assert desk.states == {"w1": "open"}


class TestAnOverdueItem:
    """Nobody had the capacity to call."""

    def test_closes_with_all_that_stands_behind_it(self) -> None:
        desk, _ = opened(warning(NOON + HOUR, id="w2", rule_id="porting"))
        *_, closed = overdue(desk)
        assert isinstance(closed, WorkItemClosed)
        assert (closed.state, desk.states) == ("capacity", {"w1": "capacity", "w2": "capacity"})

    def test_makes_room_for_the_next_warning(self) -> None:
        desk, first = opened()
        overdue(desk)
        desk.hear(warning(NOON + HOUR, id="w2"))
        assert desk.case.open_item
        assert desk.case.open_item.work_item_id != first.work_item_id


@pytest.mark.parametrize("event", [cleared(W1), porting("application"), porting("lapsed")])
def test_a_customer_of_whom_nothing_is_known_hears_nothing(event: Event) -> None:
    assert AtDesk().hear(event) == []
