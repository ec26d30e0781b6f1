"""Megaline's year 2018 through the rules: what was billed is what was used, and each steep drop is a warning."""

from pathlib import Path

import pytest

from services.intake.domain.format import Taken
from services.intake.domain.formats.megaline import FORMAT
from services.intake.domain.report import Report
from services.intake.stream.files import Files
from services.warning.domain.rules.steep_bill_drop import Limits
from shared.calendar import months_before
from shared.events.bill_issued import BillIssued
from shared.events.warning_raised import WarningFacts, WarningRaised
from shared.policy import PolicyBook
from shared.topic import Event, of_kind
from tests.replay.road import Road, what_if
from tests.replay.stories.story import set_to
from tests.support.builders import at

pytestmark = pytest.mark.replay


@pytest.fixture(scope="module")
def records(shared_data: Path) -> list[Event]:
    """Return what Megaline's files come to, once it is sure that all of it was read."""
    report, events = Report(), list[Event]()
    for reading in FORMAT.read(Files(shared_data / "megaline", lambda _: None)):
        report.note(reading)
        events += reading.events if isinstance(reading, Taken) else ()
    summed = report.summed(FORMAT.money)
    assert (summed["bills"], summed["billed_total"], summed["refused"]) == (1_391, 91_432.43, {})
    return events


def drops(bills: list[BillIssued]) -> set[tuple[str, str]]:
    """Return number and month of every steep drop, in the plainest words."""
    limits, found = Limits(), set[tuple[str, str]]()
    whole = {(bill.msisdn, bill.month): bill.amount_due_fen for bill in bills if not bill.part_month}
    for (number, month), amount in whole.items():
        earlier = [whole[number, back] for n in range(12, 0, -1) if (number, back := months_before(month, n)) in whole]
        known = earlier[-limits.baseline_months :]
        baseline = sum(known) // len(known) if known else 0
        if baseline >= limits.baseline_min_fen and baseline - amount >= limits.fall_share_min * baseline:
            found.add((number, month))
    return found


def test_each_steep_drop_is_one_warning(records: list[Event]) -> None:
    replayed = Road().hear(records)
    warned = [each for each in of_kind(WarningFacts, replayed.said) if each.rule_id == "steep_bill_drop"]
    assert {(each.msisdn, each.evidence["month"]) for each in warned} == drops(of_kind(BillIssued, records))
    assert len(warned) == len(drops(of_kind(BillIssued, records))) > 0


@pytest.mark.parametrize(
    ("share", "part_months", "user_months"), [(0.5, True, 93), (0.5, False, 90), (0.3, True, 167), (0.3, False, 160)]
)
def test_against_the_one_month_before_policy_finds_the_falls_that_the_data_are_known_for(
    records: list[Event], share: float, part_months: bool, user_months: int
) -> None:
    said = set_to(
        "warning.steep_bill_drop",
        since="2010-01-01 00:00",
        fall_share_min=share,
        baseline_months=1,
        baseline_min_fen=0,
        part_months_count=part_months,
    )
    policy = PolicyBook((said,))
    warned = of_kind(WarningFacts, Road(policy=policy).hear(records).said)
    assert len([each for each in warned if each.rule_id == "steep_bill_drop"]) == user_months


def test_bills_alone_tell_of_drops_and_of_shocks_and_of_nothing_else(records: list[Event]) -> None:
    warned = of_kind(WarningFacts, Road().hear(records).said)
    assert {each.rule_id for each in warned} == {"steep_bill_drop", "arrears_risk"}
    assert {each.evidence["kind"] for each in warned if each.rule_id == "arrears_risk"} == {"bill_shock"}


def test_told_today_they_are_stale_and_told_as_then_they_open_work(records: list[Event]) -> None:
    today = Road(now=at("2026-01-01 00:00")).hear(records)
    raised = len(of_kind(WarningRaised, today.said))
    assert today.states() == {"stale": raised}
    then = Road().hear(what_if(records)).states()
    assert then["stale"] == 0
    assert then["open"] > 0
    assert then.total() == raised


def test_read_again_they_give_the_same_bytes(records: list[Event]) -> None:
    assert Road().hear(records).bytes_said() == Road().hear(records).bytes_said()
