"""W16: whoever was warned of stands in the list of the day, the week and the month."""

from datetime import date

import pytest

from services.warning.domain import listing
from shared.events.customer_listed import CustomerListed
from tests.replay.stories.story import days_passing, given, spender
from tests.support.builders import NUMBER, at, forwarding

pytestmark = pytest.mark.replay


def test_a_warning_s_line_says_who_why_and_until_when_in_either_language() -> None:
    (said,) = given(*spender()).when(forwarding(at("2026-01-05 10:00"))).warnings()
    languages: dict[listing.Language, str] = {"zh": "规则", "en": "rule"}
    for language, rule in languages.items():
        line = dict(zip(listing.headings(language), listing.row(said, language), strict=True))
        assert line[rule] == "rival_forwarding"
        assert "133****0001" in line.values()
        assert said.msisdn not in str(line)


def test_a_week_is_from_monday_and_holds_its_days() -> None:
    begins, ends = listing.bounds("week", date(2026, 1, 5))
    assert (begins, ends) == (at("2026-01-05 00:00"), at("2026-01-12 00:00"))
    assert listing.bounds("month", date(2026, 1, 5)) == (at("2026-01-01 00:00"), at("2026-02-01 00:00"))


def test_whoever_stands_on_a_list_of_the_operator_s_own_is_warned_of_until_its_last_day() -> None:
    listed = CustomerListed(
        id="l",
        occurred_at=at("2026-01-05 00:00"),
        msisdn=NUMBER,
        list_name="到期客户",
        reason="合约到期",
        first_day=date(2026, 1, 5),
        last_day=date(2026, 1, 20),
    )
    story = given(*spender()).when(listed).then_warned("operator_list", 2, list_name="到期客户", last_day="2026-01-20")
    story.then_worked(worked=True)
    story.when(*days_passing("2026-01-05", "2026-01-19")).then_silent()
    story.when(*days_passing("2026-01-20", "2026-01-20")).then_cleared("operator_list")
