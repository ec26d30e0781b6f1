"""What an analyst says is looked at field by field and tried on the analyst's own cases before anybody approves it."""

from typing import Any

import msgspec
import pytest

from services.warning.domain.analyst.definition import AnalystRule
from services.warning.domain.analyst.sentence import written
from shared.policy import Checked
from tests.unit.warning.analyst.said import SAID, analyst_rule

pytestmark = pytest.mark.unit

FIRES, RESTS = SAID["examples"]


def examples(*cases: dict[str, Any]) -> dict[str, Any]:
    """Return these test cases as a field."""
    return {"examples": list(cases)}


def test_a_whole_rule_has_no_mistakes() -> None:
    assert analyst_rule().mistakes() == {}
    assert isinstance(analyst_rule(), Checked)


def test_a_rule_that_rests_needs_nothing() -> None:
    assert AnalystRule().mistakes() == {}
    assert analyst_rule(when="", explain_zh="").mistakes() == {}


@pytest.mark.parametrize(
    ("said", "field", "why"),
    [
        ({"when": "bill.fall > 1"}, "when", "column 1: there is no feature 'bill.fall'"),
        ({"explain_zh": " "}, "explain_zh", "say in a sentence why"),
        ({"explain_en": "{bill.fall}"}, "explain_en", "there is no feature 'bill.fall'"),
        (
            {"explain_en": "{bill.fall_share:pct}"},
            "explain_en",
            "'pct' is no way to write a number; there are yuan, pe",
        ),
        ({"explain_en": "{customer.brand:yuan}"}, "explain_en", "customer.brand is no number"),
        ({"explain_en": "{bill.fall_share"}, "explain_en", "a brace has no other side"),
        (examples(), "examples", "an example that fires is missing"),
        (examples(FIRES), "examples", "an example that does not fire is missing"),
        (examples(RESTS), "examples", "an example that fires is missing"),
        (examples(FIRES, RESTS | {"fires": True}), "examples", "example 2: it should fire, and does not"),
        (examples(FIRES | {"fires": False}), "examples", "example 1: it should not fire, and does so"),
        (
            examples({"features": {"bill.fall_share": 0.5}, "fires": True}),
            "examples",
            "example 1: it should fire, and does not: not known is customer.stars",
        ),
        (
            examples({"features": {"bill.falls": 0.5}, "fires": True}),
            "examples",
            "example 1: there is no feature 'bill.falls'; do you mean",
        ),
        (
            examples({"features": {"customer.stars": 5.5}, "fires": True}),
            "examples",
            "example 1: customer.stars is int, which 5.5 is not",
        ),
        (
            examples({"features": {"customer.stars": True}, "fires": True}),
            "examples",
            "example 1: customer.stars is int, which True is not",
        ),
        (
            examples({"features": {"suspension.kind": "x"}, "fires": True}),
            "examples",
            "example 1: suspension.kind is string (arrears_one_way, arrears_two_way, voluntary), which 'x' is not",
        ),
        (
            {"when": "1 / customer.stars > 0", **examples({"features": {"customer.stars": 0}, "fires": True})},
            "examples",
            "example 1: ZeroDivisionError",
        ),
    ],
)
def test_each_mistake_is_told_with_its_field(said: dict[str, Any], field: str, why: str) -> None:
    found = analyst_rule(**said).mistakes()
    assert list(found) == [(field,)]
    assert why in found[field,]


def test_a_whole_number_will_do_where_a_share_is_asked() -> None:
    case = {"features": {"bill.fall_share": 1, "customer.stars": 5}, "fires": True}
    assert analyst_rule(when="bill.fall_share * 2.0 > 1.0", examples=[case, RESTS]).mistakes() == {}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"level": 4}, "level"),
        ({"when": "x" * 1_001}, "when"),
        ({"cooldown_days": -1}, "cooldown_days"),
        ({"reasons": {"mood": 1}}, "reasons"),
        ({"examples": [FIRES] * 21}, "examples"),
        ({"examples": [{"features": {}, "fires": True, "because": "x"}]}, "examples"),
    ],
)
def test_what_is_out_of_range_is_no_such_rule(said: dict[str, Any], why: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=why):
        analyst_rule(**said)


def test_a_sentence_is_written_with_the_values_and_says_what_is_not_known() -> None:
    text = "{bill.amount_fen:yuan} {bill.fall_share:percent} {bill.fall_share} {customer.important} {credit.score}"
    values = {"bill.amount_fen": 9_950, "bill.fall_share": 0.505, "customer.important": True, "credit.score": None}
    assert written(text, values, "zh") == "99.50 50% 0.51 是 未知"
    assert written(text, values, "en") == "99.50 50% 0.51 yes unknown"
