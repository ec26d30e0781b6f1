"""Complaints: each is a warning, two within a month want somebody now, and a good answer clears."""

from typing import Any

import pytest

from services.warning.domain.rule import Level
from services.warning.domain.rules.complaint import RULE
from shared.events.complaint_recorded import ComplaintRecorded
from tests.support.builders import NUMBER, at, fresh
from tests.unit.warning.rules.walking import findings, levels

pytestmark = pytest.mark.unit

ACT, ACT_NOW = Level.ACT, Level.ACT_NOW


def complaint(day: str, complaint_id: str = "k1", state: Any = "received", about: Any = "billing") -> ComplaintRecorded:
    """Return a complaint's record of a day at ten."""
    return ComplaintRecorded(
        id=fresh("complaint"),
        occurred_at=at(f"{day} 10:00"),
        msisdn=NUMBER,
        complaint_id=complaint_id,
        complaint_class=about,
        state=state,
    )


def test_the_second_within_thirty_days_is_urgent() -> None:
    assert levels(RULE, [complaint("2026-03-01"), complaint("2026-03-30", "k2")]) == [ACT, ACT_NOW]
    assert levels(RULE, [complaint("2026-03-01"), complaint("2026-03-31", "k2")]) == [ACT, ACT]


def test_one_told_twice_is_one() -> None:
    assert levels(RULE, [complaint("2026-03-01"), complaint("2026-03-02")]) == [ACT, None]


def test_a_good_answer_clears_when_it_was_the_last_one_open() -> None:
    both = [complaint("2026-03-01"), complaint("2026-03-02", "k2")]
    settled = [complaint("2026-03-03", state="settled"), complaint("2026-03-04", "k2", "settled")]
    assert levels(RULE, both + settled) == [ACT, ACT_NOW, None, "cleared"]


def test_a_bad_answer_is_worse_than_the_complaint() -> None:
    facts = [complaint("2026-03-01", about="special_number"), complaint("2026-03-09", state="unsettled")]
    assert levels(RULE, facts) == [ACT, ACT_NOW]


def test_an_answer_to_nothing_known_says_nothing() -> None:
    assert levels(RULE, [complaint("2026-03-01", state="settled")]) == [None]


def test_evidence_names_what_was_counted() -> None:
    (finding,) = findings(RULE, [complaint("2026-03-01", about="points_campaign")])
    assert finding.evidence == {
        "complaint_id": "k1",
        "complaint_class": "points_campaign",
        "state": "received",
        "complaints": 1,
        "window_days": 30,
        "complaints_to_act_now": 2,
    }
    assert RULE.explain(finding.evidence) == (
        "客户投诉积分活动，30天内第1次",
        "Complained about points_campaign, complaint 1 within 30 days",
    )
