"""What becomes of a warning when it comes: each first state, and the item that it opens or joins."""

from datetime import timedelta

import pytest

from services.dispatch.domain.decide import ItemOverdue
from shared.events.warning_settled import WarningSettled, WarningState
from shared.events.work_item_offered import WorkItemOffered
from shared.ids import derived_id
from shared.topic import Event
from tests.support.builders import NUMBER, REGION
from tests.unit.dispatch.desks import NOON, W1, AtDesk, cleared, contact, everybody_held_out, opened, policy
from tests.unit.warning.builders import warning

pytestmark = pytest.mark.unit

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def overdue(desk: AtDesk) -> list[Event]:
    """Tell that the open item's time is up."""
    assert desk.case.open_item
    return desk.hear(ItemOverdue(id=desk.case.open_item.work_item_id, occurred_at=desk.now))


class TestAFirstWarning:
    """It opens an item."""

    def test_says_who_may_claim_it_and_that_the_warning_is_open(self) -> None:
        item_id = derived_id("work_item", "w1")
        assert AtDesk().hear(W1) == [
            WorkItemOffered(
                id=derived_id("offered", item_id, "1"),
                occurred_at=NOON,
                work_item_id=item_id,
                revision=1,
                customer_id="c1",
                subscription_id="s1",
                msisdn=NUMBER,
                home_region=REGION,
                offered_region=REGION,
                tier="phone_manager",
                priority=30_000,
                assigned_to=None,
                opened_at=NOON,
                due_at=W1.actionable_until,
            ),
            WarningSettled(
                id=derived_id("settled", "w1", "open"),
                occurred_at=NOON,
                warning_id="w1",
                customer_id="c1",
                subscription_id="s1",
                msisdn=NUMBER,
                region=REGION,
                rule_id="rival_hotline",
                raised_at=NOON,
                state="open",
                previous=None,
                work_item_id=item_id,
            ),
        ]

    def test_of_a_valuable_customer_goes_to_their_manager(self) -> None:
        desk = AtDesk()
        desk.hear(warning(arpu_fen=20_000))
        assert desk.case.open_item
        assert (desk.case.open_item.tier, desk.case.open_item.assigned_to) in (
            ("customer_manager", "anna"),
            ("customer_manager", "bert"),
        )

    def test_told_again_says_nothing_and_changes_nothing(self) -> None:
        desk, _ = opened()
        before = desk.case
        assert desk.hear(W1) == []
        assert desk.case == before


@pytest.mark.parametrize("delay", [timedelta(), timedelta(days=7)])
def test_a_warning_is_of_use_up_to_its_last_moment(delay: timedelta) -> None:
    desk = AtDesk(now=NOON + delay)
    desk.hear(W1)
    assert desk.states == {"w1": "open"}


def test_a_warning_that_comes_too_late_is_stale_and_opens_nothing() -> None:
    desk = AtDesk(now=W1.actionable_until + timedelta(microseconds=1))
    desk.hear(W1)
    assert (desk.states, desk.case.item) == ({"w1": "stale"}, None)


class TestAHeldOutCustomer:
    """Customers of the holdout are left alone, and their warnings counted."""

    def test_gets_no_item(self) -> None:
        desk = AtDesk(versions=(everybody_held_out(),))
        desk.hear(W1)
        assert (desk.states, desk.case.item, desk.case.held_out) == ({"w1": "held_out"}, None, True)

    def test_stays_in_their_arm_whatever_policy_says_later(self) -> None:
        desk = AtDesk(versions=(everybody_held_out(),))
        desk.hear(W1)
        desk.versions = ()
        desk.hear(warning(NOON + DAY, id="w2"))
        assert desk.states == {"w1": "held_out", "w2": "held_out"}

    def test_is_drawn_with_the_first_warning_even_a_stale_one(self) -> None:
        desk = AtDesk(now=NOON + 60 * DAY, versions=(everybody_held_out(),))
        desk.hear(W1)
        assert (desk.case.drawn, desk.case.held_out, desk.states) == (True, True, {"w1": "stale"})

    def test_is_never_an_important_one(self) -> None:
        desk = AtDesk(versions=(everybody_held_out(),))
        desk.hear(warning(important="press"))
        assert desk.case.open_item


