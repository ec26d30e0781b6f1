"""A trial on the past: what ran comes out again, and a change of policy shows where it is felt and nowhere else."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from replay.backtest.leavers import Leavers
from replay.backtest.order import arrival, happening
from replay.backtest.past import read
from replay.backtest.report import Report, Row, Window, failed
from replay.backtest.run import run
from replay.backtest.sweep import Sweeper
from services.intake.domain.days import day_passed
from services.warning.domain.catalogue import all_rules
from services.warning.domain.rules.steep_bill_drop import RULE as DROP
from shared.events.agreement_recorded import AgreementRecorded
from shared.events.competitor_campaign import CompetitorCampaign
from shared.events.number_ported import NumberPorted
from shared.events.warning_raised import WarningFacts
from shared.policy import PolicyBook
from shared.policy_change.change import Change, MistakenError
from shared.topic import Event
from tests.support.archives import archive
from tests.support.builders import NUMBER, REGION, at, bill, customer, forwarding, subscription

pytestmark = pytest.mark.unit

OTHER = "+8613300000002"
MARCH = Window(date(2026, 3, 1), date(2026, 4, 1))
BOOKS = {"warning": PolicyBook(), "dispatch": PolicyBook()}


def bills(msisdn: str, *yuan: int) -> list[Event]:
    """Return the bills of the months up to February."""
    months = ("2025-10", "2025-11", "2025-12", "2026-01", "2026-02")[-len(yuan) :]
    return [bill(month, amount, msisdn) for month, amount in zip(months, yuan, strict=True)]


def past(*more: Event) -> list[Event]:
    """Return two customers: one whose bill fell by half in February, another's by a fifth."""
    told = [customer(), subscription(), customer("c2"), subscription(OTHER, "c2")]
    billed = [*bills(NUMBER, 200, 200, 200, 90), *bills(OTHER, 200, 200, 200, 160)]
    days = [day_passed(date(2026, 3, 1) + timedelta(days=count)) for count in range(20)]
    return [*told, *sorted([*billed, *days, *more], key=lambda event: event.occurred_at)]


def change(name: str = "warning.steep_bill_drop", **more: Any) -> Change:
    """Return a change for everywhere, all along."""
    return Change(name=name, **({"scope": "", "fields": {}, "why": ""} | more))


def trial(folder: Path, *changes: Change, events: list[Event] | None = None, leavers: Leavers | None = None) -> Report:
    """Try changes on March."""
    return run(archive(folder, events or past()), BOOKS, changes, MARCH, leavers)


def row(found: Report, rule: str = "steep_bill_drop") -> tuple[int, int, int, int, int]:
    """Return one rule's counts, whatever the population: before, after, gained, lost, changed."""
    rows = [each for each in found.by_rule if each.rule == rule]
    before, after = sum(each.before for each in rows), sum(each.after for each in rows)
    return before, after, *(sum(getattr(each, name) for each in rows) for name in ("gained", "lost", "changed"))


def test_nothing_changed_is_what_ran(tmp_path: Path) -> None:
    found = trial(tmp_path)
    assert found.by_rule == (Row(rule="steep_bill_drop", population="potential", before=1, after=1),)
    assert (found.before, found.after, found.gained, found.lost, found.changed) == (1, 1, 0, 0, 0)
    assert [(load.county, load.day, load.before, load.after) for load in found.queue] == [
        (REGION, date(2026, 3, 2), 1, 1)
    ]


def test_a_sharper_eye_gains_a_warning_and_a_blunter_one_loses_it(tmp_path: Path) -> None:
    sharper = trial(tmp_path / "a", change(fields={"fall_share_min": 0.15}))
    assert row(sharper) == (1, 2, 1, 0, 0)
    [gained] = sharper.gained_examples
    assert (gained.subscription_id, gained.day, gained.population) == ("s0002", date(2026, 3, 2), "potential")
    assert [(load.before, load.after) for load in sharper.queue] == [(1, 2)]
    blunter = trial(tmp_path / "b", change(fields={"fall_share_min": 0.6, "act_now_share_min": 0.7}))
    assert row(blunter) == (1, 0, 0, 1, 0)
    assert [each.subscription_id for each in blunter.lost_examples] == ["s0001"]


def test_a_change_is_felt_in_its_scope_and_from_its_moment_on(tmp_path: Path) -> None:
    sharper: dict[str, Any] = {"fields": {"fall_share_min": 0.15}}
    felt: list[tuple[dict[str, Any], int]] = [
        ({"scope": REGION}, 1),
        ({"scope": "150000.150200"}, 0),
        ({"effective_from": at("2026-03-01 00:00")}, 1),
        ({"effective_from": at("2026-03-02 04:00")}, 0),
    ]
    for number, (more, gained) in enumerate(felt):
        assert trial(tmp_path / str(number), change(**sharper, **more)).gained == gained, more


