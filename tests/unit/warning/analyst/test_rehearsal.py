"""Before a rule is approved it is asked about last month: is it always true, or never?"""

from datetime import timedelta

import pytest

from services.warning.domain.analyst.condition import condition
from services.warning.domain.analyst.features import noted
from services.warning.domain.analyst.journal import Journal
from services.warning.domain.analyst.rehearsal import ENOUGH, MOMENTS_MAX, Rehearsal, moments, rehearsed
from services.warning.domain.subscriber import Holder, Profile, billed
from shared.events.suspension_changed import SuspensionChanged
from tests.support.builders import NUMBER, at, bill, fresh
from tests.unit.warning.holders import HOLDER, profile

pytestmark = pytest.mark.unit

NOW = at("2026-03-20 00:00")
Known = tuple[Holder, Profile, Journal]


def suspended(when: str, action: str) -> SuspensionChanged:
    """Return a suspension's begin or end."""
    return SuspensionChanged(id=fresh("s"), occurred_at=at(when), msisdn=NUMBER, kind="voluntary", action=action)  # type: ignore[arg-type]


def known(yuan: float, *facts: SuspensionChanged) -> Known:
    """Return a subscription whose last bill was so high, with 100 yuan before."""
    bills, journal = Profile(), Journal()
    for each in (bill("2026-01", 100), bill("2026-02", yuan)):
        bills = billed(bills, each)
    for fact in facts:
        journal = noted(journal, fact)
    return HOLDER, bills, journal


def test_it_is_asked_at_each_fact_as_things_stood_then() -> None:
    subject = known(60, suspended("2026-03-05 10:00", "suspended"), suspended("2026-03-06 10:00", "resumed"))
    seen = rehearsed(condition("suspension.now && bill.fall_share > 0.3"), [subject], NOW)
    assert seen == Rehearsal(subscriptions=1, facts=3, held=1, warned=1)


def test_what_is_not_known_and_what_fails_is_counted_apart() -> None:
    subjects = [known(60), (HOLDER, profile(100), Journal()), known(0)]
    assert rehearsed(condition("credit.score > 1"), subjects, NOW) == Rehearsal(subscriptions=3, facts=2, unknown=2)
    seen = rehearsed(condition("1 / bill.amount_fen == 0"), subjects, NOW)
    assert seen == Rehearsal(subscriptions=3, facts=2, held=1, failed=1, warned=1)


def test_only_the_latest_facts_of_the_last_month_count() -> None:
    journal = Journal()
    for hour in range(12):
        journal = noted(journal, suspended(f"2026-03-05 {hour:02d}:00", "suspended"))
    found = moments(known(60)[1], journal, NOW)
    assert len(found) == MOMENTS_MAX
    assert found[-1] == at("2026-03-05 11:00")
    assert moments(known(60)[1], journal, NOW + timedelta(days=40)) == []
    assert moments(known(60)[1], journal, at("2026-03-06 00:00"))[:1] == [at("2026-03-05 04:00")]
    assert moments(known(60)[1], Journal(), at("2026-03-06 00:00")) == [at("2026-03-02 03:00")]


@pytest.mark.parametrize(
    ("seen", "rare", "why"),
    [
        (Rehearsal(facts=ENOUGH, held=ENOUGH), False, "it is always true"),
        (Rehearsal(facts=ENOUGH, held=ENOUGH), True, "it is always true"),
        (Rehearsal(facts=ENOUGH, held=ENOUGH - 1), False, None),
        (Rehearsal(facts=ENOUGH, held=1), False, None),
        (Rehearsal(facts=ENOUGH), False, "it is never true"),
        (Rehearsal(facts=ENOUGH, unknown=9), False, "at 9 because something is not known"),
        (Rehearsal(facts=ENOUGH), True, None),
        (Rehearsal(facts=ENOUGH - 1), False, None),
        (Rehearsal(facts=ENOUGH - 1, held=ENOUGH - 1), False, None),
        (Rehearsal(facts=1, failed=1), False, "it cannot be evaluated at 1 of 1 facts"),
    ],
)
def test_what_was_always_or_never_true_or_failed_is_refused(seen: Rehearsal, rare: bool, why: str | None) -> None:
    said = seen.mistake(rare=rare)
    assert said is None if why is None else why in str(said)
