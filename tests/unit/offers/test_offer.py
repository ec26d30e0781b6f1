"""An offer's way from issue to fulfilment: each step once, every other refused."""

from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from services.offers.domain.offer import Offer, WrongStepError, answered, moved, request_id
from shared.events.fulfilment_answered import FulfilmentAnswered
from shared.events.fulfilment_requested import FulfilmentRequested
from shared.events.offer_changed import OfferChanged, OfferState
from shared.ids import derived_id
from shared.topic import Event, of_kind
from tests.support.builders import NUMBER, REGION, at

pytestmark = pytest.mark.unit

NOON = at("2026-03-05 12:00")
STATES: tuple[OfferState, ...] = get_args(OfferState)
ALLOWED = {
    (None, "issued"),
    ("issued", "accepted"),
    ("issued", "declined"),
    ("accepted", "fulfilled"),
    ("accepted", "refused"),
}


def offer(state: OfferState | None = None) -> Offer:
    """Return an offer in this state."""
    return Offer(
        offer_id="o1",
        customer_id="c1",
        subscription_id="s1",
        msisdn=NUMBER,
        region=REGION,
        work_item_id="i1",
        staff_id="anna",
        mechanism="deposit_gift",
        package_id="deposit_gift:100",
        terms={"deposit_fen": 10_000},
        state=state,
    )


def answer(*, accepted: bool) -> FulfilmentAnswered:
    """Return billing's answer."""
    return FulfilmentAnswered(id="a1", occurred_at=NOON, msisdn=NUMBER, request_id=request_id("o1"), accepted=accepted)


def changed(to: OfferState, previous: OfferState | None) -> OfferChanged:
    """Return what is said of a step."""
    return OfferChanged(
        id=derived_id("offer_changed", "o1", to),
        occurred_at=NOON,
        offer_id="o1",
        customer_id="c1",
        subscription_id="s1",
        msisdn=NUMBER,
        region=REGION,
        work_item_id="i1",
        staff_id="anna",
        mechanism="deposit_gift",
        terms={"deposit_fen": 10_000},
        state=to,
        previous=previous,
    )


@pytest.mark.parametrize(("state", "to"), list(product((None, *STATES), STATES)))
def test_only_the_steps_of_the_way_are_taken(state: OfferState | None, to: OfferState) -> None:
    before = offer(state)
    if (state, to) in ALLOWED:
        decision = moved(before, to, NOON)
        assert decision.memory == structs.replace(before, state=to)
        assert decision.events[0] == changed(to, state)
    else:
        with pytest.raises(WrongStepError, match=f"an offer that is {state} cannot become {to}"):
            moved(before, to, NOON)
    assert before == offer(state)


def test_an_acceptance_asks_billing_once() -> None:
    assert moved(offer("issued"), "accepted", NOON).events == (
        changed("accepted", "issued"),
        FulfilmentRequested(
            id=request_id("o1"),
            occurred_at=NOON,
            msisdn=NUMBER,
            offer_id="o1",
            mechanism="deposit_gift",
            terms={"deposit_fen": 10_000},
        ),
    )


@pytest.mark.parametrize("to", ["issued", "declined"])
def test_no_other_answer_of_the_customer_asks_billing(to: OfferState) -> None:
    decision = moved(offer(None if to == "issued" else "issued"), to, NOON)
    assert of_kind(FulfilmentRequested, decision.events) == []


@pytest.mark.parametrize(("accepted", "state"), [(True, "fulfilled"), (False, "refused")])
def test_billings_word_ends_it(accepted: bool, state: OfferState) -> None:
    decision = answered(offer("accepted"), answer(accepted=accepted))
    assert (decision.memory.state, decision.events) == (state, (changed(state, "accepted"),))


@pytest.mark.parametrize("state", [None, "issued", "declined", "fulfilled", "refused"])
@pytest.mark.parametrize("accepted", [True, False])
def test_billings_word_counts_once_and_only_for_what_was_accepted(state: OfferState | None, accepted: bool) -> None:
    decision = answered(offer(state), answer(accepted=accepted))
    assert (decision.memory, decision.events) == (offer(state), ())


@given(st.lists(st.sampled_from([*STATES, True, False]), max_size=12))
def test_whatever_is_tried_each_state_is_told_once_and_billing_asked_once(tries: list[OfferState | bool]) -> None:
    now, said = offer(), list[Event]()
    for each in tries:
        try:
            decision = answered(now, answer(accepted=each)) if isinstance(each, bool) else moved(now, each, NOON)
        except WrongStepError:
            continue
        now, said = decision.memory, [*said, *decision.events]
    told = of_kind(OfferChanged, said)
    assert [each.previous for each in told] == [None, *(each.state for each in told)][: len(told)]
    assert len({each.state for each in told}) == len(told)
    assert len(of_kind(FulfilmentRequested, said)) == sum(each.state == "accepted" for each in told)
    assert now.state == (told[-1].state if told else None)
