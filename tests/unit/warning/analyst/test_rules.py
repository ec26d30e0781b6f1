"""An analyst's rule lives as any rule does: it warns once within its cooldown, is cleared, and fails alone."""

from datetime import timedelta

import pytest

from services.warning.domain.analyst.rules import Analysts, Told
from services.warning.domain.catalogue import all_rules
from services.warning.domain.missed import FactMissed
from services.warning.domain.rule import Level
from shared.events.bill_issued import BillIssued, BillLines
from shared.events.warning_cleared import WarningCleared
from shared.events.warning_raised import WarningFacts, WarningRaised
from shared.policy import PolicyBook
from shared.topic import of_kind
from tests.support.builders import REGION, at, bill, forwarding, subscription
from tests.unit.warning.analyst.said import SAID, lived, version
from tests.unit.warning.holders import holder

pytestmark = pytest.mark.unit

STAR = holder(stars=5, important="press")
FALL = [bill("2026-01", 100), bill("2026-02", 60)]
BROKEN = SAID | {"when": "100 / (bill.amount_fen - 6000) > 0 && customer.stars > 0"}
BEYOND = BillLines(package_fee_fen=1_000, data_fee_fen=9_000)
CITY, COUNTY = REGION.rpartition(".")[0], REGION


def test_a_condition_that_holds_is_a_warning_that_explains_itself() -> None:
    _, (warning,) = lived(FALL, version(7), holder=STAR)
    assert isinstance(warning, WarningRaised)
    assert (warning.rule_id, warning.level) == ("analyst.stars", Level.ACT)
    assert (warning.rule_version, warning.policy_version) == (7, 7)
    assert warning.actionable_until == FALL[1].occurred_at + timedelta(days=14)
    assert warning.explanation_zh == "话费60.00元，下降40%"
    assert warning.explanation_en == "The bill is 60.00 yuan, 40% lower"
    assert warning.evidence == {
        "title": SAID["title"],
        "when": SAID["when"],
        "features": {"bill.fall_share": 0.4, "customer.stars": 5, "bill.amount_fen": 6_000},
        "cooldown_days": 30,
    }


def test_reasons_are_those_that_the_analyst_names() -> None:
    _, (warning,) = lived(FALL, version(**SAID, reasons={"network_quality": 3}), holder=STAR)
    assert isinstance(warning, WarningFacts)
    [reason] = warning.reasons
    assert (reason.reason, reason.weight, reason.because) == ("network_quality", 3, ("rule.analyst.stars",))


def test_what_does_not_hold_or_is_not_known_says_nothing() -> None:
    assert lived(FALL, version(), holder=holder(stars=4))[1] == []
    assert lived(FALL[:1], version(), holder=STAR)[1] == []


@pytest.mark.parametrize(("cooldown", "warned"), [(0, 3), (27, 3), (30, 2), (61, 1)])
def test_the_same_customer_is_warned_of_again_after_the_cooldown_only(cooldown: int, warned: int) -> None:
    falling = [bill("2026-01", 1_000), bill("2026-02", 500), bill("2026-03", 250), bill("2026-04", 125)]
    assert [each.occurred_at.isoformat()[:10] for each in falling[1:]] == ["2026-03-02", "2026-04-02", "2026-05-02"]
    memory, said = lived(falling, version(**SAID, cooldown_days=cooldown), holder=STAR)
    assert len(of_kind(WarningFacts, said)) == warned
    assert len({each.id for each in said}) == warned
    assert isinstance(memory.rules["analyst.stars"], Told)


def test_a_warning_is_cleared_once_when_the_condition_no_longer_holds() -> None:
    _, said = lived([*FALL, bill("2026-03", 100), bill("2026-04", 100)], version(), holder=STAR)
    assert [type(each) for each in said] == [WarningRaised, WarningCleared]
    assert of_kind(WarningCleared, said)[0].rule_id == "analyst.stars"


def test_what_is_not_known_any_more_clears_nothing() -> None:
    unsure = SAID | {"when": "bill.beyond_package_share < 0.5"}
    nothing = bill("2026-03", 0)
    _, said = lived([*FALL, nothing], version(**unsure), holder=STAR)
    assert [type(each) for each in said] == [WarningRaised]
    _, said = lived([*FALL, nothing, bill("2026-04", 100, lines=BEYOND)], version(**unsure), holder=STAR)
    assert [type(each) for each in said] == [WarningRaised, WarningCleared]


