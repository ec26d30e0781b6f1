"""In whatever order facts come, and however often: one open item, one state a warning, and the sum is right."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from services.dispatch.domain.decide import ItemOverdue
from shared import codec
from shared.catalogue import topic_of
from shared.events.contact_reported import Outcome
from shared.events.warning_raised import WarningRaised
from shared.events.warning_settled import WarningSettled
from shared.events.work_item_closed import WorkItemClosed
from shared.events.work_item_offered import WorkItemOffered
from shared.topic import Event, of_kind
from tests.unit.dispatch.desks import NOBODY_HELD_OUT, NOON, STATES, AtDesk, cleared, contact, porting
from tests.unit.warning.builders import warning

pytestmark = pytest.mark.unit

HOURS = st.integers(-48, 24 * 40).map(lambda hours: timedelta(hours=hours))
WARNINGS = st.builds(
    lambda number, after, fields: warning(NOON + after, id=f"w{number}", **fields),
    st.integers(0, 99),
    HOURS,
    st.fixed_dictionaries(
        {
            "rule_id": st.sampled_from(["porting", "rival_hotline"]),
            "subscription_id": st.sampled_from(["s1", "s2"]),
            "level": st.integers(1, 3),
            "arpu_fen": st.sampled_from([None, 5_000, 19_999, 20_000]),
            "important": st.sampled_from([None, None, "press"]),
        }
    ),
)
CLEARINGS = st.builds(lambda about, after: cleared(about, after.total_seconds() / 3600), WARNINGS, HOURS)
PORTINGS = st.builds(
    lambda step, after: porting(step, NOON + after), st.sampled_from(["enquiry", "application", "lapsed"]), HOURS
)
OUTCOMES: dict[str, Outcome | None] = {"retained": "retained", "refused": "refused", "nobody reached": None}
ACTS = st.sampled_from([*OUTCOMES, "nobody called in time"])
"""What becomes of the open item."""
STEPS = st.lists(st.one_of(WARNINGS, WARNINGS, CLEARINGS, PORTINGS, ACTS), min_size=1, max_size=25)
Step = Event | str


def once(steps: Sequence[Step]) -> list[Step]:
    """Return `steps`, each warning's id standing for one warning only."""
    known: dict[str, WarningRaised] = {}
    return [known.setdefault(each.id, each) if isinstance(each, WarningRaised) else each for each in steps]


def played(steps: Sequence[Step], *, held_out: bool = False) -> AtDesk:
    """Return the desk after `steps`, a step an hour; what somebody does needs an open item."""
    desk = AtDesk(versions=() if held_out else (NOBODY_HELD_OUT,))
    for step in once(steps):
        desk.now += timedelta(hours=1)
        if isinstance(step, Event):
            desk.hear(step)
        elif item := desk.case.open_item:
            overdue = ItemOverdue(id=item.work_item_id, occurred_at=desk.now)
            desk.hear(contact(item, OUTCOMES[step], desk.now) if step in OUTCOMES else overdue)
        assert_sound(desk)
    return desk


def assert_sound(desk: AtDesk) -> None:
    """Check what must hold after every step."""
    assert bool(desk.case.open_item) == bool(desk.case.open_warnings)
    opened = {each.work_item_id for each in of_kind(WorkItemOffered, desk.said)}
    closed = [each.work_item_id for each in of_kind(WorkItemClosed, desk.said)]
    assert len(closed) == len(set(closed))
    assert opened - set(closed) == ({desk.case.open_item.work_item_id} if desk.case.open_item else set())


@settings(max_examples=150)
@given(STEPS, st.booleans())
def test_one_open_item_and_one_state_for_each_warning(steps: list[Step], held_out: bool) -> None:
    desk = played(steps, held_out=held_out)
    raised = {each.id for each in steps if isinstance(each, WarningRaised)}
    assert desk.told_states == desk.states
    assert set(desk.states) == raised
    assert set(desk.counted) <= set(STATES)
    assert desk.counted.total() == len(raised)


@given(STEPS)
def test_a_warning_leaves_open_once_and_no_other_state_ever(steps: list[Step]) -> None:
    ways: dict[str, list[tuple[str | None, str]]] = {}
    for settled in of_kind(WarningSettled, played(steps).said):
        ways.setdefault(settled.warning_id, []).append((settled.previous, settled.state))
    for way in ways.values():
        assert way[0][0] is None
        assert [previous for previous, _ in way[1:]] == [state for _, state in way[:-1]] == ["open"] * (len(way) - 1)
        assert [state for _, state in way].count("open") <= 1


@given(STEPS)
def test_a_warning_told_again_says_and_changes_nothing(steps: list[Step]) -> None:
    """However late: the inbox forgets an id some day, the case does not."""
    desk = played(steps)
    case, said = desk.case, list(desk.said)
    desk.hear(*(step for step in once(steps) if isinstance(step, WarningRaised)))
    assert (desk.case, desk.said) == (case, said)


@given(STEPS)
def test_ids_of_what_is_said_are_never_used_twice_and_all_of_it_can_be_read(steps: list[Step]) -> None:
    said = played(steps).said
    assert max(Counter((type(each), each.id) for each in said).values(), default=1) == 1
    for each in said:
        assert codec.decode(topic_of(type(each)), codec.encode(each)) == each


@given(STEPS, WARNINGS)
def test_after_an_application_nothing_is_open_and_nothing_opens(steps: list[Step], later: WarningRaised) -> None:
    desk = played(steps)
    end = max([NOON, *(each.occurred_at for each in steps if isinstance(each, Event))])
    desk.hear(porting("application", end + timedelta(hours=1)))
    assert desk.case.open_item is None
    desk.hear(fresh := structs.replace(later, id="the last", actionable_until=desk.now + timedelta(days=1)))
    assert desk.states[fresh.id] == "gated"


FACTS = st.lists(st.one_of(WARNINGS, CLEARINGS), min_size=1, max_size=8)


@given(FACTS, st.permutations(range(8)))
def test_what_is_cleared_does_not_depend_on_the_order_of_facts(facts: list[Event], order: list[int]) -> None:
    """A repeat depends on what came before it; whether the reason still stands does not."""
    told = [each for each in once(facts) if isinstance(each, Event)]
    shuffled = [told[place] for place in order if place < len(told)]
    gone = [{w for w, state in played(each).states.items() if state == "cleared"} for each in (told, shuffled)]
    repeats = [{w for w, state in played(each).states.items() if state == "duplicate"} for each in (told, shuffled)]
    assert gone[0] - repeats[1] == gone[1] - repeats[0]
