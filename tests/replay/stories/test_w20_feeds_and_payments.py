"""W20: a feed that falls silent is seen as time passes; a customer who pays ever later is warned of."""

from datetime import date, timedelta

import pytest

from services.intake.domain.arrivals import Arrived, Batch, batch_of
from services.intake.domain.feeds import Feed, Limits, Tally, quality
from shared.calendar import start_of
from shared.events.payment_received import PaymentReceived
from tests.replay.stories.story import given, spender
from tests.support.builders import NUMBER, at, bill, fresh

pytestmark = pytest.mark.replay

FIRST, SILENT = date(2026, 1, 1), date(2026, 2, 5)


def paid(when: str) -> PaymentReceived:
    """Return a payment after which nothing is owed."""
    return PaymentReceived(id=fresh("payment"), occurred_at=at(when), msisdn=NUMBER, amount_fen=1, remaining_fen=0)


def arrivals() -> Batch:
    """Return five weeks of a payment each ten minutes, each arriving at once; they end at nine on the last day."""
    begun, ends = start_of(FIRST), start_of(SILENT) + timedelta(hours=9)
    moments = [begun + timedelta(minutes=10 * place) for place in range(int((ends - begun) / timedelta(minutes=10)))]
    made = [paid(moment.strftime("%Y-%m-%d %H:%M")) for moment in moments]
    return batch_of((Arrived(each, each.occurred_at) for each in made), every_id=True)


def test_a_feed_that_stops_at_nine_is_silent_at_three_and_incomplete() -> None:
    came = arrivals()
    past: dict[date, list[int]] = {}
    for hour, count in came.arrived.items():
        past.setdefault(hour.date(), [0] * 24)[hour.hour] = count
    feed = Feed(topic="billing.payment_received.v1", past=past, last_arrived_at=came.latest[SILENT].arrived_at)
    tally = Tally(arrived=sum(past[SILENT]))

    at_noon = quality(feed, SILENT, tally, at("2026-02-05 11:00"), Limits())
    assert (at_noon.silent_s, at_noon.completeness) == (0.0, 1.0)
    at_three = quality(feed, SILENT, tally, at("2026-02-05 15:00"), Limits())
    assert at_three.silent_s == (6 * 60 + 10) * 60
    assert at_three.completeness == pytest.approx(9 / 13)


def test_bills_settled_ever_later_warn_and_one_in_time_clears() -> None:
    story = given(*spender())
    for month, day in (("2026-01", "2026-02-06 10:00"), ("2026-02", "2026-03-09 10:00")):
        story.when(bill(month, 150, remaining_fen=15_000), paid(day)).then_silent()
    story.when(bill("2026-03", 150, remaining_fen=15_000), paid("2026-04-15 10:00"))
    story.then_warned("payment_behaviour", 2, kind="later", lags_days=[4, 7, 13])
    story.when(bill("2026-04", 150, remaining_fen=15_000), paid("2026-05-04 10:00")).then_cleared("payment_behaviour")
