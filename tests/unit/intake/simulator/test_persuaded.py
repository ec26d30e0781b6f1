"""A customer who was called in time stays, and takes back what they had begun."""

from datetime import timedelta

import pytest
from msgspec import structs

from services.intake.domain.simulator import signs
from services.intake.domain.simulator.truth import Leaving
from services.intake.domain.simulator.world import World
from shared.calendar import local_date
from shared.events.forwarding_changed import ForwardingChanged
from shared.events.payment_received import PaymentReceived
from shared.events.porting_progressed import PortingProgressed
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.events.suspension_changed import SuspensionChanged
from shared.topic import Event, of_kind
from tests.unit.intake.simulator.playing import PLAN, leavers, world

pytestmark = pytest.mark.unit

MANY = structs.replace(PLAN, subscribers=1_000)


def leaver_of(scenario: str, *, odd: bool = False) -> Leaving:
    """Return the first leaver of a scenario (with an odd number, where that matters)."""
    return next(e for e in leavers(MANY) if e.scenario == scenario and (not odd or int(e.customer_id[1:]) % 2))


def lived(leaver: Leaving, persuaded_before: int) -> tuple[World, list[Event]]:
    """Play a leaver who is persuaded so many days before they would leave; return all that shows."""
    scene = world(MANY)
    scene.persuaded = {leaver.customer_id: leaver.leaves_on - timedelta(days=persuaded_before)}
    index, shown = int(leaver.customer_id[1:]), list[Event]()
    while scene.day < scene.plan.days:
        who = scene.who(index)
        shown += [*signs.by_day(scene, leaver, who), *signs.by_evening(scene, leaver, who)]
        scene.day += 1
    return scene, shown


@pytest.mark.parametrize("scenario", ["hotline_then_port", "forwarding", "fading", "arrears", "suspension"])
def test_they_stay(scenario: str) -> None:
    leaver = leaver_of(scenario)
    scene, shown = lived(leaver, 1)
    assert of_kind(SubscriptionRecorded, shown) == []
    assert not scene.gone(int(leaver.customer_id[1:]), leaver.leaves_on + timedelta(days=5))


def test_a_call_on_the_day_itself_comes_too_late() -> None:
    leaver = leaver_of("suspension")
    scene, shown = lived(leaver, 0)
    assert len(of_kind(SubscriptionRecorded, shown)) == 1
    assert scene.gone(int(leaver.customer_id[1:]), leaver.leaves_on + timedelta(days=1))


def undone(scenario: str, *, odd: bool = False) -> list[Event]:
    """Return what shows on the morning after the call, two days before they would have left."""
    leaver = leaver_of(scenario, odd=odd)
    _, shown = lived(leaver, 2)
    return [event for event in shown if local_date(event.occurred_at) == leaver.leaves_on - timedelta(days=1)]


def test_a_porting_lapses() -> None:
    (lapsed,) = of_kind(PortingProgressed, undone("hotline_then_port"))
    assert lapsed.step == "lapsed"


def test_a_forwarding_is_removed() -> None:
    (erased,) = of_kind(ForwardingChanged, undone("forwarding", odd=True))
    assert (erased.action, erased.forwarded_to) == ("erasure", None)


def test_arrears_are_paid_and_service_resumes() -> None:
    told = undone("arrears")
    assert [event.remaining_fen for event in of_kind(PaymentReceived, told)] == [0]
    assert [event.action for event in of_kind(SuspensionChanged, told)] == ["resumed"]


@pytest.mark.parametrize("scenario", ["suspension", "fading"])
def test_a_suspension_is_taken_back(scenario: str) -> None:
    (resumed,) = of_kind(SuspensionChanged, undone(scenario))
    assert (resumed.kind, resumed.action) == ("voluntary", "resumed")


@pytest.mark.parametrize("scenario", ["hotline_then_port", "arrears", "suspension"])
def test_what_had_not_begun_is_not_taken_back(scenario: str) -> None:
    assert lived(leaver_of(scenario), 13)[1] == []