def test_a_rule_is_asked_about_the_facts_of_its_features_alone() -> None:
    memory, _ = lived([*FALL, forwarding(at("2026-03-05 10:00"))], version(), holder=STAR)
    (rule,) = Analysts(PolicyBook((version(),))).standing(REGION, at("2026-03-05 10:00"))
    assert {kind.__name__ for kind in rule.hears} == {"BillIssued", "SubscriptionRecorded", "UsageLooked"}
    assert BillIssued in rule.hears
    assert memory.rules.keys() == {"analyst.stars"}


def test_the_version_in_force_at_the_fact_decides() -> None:
    ahead = version(since="2026-03-02 03:00:01")
    assert lived(FALL, ahead, holder=STAR)[1] == []
    rolled_back = version(2, "2026-03-02 02:59", level=2)
    assert lived(FALL, version(), rolled_back, holder=STAR)[1] == []
    assert Analysts(PolicyBook((version(), rolled_back))).standing(REGION, FALL[1].occurred_at) == ()


def test_a_narrower_scope_says_some_fields_otherwise() -> None:
    _, (warning,) = lived(FALL, version(), version(2, scope=CITY, level=3), holder=STAR)
    assert isinstance(warning, WarningFacts)
    assert (warning.level, warning.policy_version) == (3, 2)
    elsewhere = version(2, scope="150000.150200", when="bill.fall_share > 0.9")
    assert len(lived(FALL, version(), elsewhere, holder=STAR)[1]) == 1


def test_a_rule_of_one_county_is_no_rule_elsewhere() -> None:
    assert len(lived(FALL, version(scope=COUNTY), holder=STAR)[1]) == 1
    assert lived(FALL, version(scope="150000.150200"), holder=STAR)[1] == []


def test_a_rule_that_fails_misses_the_fact_alone() -> None:
    fine = version(2, name="warning.analyst.fine", **SAID)
    _, said = lived(FALL, version(**BROKEN), fine, holder=STAR, rules=all_rules())
    [missed] = of_kind(FactMissed, said)
    assert (missed.rule_id, missed.rule_version, missed.event) == ("analyst.stars", 1, FALL[1])
    assert missed.error is not None
    assert missed.error.startswith("AskingFailedError: ZeroDivisionError")
    assert {each.rule_id for each in of_kind(WarningFacts, said)} == {"steep_bill_drop", "analyst.fine"}


def test_a_version_in_quarantine_is_not_asked_and_the_one_that_mends_it_is() -> None:
    aside = frozenset({("analyst.stars", 1)})
    _, said = lived(FALL, version(), holder=STAR, quarantined=aside)
    assert [(type(each), getattr(each, "error", "")) for each in said] == [(FactMissed, None)] * 2
    _, mended = lived(FALL, version(), version(2, "2026-01-01 00:00", **SAID), holder=STAR, quarantined=aside)
    assert [type(each) for each in mended] == [WarningRaised]


@pytest.mark.parametrize("fields", [{"level": "high"}, {"when": "bill.fall_share >"}])
def test_what_nobody_can_read_is_the_rules_trouble_alone(fields: dict[str, str]) -> None:
    _, said = lived([*FALL, subscription()], version(**(SAID | fields)), holder=STAR, rules=all_rules())
    assert {each.rule_id for each in of_kind(FactMissed, said)} == {"analyst.stars"}
    assert [each.rule_id for each in of_kind(WarningFacts, said)] == ["steep_bill_drop"]


def test_the_same_rules_are_made_once() -> None:
    analysts = Analysts(PolicyBook((version(), version(2, "2026-03-01 00:00", **(SAID | {"level": 1})))))
    one, two, three = (analysts.standing(REGION, at(f"2026-0{month}-05 00:00")) for month in (1, 2, 3))
    assert one is two
    assert [each.version for (each,) in (one, three)] == [1, 2]
    assert [each.limits.level for (each,) in (one, three)] == [2, 1]