def test_a_change_of_whom_it_is_worth_calling_changes_what_stays(tmp_path: Path) -> None:
    found = trial(tmp_path, change("warning.population", fields={"arpu_min_fen": 100_000, "year_spend_min_fen": 10**9}))
    assert row(found) == (1, 1, 0, 0, 1)
    assert {each.population: (each.before, each.after) for each in found.by_rule} == {
        "none": (0, 1),
        "potential": (1, 0),
    }
    assert [(load.before, load.after) for load in found.queue] == [(1, 0)]


def said(folder: Path) -> list[Event]:
    """Return what the rules say of the past."""
    rules = all_rules()
    sweeper = Sweeper(read(archive(folder, past()), rules), rules)
    return [each.event for each in sweeper.sweep(arrival, PolicyBook()).said]


def test_a_change_of_tiers_changes_whose_queue_it_is(tmp_path: Path) -> None:
    tiers = change("dispatch.tiers", fields={"customer_manager_arpu_min_fen": 10_000})
    found = trial(tmp_path / "b", tiers, events=past(*said(tmp_path / "a")))
    assert (found.rules, found.what_ran.given, found.before) == ((), 1, 1)
    assert [(load.before_customer_manager, load.after_customer_manager) for load in found.queue] == [(0, 1)]
    assert (found.gained, found.lost) == (0, 0)


def test_a_customer_is_who_the_crm_said_they_were_then(tmp_path: Path) -> None:
    later = customer(important="press", occurred_at=at("2026-03-01 10:00"))
    poor: list[Event] = [customer(), subscription(), bill("2026-01", 60), bill("2026-02", 20)]
    known = trial(tmp_path / "before", events=[*poor[:3], later, poor[3]])
    unknown = trial(tmp_path / "after", events=[*poor, later])
    assert [each.population for each in known.by_rule] == ["important"]
    # As it arrived nobody knew; as it happened somebody was important on the day before.
    assert {each.population: (each.before, each.after) for each in unknown.by_rule} == {
        "none": (1, 0),
        "important": (0, 1),
    }


def test_what_is_resent_counts_once(tmp_path: Path) -> None:
    facts = past()
    assert trial(tmp_path / "a", events=facts) == trial(tmp_path / "b", events=[*facts, *facts])


def test_findings_outside_the_days_are_memory_only(tmp_path: Path) -> None:
    folder = archive(tmp_path, past())
    april = Window(date(2026, 4, 1), date(2026, 5, 1))
    assert run(folder, BOOKS, (), april, None).before == 0
    assert run(folder, BOOKS, (), Window(date(2026, 3, 2), date(2026, 3, 3)), None).before == 1


def test_a_fact_that_came_before_its_holder_waits_for_a_month_and_no_longer(tmp_path: Path) -> None:
    facts: list[Event] = [bill("2026-01", 200), bill("2026-02", 90)]
    crm: list[Event] = [customer(), subscription()]
    soon = [day_passed(date(2026, 3, 3))]
    late = [day_passed(date(2026, 4, 10))]
    assert trial(tmp_path / "soon", events=[*facts, *soon, *crm]).before == 1
    assert trial(tmp_path / "late", events=[*facts, *late, *crm]).before == 0


def test_numbers_are_ported_as_they_were_known_to_be_then(tmp_path: Path) -> None:
    forwarded = forwarding(at("2026-03-05 10:00"), to="+8613300000077")
    ported = NumberPorted(id="p", occurred_at=at("2026-03-01 00:00"), msisdn="+8613300000077", operator="china_mobile")
    crm: list[Event] = [customer(), subscription()]
    assert row(trial(tmp_path / "known", events=[*crm, ported, forwarded]), "rival_forwarding")[:2] == (1, 1)
    # What came later was not known then; a what-if goes by what was true.
    assert row(trial(tmp_path / "later", events=[*crm, forwarded, ported]), "rival_forwarding")[:2] == (0, 1)


def test_a_day_that_a_rule_waits_for_comes_to_it(tmp_path: Path) -> None:
    ending = AgreementRecorded(
        id="a",
        occurred_at=at("2026-02-01 10:00"),
        msisdn=NUMBER,
        agreement_id="a",
        kind="package",
        name="24 months",
        begins_on=date(2024, 3, 1),
        ends_on=date(2026, 4, 25),
    )
    days = [day_passed(date(2026, 2, 1) + timedelta(days=count)) for count in range(50)]
    ahead = change("warning.agreement_end", fields={"ahead_days": 45})
    found = trial(tmp_path, ahead, events=[customer(), subscription(), ending, *days])
    assert row(found, "agreement_end") == (0, 1, 1, 0, 0)
    assert [each.day for each in found.gained_examples] == [date(2026, 3, 12)]
    gone = subscription(occurred_at=at("2026-03-05 10:00"), ended_at=at("2026-03-05 00:00"))
    left = trial(tmp_path / "left", ahead, events=[customer(), subscription(), ending, *days[:30], gone, *days[30:]])
    assert row(left, "agreement_end") == (0, 0, 0, 0, 0)


