"""What conditions may ask: folded from facts alone, as it was at a moment, in whatever order the facts came."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import msgspec
import pytest

from services.warning.domain.analyst.features import all_features, all_groups, heard_kinds, noted, value_of
from services.warning.domain.analyst.journal import KEPT, Journal, Subject
from services.warning.domain.catalogue import OWN_KINDS
from services.warning.domain.catalogue import heard_kinds as rules_hear
from services.warning.domain.usage import UsageLooked, Use
from shared.events.agreement_recorded import AgreementRecorded
from shared.events.bill_issued import BillLines
from shared.events.complaint_recorded import ComplaintRecorded
from shared.events.credit_assessed import CreditAssessed
from shared.events.porting_progressed import PortingProgressed
from shared.events.signal_heard import SignalHeard
from shared.events.suspension_changed import SuspensionChanged
from shared.topic import SubscriberEvent
from tests.support.builders import NUMBER, at, bill, fresh
from tests.unit.warning.analyst.said import subject
from tests.unit.warning.holders import holder

pytestmark = pytest.mark.unit

NOON = "2026-03-05 12:00"


def fact(event: type[SubscriberEvent], when: str, /, **fields: Any) -> Any:
    """Return a fact of a kind."""
    return event(id=fresh("fact"), occurred_at=at(when), msisdn=NUMBER, **fields)


def told(group: str, facts: Sequence[SubscriberEvent], when: str = NOON) -> dict[str, Any]:
    """Return what a group tells once `facts` were heard."""
    return subject(facts, when).plain(all_groups()[group])


def test_the_latest_bill_stands_beside_the_mean_before_it() -> None:
    lines = BillLines(package_fee_fen=6_000, data_fee_fen=2_000, value_added_fee_fen=1_000, local_minutes=90)
    bills = [bill("2025-10", 999), bill("2025-11", 100), bill("2025-12", 110), bill("2026-01", 120)]
    latest = bill("2026-02", 77, lines=lines, remaining_fen=500, part_month=True)
    seen = told("bill", [*bills, latest])
    assert (seen["amount_fen"], seen["mean_fen"], seen["fall_share"]) == (7_700, 11_000, 0.3)
    assert (seen["months_known"], seen["owed_fen"], seen["part_month"]) == (5, 500, True)
    assert (seen["local_minutes"], seen["beyond_package_share"], seen["value_added_fee_fen"]) == (90, 0.25, 1_000)
    assert seen["year_fen"] == 140_600


def test_of_one_bill_nothing_is_compared_and_of_none_nothing_is_known() -> None:
    assert {"mean_fen", "fall_share"}.isdisjoint(told("bill", [bill("2026-02", 77)]))
    assert told("bill", []) == {"months_known": 0, "year_fen": 0}


def test_a_bill_counts_from_the_moment_at_which_it_was_issued() -> None:
    bills = [bill("2026-01", 100), bill("2026-02", 50)]
    assert [told("bill", bills, when)["amount_fen"] for when in ("2026-03-02 02:59", "2026-03-02 03:00")] == [
        10_000,
        5_000,
    ]


def look(when: str, **fields: Any) -> UsageLooked:
    """Return a weekly look."""
    told = {
        "through": at(when).date() - timedelta(days=3),
        "last_active_on": at(when).date() - timedelta(days=4),
        "weeks_before": 4,
        "recent": Use(contacts=12, megabytes=50, calls=10, minutes=31.4, messages=2),
        "before": Use(contacts=25, megabytes=200, calls=20, minutes=60, messages=5),
    }
    return fact(UsageLooked, when, **(told | fields))  # type: ignore[no-any-return]


def test_use_is_that_of_the_last_weekly_look() -> None:
    seen = told("usage", [look("2026-02-25 00:00", weeks_before=0), look("2026-03-04 00:00")])
    assert seen == {
        "weeks_known": 4,
        "silent_days": 5,
        "calls_7d": 10,
        "minutes_7d": 31,
        "messages_7d": 2,
        "megabytes_7d": 50,
        "calls_before": 20.0,
        "minutes_before": 60.0,
        "messages_before": 5.0,
        "megabytes_before": 200.0,
        "calls_fall_share": 0.5,
        "megabytes_fall_share": 0.75,
    }


def test_without_weeks_before_use_is_compared_with_nothing() -> None:
    seen = told("usage", [look("2026-03-04 00:00", weeks_before=0)])
    assert "calls_before" not in seen
    assert "calls_fall_share" not in seen
    assert told("usage", []) == {"weeks_known": 0}


def test_a_suspension_lasts_until_service_is_resumed() -> None:
    ago = fact(SuspensionChanged, "2025-12-05 12:00", kind="arrears_one_way", action="suspended")
    begun = fact(SuspensionChanged, "2026-03-01 10:00", kind="voluntary", action="suspended")
    over = fact(SuspensionChanged, "2026-03-05 11:00", kind="voluntary", action="resumed")
    assert told("suspension", [ago, begun]) == {"now": True, "times_90d": 1, "kind": "voluntary", "days": 4}
    assert told("suspension", [ago, begun, over]) == {"now": False, "times_90d": 1, "kind": "voluntary", "days": 4}
    assert told("suspension", []) == {"now": False, "times_90d": 0}


def agreement(id_: str, ends_on: str, when: str = "2025-03-01 10:00", **fields: Any) -> AgreementRecorded:
    """Return an agreement's record."""
    told = {"kind": "package", "name": "x", "begins_on": date(2025, 3, 1)} | fields
    return fact(AgreementRecorded, when, agreement_id=id_, ends_on=date.fromisoformat(ends_on), **told)  # type: ignore[no-any-return]


