"""W5: calls to another operator's hotline; the more often within the window, the more urgent."""

import pytest

from shared.events.call_detail_record import CallDetailRecord
from tests.replay.stories.story import given, set_to, spender
from tests.support.builders import NUMBER, at, fresh

pytestmark = pytest.mark.replay


def call(when: str, to: str = "10086", direction: str = "out", service: str = "voice") -> CallDetailRecord:
    """Return a call to a short code."""
    told = {"service": service, "direction": direction, "peer": to, "duration_s": 90}
    return CallDetailRecord(id=fresh("cdr"), occurred_at=at(when), msisdn=NUMBER, **told)  # type: ignore[arg-type]


def test_frequency_within_the_window_raises_the_level() -> None:
    story = given(*spender())
    story.when(call("2026-01-01 10:00")).then_warned("rival_hotline", 1, hotline="10086", calls=1)
    story.when(call("2026-01-02 10:00", "10010")).then_warned("rival_hotline", 2, hotline="10010", calls=2)
    story.when(call("2026-01-03 10:00")).then_silent()
    story.when(call("2026-01-04 10:00")).then_warned("rival_hotline", 3, calls=4)


def test_calls_outside_the_window_no_longer_count() -> None:
    story = given(*spender()).when(call("2026-01-01 10:00")).then_warned("rival_hotline", 1)
    story.when(call("2026-02-15 10:00")).then_warned("rival_hotline", 1, calls=1)


@pytest.mark.parametrize("own", ["10001", "10000", "110", "12315"])
def test_our_own_short_codes_and_those_of_all_are_nothing(own: str) -> None:
    given(*spender()).when(call("2026-01-01 10:00", own)).then_silent()


def test_neither_a_message_nor_a_call_from_the_hotline_is_a_call_to_it() -> None:
    given(*spender()).when(call("2026-01-01 10:00", service="sms")).then_silent()
    given(*spender()).when(call("2026-01-01 10:00", direction="in")).then_silent()


def test_which_codes_are_hotlines_is_policy() -> None:
    ours = set_to("warning.rival_hotline", calls_to_act=1)
    given(*spender(), policy=[ours]).when(call("2026-01-01 10:00")).then_warned("rival_hotline", 2)