def test_a_rivals_campaign_weighs_from_when_it_is_known(tmp_path: Path) -> None:
    known = CompetitorCampaign(
        id="k",
        occurred_at=at("2026-03-01 00:00"),
        campaign_id="k",
        operator="china_mobile",
        region="150000",
        kind="tariff",
        first_day=date(2026, 3, 1),
        last_day=date(2026, 3, 31),
    )
    crm: list[Event] = [customer(), subscription()]
    billed = [bill("2026-01", 200), bill("2026-02", 130)]
    levels = [
        [each.event.level for each in sweeper.sweep(which, PolicyBook()).said if isinstance(each.event, WarningFacts)]
        for number, events in enumerate(([*crm, known, *billed], [*crm, *billed, known]))
        for sweeper in [Sweeper(read(archive(tmp_path / str(number), events), all_rules()), all_rules())]
        for which in (arrival, happening)
    ]
    assert levels == [[3], [3], [2], [3]]


def test_a_rule_that_fails_is_left_out_and_named(tmp_path: Path) -> None:
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("no months")

    rules = [replace(DROP, step=broken), *(rule for rule in all_rules() if rule.id != DROP.id)]
    numbers = [f"+861330000001{index}" for index in range(5)]
    crm = [each for n in numbers for each in (customer(n), subscription(n, n), bill("2026-02", 90, n))]
    swept = Sweeper(read(archive(tmp_path, crm), rules), rules).sweep(arrival, PolicyBook())
    assert swept.ruling.failures == {("steep_bill_drop", DROP.version): 3}
    assert failed(swept) == {"steep_bill_drop": "ZeroDivisionError: no months, left out from then on"}


def test_arrival_does_not_matter_to_what_might_have_been(tmp_path: Path) -> None:
    straight, turned = (trial(tmp_path / name, events=events) for name, events in (("a", past()), ("b", past()[::-1])))
    assert (straight.after, straight.queue[0].after) == (turned.after, turned.queue[0].after)


def test_again_it_gives_the_same_bytes(tmp_path: Path) -> None:
    sharper = change(fields={"fall_share_min": 0.15})
    leavers = Leavers({"s0001": (date(2026, 3, 20),)})
    folder = archive(tmp_path, past())
    first, second = (msgspec.json.encode(run(folder, BOOKS, [sharper], MARCH, leavers)) for _ in range(2))
    assert first == second


def test_whom_warnings_foretold_is_counted_for_both(tmp_path: Path) -> None:
    left = Leavers({"s0001": (date(2026, 3, 20),), OTHER: (date(2026, 3, 25),), "s0009": (date(2026, 3, 9),)})
    found = trial(tmp_path, change(fields={"fall_share_min": 0.15}), leavers=left).foretold
    before, after = found["all"].before, found["all"].after
    assert (before.right, before.precision, before.caught, before.leavers, before.recall) == (1, 1.0, 1, 3, 0.3333)
    assert (after.right, after.caught, after.recall, after.lead_days_median) == (2, 2, 0.6667, 20.5)
    assert found["worked"] == found["steep_bill_drop"] == found["all"]


def test_rules_that_a_change_cannot_touch_are_taken_as_they_spoke(tmp_path: Path) -> None:
    sharper = change("warning.rival_hotline", fields={"calls_to_act": 3})
    found = trial(tmp_path / "b", sharper, events=past(*said(tmp_path / "a")))
    assert (found.rules, row(found), found.what_ran.missing) == (("rival_hotline",), (1, 1, 0, 0, 0), 0)
    assert [(load.before, load.after) for load in found.queue] == [(1, 1)]


def test_an_empty_archive_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="holds no archived facts"):
        run(tmp_path, BOOKS, (), MARCH, None)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"fields": {"fall_share": 0.2}}, "no such field"),
        ({"fields": {"fall_share_min": 2}}, "<= 1.0"),
        ({"fields": {"fall_share_min": 0.2}, "scope": "150000.150200.150102"}, "no such region"),
        ({}, "nothing is changed"),
    ],
)
def test_a_change_that_policy_refuses_is_not_tried(tmp_path: Path, wrong: dict[str, Any], why: str) -> None:
    with pytest.raises(MistakenError, match=why):
        trial(tmp_path, change(**wrong))
