"""Analysts' rules tried on the past: proposed, changed, failing."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from replay.backtest.order import arrival
from replay.backtest.past import read
from replay.backtest.report import failed
from replay.backtest.run import run
from replay.backtest.sweep import Sweeper
from services.warning.domain.analyst.rules import Analysts
from services.warning.domain.catalogue import all_rules
from shared.events.warning_raised import WarningFacts
from shared.policy import PolicyBook, PolicyVersion
from shared.policy_change.change import MistakenError
from tests.support.archives import archive
from tests.support.builders import at, bill, customer, subscription
from tests.unit.replay.backtest.test_trial import BOOKS, MARCH, change, past, row, trial

pytestmark = pytest.mark.unit

FALL: dict[str, Any] = {
    "when": "bill.fall_share >= 0.15 && customer.brand != ''",
    "explain_zh": "降",
    "explain_en": "lower by {bill.fall_share:percent}",
    "examples": [
        {"features": {"bill.fall_share": 0.2, "customer.brand": "tianyi"}, "fires": True},
        {"features": {"bill.fall_share": 0.1, "customer.brand": "tianyi"}, "fires": False},
    ],
}
ANALYSTS = "warning.analyst.fall"
SINCE = at("2026-02-20 00:00")


def written(number: int, since: datetime = SINCE, **said: Any) -> PolicyVersion:
    """Return a version of an analyst's rule."""
    return PolicyVersion(name=ANALYSTS, version=number, scope="", effective_from=since, fields={**FALL, **said})


def test_a_rule_that_an_analyst_proposes_says_what_it_would_have(tmp_path: Path) -> None:
    found = trial(tmp_path / "a", change(ANALYSTS, fields=FALL))
    assert (found.rules, row(found, "analyst.fall")) == (("analyst.fall",), (0, 2, 2, 0, 0))
    assert {each.day for each in found.gained_examples} == {date(2026, 3, 2)}
    with pytest.raises(MistakenError, match="there is no feature"):
        trial(tmp_path / "b", change(ANALYSTS, fields={**FALL, "when": "bill.fell > 1"}))


def test_a_changed_text_of_an_analyst_is_felt_since_the_rule_stands(tmp_path: Path) -> None:
    books = {**BOOKS, "warning": PolicyBook((written(1),))}
    examples = [{"features": {"bill.fall_share": share}, "fires": share == 0.5} for share in (0.4, 0.5)]
    steeper = {"when": "bill.fall_share >= 0.5", "examples": examples}
    found = run(archive(tmp_path, past()), books, [change(ANALYSTS, fields=steeper)], MARCH, None)
    assert row(found, "analyst.fall") == (2, 1, 0, 1, 0)
    told = run(archive(tmp_path, past()), books, [change(ANALYSTS, fields={"level": 3})], MARCH, None)
    assert row(told, "analyst.fall") == (2, 2, 0, 0, 2)


def test_nothing_tried_decides_analysts_rules_too(tmp_path: Path) -> None:
    books = {**BOOKS, "warning": PolicyBook((written(1),))}
    found = run(archive(tmp_path, past()), books, [], MARCH, None)
    assert found.rules == (*(rule.id for rule in all_rules()), "analyst.fall")
    assert row(found, "analyst.fall") == (2, 2, 0, 0, 0)


def test_a_text_that_fails_is_left_out_until_it_is_mended(tmp_path: Path) -> None:
    divides = written(1, when="1 / (bill.amount_fen - 9000) >= 0")
    numbers = [f"+861330000001{index}" for index in range(5)]
    crm = [each for n in numbers for each in (customer(n), subscription(n, n))]
    falling = [bill("2026-02", 90, n) for n in numbers[:4]]
    later = [bill("2026-03", 100, numbers[4]), bill("2026-04", 50, numbers[4])]
    book = PolicyBook((divides, written(2, since=at("2026-04-01 00:00"))))
    known = read(archive(tmp_path, [*crm, *falling, *later]), [], Analysts(book).names())
    swept = Sweeper(known, []).sweep(arrival, book)
    assert swept.ruling.failures == {("analyst.fall", 1): 3}
    assert failed(swept)["analyst.fall"].startswith("AskingFailedError")
    assert [each.event.occurred_at.month for each in swept.said if isinstance(each.event, WarningFacts)] == [5]
