"""A number's state on its way to another operator: by its steps, and by the time that has passed."""

from datetime import timedelta
from itertools import permutations

import pytest

from services.warning.domain.porting_state import PortingState, State, Step, state_of
from shared.events.porting_progressed import PortingStep
from tests.support.builders import at

pytestmark = pytest.mark.unit

TEN = at("2026-03-05 10:00")


def step(name: PortingStep, minute: int, to: str | None = None) -> Step:
    """Return a step so many minutes after ten."""
    return Step(step=name, at=TEN + timedelta(minutes=minute), to_operator=to)


def after(*steps: Step, minute: int = 10_000) -> PortingState | None:
    """Return the state so many minutes after ten."""
    return state_of(steps, TEN + timedelta(minutes=minute))


def test_a_number_that_took_no_step_has_no_state() -> None:
    assert after() is None
    assert after(step("enquiry", 5), minute=4) is None, "not at a time before its first step"


@pytest.mark.parametrize(
    ("name", "state"),
    [("enquiry", "enquired"), ("application", "applied"), ("lapsed", "lapsed"), ("ported_out", "ported_out")],
)
def test_each_step_has_its_state(name: PortingStep, state: State) -> None:
    assert after(step(name, 3, "china_mobile")) == PortingState(
        state=state, since=TEN + timedelta(minutes=3), to_operator="china_mobile"
    )


@pytest.mark.parametrize(
    ("minute", "state"), [(2, "code_issued"), (61, "code_issued"), (62, "lapsed"), (600, "lapsed")]
)
def test_a_code_lives_sixty_minutes_and_nobody_needs_to_say_so(minute: int, state: State) -> None:
    found = after(step("application", 1, "china_unicom"), step("code_issued", 2), minute=minute)
    assert found is not None
    assert (found.state, found.lapsed_by_time, found.to_operator) == (state, state == "lapsed", "china_unicom")
    assert found.code_valid_until == TEN + timedelta(minutes=62)
    assert found.since == TEN + timedelta(minutes=62 if state == "lapsed" else 2)


def test_leaving_on_the_code_counts_and_so_does_leaving_after_its_time() -> None:
    for minute in (30, 90):
        found = after(step("code_issued", 0), step("ported_out", minute))
        assert found is not None
        assert (found.state, found.since) == ("ported_out", TEN + timedelta(minutes=minute))


def test_an_enquiry_after_the_application_takes_nothing_back() -> None:
    found = after(step("application", 0), step("enquiry", 5))
    assert found is not None
    assert (found.state, found.since) == ("applied", TEN)
    valid = after(step("code_issued", 0), step("enquiry", 5), step("application", 6), minute=10)
    assert valid is not None
    assert (valid.state, valid.since) == ("code_issued", TEN)


def test_after_a_lapse_the_way_begins_anew() -> None:
    by_time = after(step("code_issued", 0, "china_mobile"), step("enquiry", 60))
    told = after(step("application", 0), step("lapsed", 10), step("enquiry", 60))
    again = PortingState(state="enquired", since=TEN + timedelta(minutes=60))
    assert (by_time, told) == (again, again)
    assert after(step("code_issued", 0), step("code_issued", 50), minute=100) == PortingState(
        state="code_issued", since=TEN + timedelta(minutes=50), code_valid_until=TEN + timedelta(minutes=110)
    )


def test_the_order_in_which_steps_are_told_does_not_matter() -> None:
    steps = [step("enquiry", 0), step("application", 0), step("code_issued", 0), step("ported_out", 30)]
    assert {after(*told) for told in permutations(steps)} == {after(*steps)}
    assert {after(*told, minute=5) for told in permutations(steps)} == {after(*steps, minute=5)}