class TestAFurtherWarning:
    """It joins the open item."""

    def test_stands_behind_the_same_item(self) -> None:
        desk, item = opened(warning(NOON + HOUR, id="w2", rule_id="porting"))
        assert [known.work_item_id for known in desk.case.open_warnings] == [item.work_item_id] * 2
        assert len([each for each in desk.said if isinstance(each, WorkItemOffered)]) == 1

    def test_makes_it_as_urgent_and_as_long_of_use_as_the_strongest(self) -> None:
        later = warning(NOON + HOUR, id="w2", rule_id="porting", level=3)
        weaker = warning(NOON + 2 * HOUR, id="w3", rule_id="x", level=1, actionable_until=NOON + 3 * HOUR)
        _, item = opened(later, weaker)
        assert (item.priority, item.due_at) == (3 * 15_000, later.actionable_until)

    def test_of_more_worth_moves_it_to_a_manager_and_says_so(self) -> None:
        desk, item = opened(warning(NOON + HOUR, id="w2", rule_id="porting", arpu_fen=20_000))
        assert (item.tier, item.revision) == ("customer_manager", 2)
        assert item.assigned_to in ("anna", "bert")
        offered = [each for each in desk.said if isinstance(each, WorkItemOffered)]
        assert [(each.revision, each.tier) for each in offered] == [(1, "phone_manager"), (2, "customer_manager")]
        assert offered[1].assigned_to == item.assigned_to

    def test_of_less_worth_leaves_it_with_the_manager(self) -> None:
        desk = AtDesk()
        desk.hear(warning(arpu_fen=20_000), warning(NOON + HOUR, id="w2", rule_id="porting", arpu_fen=1))
        assert desk.case.open_item
        assert (desk.case.open_item.tier, desk.case.open_item.revision) == ("customer_manager", 1)

    def test_from_another_county_leaves_supervision_where_it_was(self) -> None:
        _, item = opened(warning(NOON + HOUR, id="w2", rule_id="porting", region="150000.150200.150203"))
        assert item.home_region == REGION


class TestARepeat:
    """The same rule on the same subscription, no higher in level, within thirty days, is a duplicate."""

    @pytest.mark.parametrize(
        ("fields", "state"),
        [
            ({}, "duplicate"),
            ({"level": 1}, "duplicate"),
            ({"level": 3}, "open"),
            ({"rule_id": "porting"}, "open"),
            ({"subscription_id": "s2"}, "open"),
        ],
    )
    def test_of_the_open_one(self, fields: dict[str, object], state: WarningState) -> None:
        desk, _ = opened(warning(NOON + HOUR, id="w2", **fields))
        assert desk.states == {"w1": "open", "w2": state}

    @pytest.mark.parametrize(("days", "state"), [(29.99, "duplicate"), (30, "open"), (31, "open")])
    def test_ends_after_thirty_days(self, days: float, state: WarningState) -> None:
        desk, item = opened()
        desk.hear(contact(item))
        desk.now = NOON + timedelta(days=days)
        desk.hear(warning(desk.now, id="w2"))
        assert desk.states == {"w1": "worked", "w2": state}

    def test_of_one_that_was_not_worked_is_none(self) -> None:
        desk, _ = opened()
        desk.hear(cleared(W1), warning(NOON + 2 * HOUR, id="w2"))
        assert desk.states == {"w1": "cleared", "w2": "open"}

    def test_within_how_many_days_is_policy(self) -> None:
        desk, _ = opened()
        desk.versions += (policy(5, "repeats", repeat_days=1),)
        desk.hear(warning(NOON + DAY, id="w2"), warning(NOON + DAY + HOUR, id="w3"))
        assert desk.states == {"w1": "open", "w2": "open", "w3": "duplicate"}