def test_the_agreement_that_ends_last_says_how_many_days_are_left() -> None:
    one, two = agreement("a", "2026-03-10"), agreement("b", "2026-03-05", kind="handset")
    assert told("agreement", [one, two]) == {"running": 2, "broken": 0, "kind": "package", "days_left": 5}
    broken = agreement("a", "2026-03-10", "2026-03-04 10:00", broken=True)
    assert told("agreement", [one, two, broken]) == {"running": 1, "broken": 1, "kind": "handset", "days_left": 0}
    assert told("agreement", [two], "2026-03-06 00:00")["days_left"] == -1
    assert told("agreement", []) == {"running": 0, "broken": 0}


def test_complaints_count_by_their_latest_record() -> None:
    def complaint(id_: str, when: str, state: str, of: str = "service") -> ComplaintRecorded:
        return fact(ComplaintRecorded, when, complaint_id=id_, state=state, complaint_class=of)  # type: ignore[no-any-return]

    heard = [
        complaint("old", "2025-11-01 10:00", "unsettled"),
        complaint("a", "2026-02-01 10:00", "received"),
        complaint("a", "2026-02-03 10:00", "unsettled"),
        complaint("b", "2026-03-03 10:00", "received", "billing"),
    ]
    assert told("complaint", heard) == {
        "times_90d": 2,
        "open": 1,
        "unsettled_90d": 1,
        "last_class": "billing",
        "last_days": 2,
    }


def test_credit_is_the_latest_assessment() -> None:
    assessed = fact(CreditAssessed, "2026-03-01 10:00", credit_score=400, credit_limit_fen=20_000, used_fen=5_000)
    assert told("credit", [assessed]) == {
        "score": 400,
        "limit_fen": 20_000,
        "used_fen": 5_000,
        "used_share": 0.25,
        "late_payments": 0,
    }
    assert "used_share" not in told("credit", [msgspec.structs.replace(assessed, credit_limit_fen=0)])


def test_turns_to_rivals_are_counted_over_thirty_days() -> None:
    call = {"kind": "rival_hotline", "peer": "10086", "operator": "china_mobile", "duration_s": 60}
    heard = [
        fact(SignalHeard, "2026-02-03 12:00", **call),
        fact(SignalHeard, "2026-02-03 12:01", **call),
        fact(SignalHeard, "2026-03-01 10:00", **(call | {"kind": "rival_forwarded_leg", "operator": "china_unicom"})),
        fact(PortingProgressed, "2026-03-04 10:00", step="enquiry"),
    ]
    assert told("rival", heard) == {
        "hotline_calls_30d": 1,
        "forwarded_legs_30d": 1,
        "operator": "china_unicom",
        "porting_step": "enquiry",
        "porting_days": 1,
    }


def test_the_customer_is_whom_the_crm_names() -> None:
    seen = subject([bill("2026-02", 129)], NOON, holder(stars=5, important="press")).plain(all_groups()["customer"])
    assert seen == {
        "stars": 5,
        "important": True,
        "important_as": "press",
        "brand": "tianyi",
        "package": "tianyi_129",
        "tenure_days": 642,
        "arpu_fen": 12_900,
    }


HEARD = [
    bill("2026-01", 100),
    bill("2026-02", 60),
    look("2026-03-04 00:00"),
    fact(SuspensionChanged, "2026-03-01 10:00", kind="voluntary", action="suspended"),
    fact(SuspensionChanged, "2026-03-02 10:00", kind="voluntary", action="resumed"),
]


def test_the_order_in_which_facts_come_does_not_matter() -> None:
    def plain(facts: tuple[SubscriberEvent, ...]) -> list[dict[str, Any]]:
        return [subject(facts, NOON).plain(group) for group in all_groups().values()]

    assert all(plain(order) == plain(tuple(HEARD)) for order in permutations(HEARD))


def test_a_fact_heard_twice_is_kept_once_and_the_journal_is_bounded() -> None:
    journal = Journal()
    for _ in range(2):
        for hour in range(KEPT + 4):
            journal = noted(journal, fact(SignalHeard, f"2026-03-01 {hour:02d}:00", **SIGNAL))
    assert len(journal.facts["rival"]) == KEPT
    assert value_of(Subject(holder(), HOLDERS_BILLS, journal, at(NOON)), "rival.hotline_calls_30d") == KEPT


SIGNAL = {"kind": "rival_hotline", "peer": "10086", "operator": "china_mobile", "duration_s": 1}
HOLDERS_BILLS = subject([], NOON).profile


def test_a_journal_read_back_from_its_table_is_the_same() -> None:
    journal = subject(HEARD, NOON).journal
    again = msgspec.json.decode(msgspec.json.encode(journal), type=Journal)
    assert noted(again, HEARD[3]) is again
    before, after = (
        Subject(holder(), HOLDERS_BILLS, each, at(NOON)).plain(all_groups()["usage"]) for each in (journal, again)
    )
    assert before == after


def test_every_feature_has_a_type_and_its_facts_are_heard() -> None:
    assert {each.kind for each in all_features().values()} == {"bool", "int", "double", "string"}
    assert set(heard_kinds()) <= {*rules_hear(), *OWN_KINDS}
