"""W8: the agreement or package has ended, or is about to; time alone tells."""

from datetime import date

import pytest

from shared.events.agreement_recorded import AgreementRecorded
from tests.replay.stories.story import days_passing, given, spender
from tests.support.builders import NUMBER, at, fresh

pytestmark = pytest.mark.replay


def agreement(ends_on: str, agreement_id: str = "a1", when: str = "2025-03-01 10:00") -> AgreementRecorded:
    """Return an agreement of a package."""
    return AgreementRecorded(
        id=fresh("agreement"),
        occurred_at=at(when),
        msisdn=NUMBER,
        agreement_id=agreement_id,
        kind="package",
        name="天翼129",
        begins_on=date(2025, 3, 1),
        ends_on=date.fromisoformat(ends_on),
    )


def test_it_is_said_thirty_days_before_the_end_and_after_it_and_not_between() -> None:
    story = given(*spender(), agreement("2026-02-28"))
    story.when(*days_passing("2026-01-02", "2026-01-28")).then_silent()
    story.when(*days_passing("2026-01-29", "2026-01-29")).then_warned("agreement_end", 1, days_left=30)
    story.when(*days_passing("2026-01-30", "2026-02-27")).then_silent()
    story.when(*days_passing("2026-02-28", "2026-02-28")).then_warned("agreement_end", 2, stage="ended")


def test_a_renewal_takes_it_back() -> None:
    story = given(*spender(), agreement("2026-02-28")).when(*days_passing("2026-01-02", "2026-01-29"))
    story.when(agreement("2027-02-28", "a2", "2026-02-02 10:00")).then_cleared("agreement_end")
    story.when(*days_passing("2026-02-02", "2026-03-10")).then_silent()
