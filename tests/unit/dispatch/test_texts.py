"""The gate before the SMS gateway: which texts go out, when, and what is answered."""

from datetime import datetime, timedelta

import pytest
from msgspec import structs

from services.dispatch.domain.case import Application, Case
from services.dispatch.domain.texts import Texts, judged, said, send_at
from shared.events.contact_decided import ContactDecided, ContactState
from shared.events.contact_requested import ContactRequested
from shared.events.text_requested import TextRequested
from shared.policy import Days
from tests.support.builders import NUMBER, REGION, at

pytestmark = pytest.mark.unit

NOON = at("2026-03-05 12:00")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
REQUEST = ContactRequested(
    id="r1",
    occurred_at=NOON,
    msisdn=NUMBER,
    customer_id="c1",
    subscription_id="s1",
    region=REGION,
    purpose="arrears_reminder",
    words="请及时缴费",
    valid_until=NOON + 3 * DAY,
    cause_id="w1",
)
CASE = Case(customer_id="c1")


def state(case: Case = CASE, last: datetime | None = None, now: datetime = NOON, quiet_days: Days = 3) -> ContactState:
    """Return what becomes of the request."""
    return judged(case, last, REQUEST, Texts(quiet_days=quiet_days), now)


def test_a_text_is_released_where_nothing_speaks_against_it() -> None:
    assert state() == "released"


def test_a_customer_of_the_holdout_is_reminded_too() -> None:
    assert state(structs.replace(CASE, drawn=True, held_out=True)) == "released"


def test_an_application_to_port_closes_the_gate_until_it_has_lapsed() -> None:
    applied = Application(NOON - DAY, None)
    assert state(structs.replace(CASE, applications=(applied,))) == "gated"
    assert state(structs.replace(CASE, applications=(Application(NOON - DAY, NOON),))) == "released"


@pytest.mark.parametrize(("ago", "expected"), [(3 * DAY - MINUTE, "capped"), (3 * DAY, "released")])
def test_between_two_texts_lie_three_days(ago: timedelta, expected: ContactState) -> None:
    assert state(last=NOON - ago) == expected
    assert state(last=NOON - ago, quiet_days=0) == "released"


def test_what_could_not_go_out_in_time_is_stale_even_by_night() -> None:
    assert state(now=REQUEST.valid_until) == "released"
    assert state(now=REQUEST.valid_until + MINUTE) == "stale"
    night = structs.replace(REQUEST, valid_until=at("2026-03-06 07:59"))
    assert judged(CASE, None, night, Texts(), at("2026-03-05 23:00")) == "stale"


@pytest.mark.parametrize(
    ("now", "sent"),
    [
        ("2026-03-05 07:59", "2026-03-05 08:00"),
        ("2026-03-05 08:00", "2026-03-05 08:00"),
        ("2026-03-05 20:59", "2026-03-05 20:59"),
        ("2026-03-05 21:00", "2026-03-06 08:00"),
    ],
)
def test_by_night_nobody_is_texted(now: str, sent: str) -> None:
    assert send_at(at(now), Texts()) == at(sent)


def test_a_release_answers_and_asks_the_gateway() -> None:
    answer, text = said(REQUEST, "released", Texts(), at("2026-03-05 23:00"))
    assert isinstance(answer, ContactDecided)
    assert isinstance(text, TextRequested)
    assert (answer.request_id, answer.state) == ("r1", "released")
    assert (text.msisdn, text.content, text.cause_id) == (NUMBER, "请及时缴费", "r1")
    assert (text.scheduled_send_time, text.valid_until) == (at("2026-03-06 08:00"), REQUEST.valid_until)


@pytest.mark.parametrize("refused", ["stale", "gated", "capped"])
def test_a_refusal_is_answered_and_nothing_is_sent(refused: ContactState) -> None:
    (answer,) = said(REQUEST, refused, Texts(), NOON)
    assert isinstance(answer, ContactDecided)
    assert answer.state == refused
