"""What a number did within a window, from calls and from days alike."""

from datetime import date, timedelta

import pytest

from services.warning.domain.reentry.profiles import About, Profile, Tie, Usage, profiles_of, usage_of
from shared.events.call_detail_record import CallDetailRecord
from tests.support.builders import at

pytestmark = pytest.mark.unit

WHO, PEER, OTHER = "+8619900000001", "+8618900000001", "+8618900000002"
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


def call(when: str, **told: object) -> CallDetailRecord:
    """Return a call of a minute to PEER."""
    fields = {"id": when, "occurred_at": at(when), "msisdn": WHO, "service": "voice", "peer": PEER, "duration_s": 60}
    return CallDetailRecord(**(fields | told))  # type: ignore[arg-type]


def test_calls_become_a_circle_cells_handsets_and_days() -> None:
    records = [
        call("2026-03-02 10:00", cell="c1", imei="350000000000017"),
        call("2026-03-02 11:00", cell="c1", imei="3500000000000199"),
        call("2026-03-05 10:00", peer=OTHER, duration_s=5, cell="c2", direction="in"),
        call("2026-03-06 10:00", service="data", peer=None),
    ]
    about = About(identity="h", agent="a", activated_on=FIRST)
    told = profiles_of(map(usage_of, records), FIRST, LAST, {WHO: about})
    assert told.numbers == {
        WHO: Profile(
            msisdn=WHO,
            circle={PEER: Tie(2, 120), OTHER: Tie(1, 5)},
            cells={"c1": 2, "c2": 1},
            handsets=frozenset({"35000000000001"}),
            active=frozenset({date(2026, 3, 2), date(2026, 3, 5), date(2026, 3, 6)}),
            about=about,
        )
    }
    assert told.numbers[WHO].first == FIRST


def test_a_days_tally_says_what_its_calls_say() -> None:
    calls = [call("2026-03-02 10:00"), call("2026-03-02 11:00"), call("2026-03-02 12:00", peer=OTHER)]
    day = Usage(msisdn=WHO, day=date(2026, 3, 2), circle={PEER: Tie(2, 120), OTHER: Tie(1, 60)})
    assert profiles_of(map(usage_of, calls), FIRST, LAST) == profiles_of([day], FIRST, LAST)


def test_days_outside_the_window_do_not_count() -> None:
    around = [Usage(msisdn=WHO, day=day) for day in (FIRST - timedelta(1), FIRST, LAST, LAST + timedelta(1))]
    told = profiles_of(around, FIRST, LAST).numbers[WHO]
    assert told.active == {FIRST, LAST}
    assert told.first == FIRST


def test_who_calls_their_own_voice_mail_does_not_know_themselves() -> None:
    assert profiles_of([usage_of(call("2026-03-02 10:00", peer=WHO))], FIRST, LAST).numbers[WHO].circle == {}


@pytest.mark.parametrize("days", [-1, 64])
def test_a_window_has_one_to_sixty_four_days(days: int) -> None:
    with pytest.raises(ValueError, match="1 to 64 days"):
        profiles_of([], FIRST, FIRST + timedelta(days))
