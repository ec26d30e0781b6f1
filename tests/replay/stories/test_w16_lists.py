"""W16: whoever was warned of stands in the list of the day, the week and the month."""

from datetime import date

import pytest

from services.warning.domain import listing
from tests.replay.stories.story import given, spender
from tests.support.builders import at, forwarding

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
