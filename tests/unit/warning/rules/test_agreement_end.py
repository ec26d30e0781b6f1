"""The end of an agreement: said when it draws near and when it has come, and taken back when a later one takes over."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning.domain.rule import Level
from services.warning.domain.rules.agreement_end import RULE, Limits
from shared.events.agreement_recorded import AgreementRecorded
from tests.support.builders import NUMBER, at, fresh
from tests.unit.warning.rules.living import lived
from tests.unit.warning.rules.walking import findings

pytestmark = pytest.mark.unit

WATCH, ACT = Level.WATCH, Level.ACT


def agreement(
    ends_on: str, recorded: str = "2026-01-05", agreement_id: str = "a1", **fields: object
) -> AgreementRecorded:
    """Return a package agreement's record."""
    told = {"kind": "package", "name": "tianyi_129", "begins_on": date(2025, 6, 1)} | fields
    return AgreementRecorded(
        id=fresh("agreement"),
        occurred_at=at(f"{recorded} 10:00"),
        msisdn=NUMBER,
        agreement_id=agreement_id,
        ends_on=date.fromisoformat(ends_on),
        **told,  # type: ignore[arg-type]
    )


def test_an_end_is_said_thirty_days_ahead_and_on_its_day() -> None:
    said = lived(RULE, [agreement("2026-05-31")], date(2026, 12, 31))
    assert said == [(date(2026, 5, 1), WATCH), (date(2026, 5, 31), ACT)]


def test_an_agreement_that_is_told_late_is_said_at_once() -> None:
    assert lived(RULE, [agreement("2026-01-20")], date(2026, 1, 10)) == [(date(2026, 1, 5), WATCH)]
    assert lived(RULE, [agreement("2026-01-04")], date(2026, 1, 10)) == [(date(2026, 1, 5), ACT)]


def test_on_its_last_day_an_agreement_still_binds() -> None:
    said = lived(RULE, [agreement("2026-01-05")], date(2026, 1, 5))
    assert said == [(date(2026, 1, 5), WATCH), (date(2026, 1, 5), ACT)]


def test_a_renewal_takes_back_what_was_said() -> None:
    renewal = agreement("2027-05-31", "2026-05-10", "a2", begins_on=date(2026, 6, 1))
    said = lived(RULE, [agreement("2026-05-31"), renewal], date(2027, 12, 31))
    assert said == [
        (date(2026, 5, 1), WATCH),
        (date(2026, 5, 10), "cleared"),
        (date(2027, 5, 1), WATCH),
        (date(2027, 5, 31), ACT),
    ]


def test_a_renewal_in_time_leaves_nothing_to_say() -> None:
    facts = [agreement("2026-05-31"), agreement("2027-05-31", "2026-04-20", "a2")]
    assert lived(RULE, facts, date(2027, 3, 1)) == []


def test_another_kind_of_agreement_renews_nothing() -> None:
    handset = agreement("2027-05-31", "2026-04-20", "a2", kind="handset")
    assert lived(RULE, [agreement("2026-05-31"), handset], date(2026, 6, 30)) == [
        (date(2026, 5, 1), WATCH),
        (date(2026, 5, 31), ACT),
    ]


def test_an_extended_agreement_is_said_of_its_new_end() -> None:
    facts = [agreement("2026-05-31"), agreement("2026-08-31", "2026-05-10")]
    assert lived(RULE, facts, date(2026, 12, 31)) == [
        (date(2026, 5, 1), WATCH),
        (date(2026, 5, 10), "cleared"),
        (date(2026, 8, 1), WATCH),
        (date(2026, 8, 31), ACT),
    ]


def test_a_broken_agreement_has_no_end_to_wait_for() -> None:
    facts = [agreement("2026-05-31"), agreement("2026-05-31", "2026-03-01", broken=True)]
    assert lived(RULE, facts, date(2026, 12, 31)) == []


def test_evidence_names_what_was_compared() -> None:
    (finding,) = findings(RULE, [agreement("2026-01-20")])
    assert finding.evidence == {
        "agreement_id": "a1",
        "kind": "package",
        "name": "tianyi_129",
        "ends_on": "2026-01-20",
        "day": "2026-01-04",
        "days_left": 16,
        "ahead_days": 30,
        "stage": "ending",
    }
    assert RULE.explain(finding.evidence) == (
        "合约“tianyi_129”将于2026-01-20到期（还有16天）",
        "The agreement tianyi_129 ends on 2026-01-20, in 16 days",
    )


@given(
    ends=st.lists(st.integers(0, 150), min_size=1, max_size=4),
    recorded=st.lists(st.integers(0, 60), min_size=4, max_size=4),
    ahead=st.integers(0, 40),
)
def test_the_days_that_it_asks_for_are_enough(ends: list[int], recorded: list[int], ahead: int) -> None:
    first = date(2026, 1, 5)
    facts = [
        agreement((first + timedelta(days=end)).isoformat(), (first + timedelta(days=day)).isoformat(), f"a{place}")
        for place, (end, day) in enumerate(zip(ends, recorded, strict=False))
    ]
    limits, until = Limits(ahead_days=ahead), date(2026, 7, 31)
    assert lived(RULE, facts, until, limits) == lived(RULE, facts, until, limits, daily=True)
