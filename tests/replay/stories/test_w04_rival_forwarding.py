"""W4: calls run on to another operator's number, heard at the set-up and from each forwarded leg."""

from datetime import datetime

import pytest

from shared.events.call_detail_record import CallDetailRecord
from tests.replay.stories.story import given, spender
from tests.support.builders import NUMBER, RIVAL_NUMBER, at, forwarding, fresh

pytestmark = pytest.mark.replay
OWN_NUMBER = "+8613300000002"


def leg(when: datetime, to: str = RIVAL_NUMBER) -> CallDetailRecord:
    """Return a call that ran on to `to`."""
    told = {"service": "voice", "direction": "forwarded", "peer": to, "duration_s": 40}
    return CallDetailRecord(id=fresh("cdr"), occurred_at=when, msisdn=NUMBER, **told)  # type: ignore[arg-type]


def test_the_set_up_warns_and_the_removal_clears() -> None:
    story = given(*spender()).when(forwarding(at("2026-01-05 10:00")))
    story.then_warned("rival_forwarding", 3, way="set_up", operator="china_mobile")
    story.when(forwarding(at("2026-01-06 10:00"), to=None)).then_cleared("rival_forwarding")


def test_a_forwarding_within_our_own_network_is_nothing() -> None:
    given(*spender()).when(forwarding(at("2026-01-05 10:00"), to=OWN_NUMBER)).then_silent()
    given(*spender()).when(leg(at("2026-01-05 10:00"), OWN_NUMBER)).then_silent()


def test_the_first_leg_and_the_repeated_ones_are_told_apart() -> None:
    story = given(*spender())
    story.when(leg(at("2026-01-05 10:00"))).then_warned("rival_forwarding", 2, way="leg", legs=1)
    story.when(leg(at("2026-01-06 10:00"))).then_silent()
    story.when(leg(at("2026-01-07 10:00"))).then_warned("rival_forwarding", 3, way="leg", legs=3)
    story.when(leg(at("2026-01-08 10:00"))).then_silent()
