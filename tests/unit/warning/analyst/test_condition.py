"""Conditions: what is refused names its place and what to write instead; what is taken never fails by its types."""

from typing import Any

import cel
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning.domain.analyst.condition import LENGTH_MAX, AskingFailedError, condition
from services.warning.domain.analyst.features import Feature, all_features
from services.warning.domain.analyst.grammar import DEPTH_MAX
from services.warning.domain.analyst.tokens import ConditionError

pytestmark = pytest.mark.unit


def holds(text: str, **groups: dict[str, Any]) -> bool | None:
    """Return whether a condition holds for these features."""
    return condition(text).holds(lambda group: groups.get(group, {}))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "column 1: the end cannot stand here: something is missing"),
        ("bill.amont_fen > 1", "column 1: there is no feature 'bill.amont_fen'; do you mean bill.amount_fen"),
        ("customer.stars > 1 && bill.fallshare > 0.5", "column 23: there is no feature 'bill.fallshare'; do you mean"),
        ("has(bill.nothing)", "column 5: there is no feature 'bill.nothing'"),
        ("bill > 1", "column 1: there is no feature 'bill'"),
        ("size(customer.brand) > 1", "column 1: there is no feature 'size'"),
        ("bill.amount_fen", "column 1: a condition is true or false; this is int"),
        ("1 == 1", "column 1: it asks nothing of the customer"),
        ("customer.stars > 'five'", "column 18: int cannot be compared with string"),
        ("customer.brand == 5", "column 19: string cannot be compared with int"),
        ("customer.brand < 'a'", "column 1: < compares numbers; this is string"),
        ("customer.brand in 'a'", "column 19: what follows in is a list"),
        ("customer.brand in [1]", "column 20: string cannot be compared with int"),
        ("customer.stars in [1, 2.0]", "column 19: what stands in a list must be of one type"),
        ("suspension.kind == 'voluntry'", "column 20: it is never 'voluntry'; do you mean voluntary?"),
        ("suspension.kind in ['arrears']", "column 21: it is never 'arrears'"),
        ("bill.fall_share * 2 > 1.0", "column 17: * does not mix int and double: write 2.0 instead of 2"),
        ("bill.amount_fen / bill.fall_share > 1", "column 17: / does not mix int and double"),
        ("bill.amount_fen + 'a' > 1", "column 19: + takes numbers; this is string"),
        ("bill.fall_share % 2.0 > 1.0", "column 17: % takes whole numbers"),
        ("customer.stars > 4 && customer.stars", "column 23: what && joins is true or false; this is int"),
        ("customer.stars > 4 || 1", "column 23: what || joins is true or false; this is int"),
        ("!customer.stars", "column 2: ! turns true into false; this is int"),
        ("-customer.important", "column 2: - takes a number; this is bool"),
        ("customer.stars ? true : false", "column 1: what stands before ? is true or false; this is int"),
        ("customer.important ? 1 : 2.0", "column 26: both sides of : must be of one type; int and double are not"),
        ("customer.brand.size() > 1", "column 16: size is no test of a text; there are startsWith"),
        ("customer.stars.contains('a')", "column 1: contains tests a text; this is int"),
        ("customer.brand.contains(1)", "column 25: contains takes a text; this is int"),
        ("double(customer.brand) > 1.0", "column 8: double takes a number; this is string"),
        ("credit.score == null", "column 17: to ask whether a feature is known, write has(...)"),
        ("customer.stars = 5", "column 16: to compare, write =="),
        ("customer.important & true", "column 20: to join, write &&"),
        ("customer.stars > 5u", "column 18: this is no number: write 12 or 1.5"),
        ("customer.stars > 5.", "column 18: this is no number: write 12 or 1.5"),
        ("customer.stars > 0x5", "column 18: this is no number: write 12 or 1.5"),
        ("customer.stars > 9223372036854775808", "column 18: this number is too large"),
        ("customer.brand == 'a", "column 19: this text has no end"),
        ("(customer.stars > 5", "column 20: ) is missing before the end"),
        ("customer.stars > 5)", "column 19: ) cannot stand here"),
        ("customer.stars > 5 customer.stars", "column 20: customer cannot stand here"),
        ("[1, 2].all(x, x > 1)", "column 8: all is no test of a text"),
        ("{'a': 1}.a == customer.stars", "column 1: there are no maps here"),
        ("customer.stars > 5 &&\n  bill.x > 1", "line 2, column 3: there is no feature 'bill.x'"),
        ("(" * 20 + "true", f"column {DEPTH_MAX + 1}: more than {DEPTH_MAX} brackets within each other"),
        ("[" * 20, f"column {DEPTH_MAX + 1}: more than {DEPTH_MAX} brackets"),
        ("customer.important" + " || customer.important" * 60, f"longer than {LENGTH_MAX} characters"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(text: str, why: str) -> None:
    with pytest.raises(ConditionError) as refused:
        condition(text)
    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("text", "groups", "expected"),
    [
        ("bill.fall_share >= 0.3", {"bill": {"fall_share": 0.3}}, True),
        ("bill.fall_share > 0", {"bill": {"fall_share": 0.3}}, True),
        ("bill.amount_fen >= 5000.5", {"bill": {"amount_fen": 5_000}}, False),
        ("customer.stars == 5.0", {"customer": {"stars": 5}}, True),
        ("double(bill.amount_fen) / 3.0 > 1.5", {"bill": {"amount_fen": 5}}, True),
        ("int(bill.fall_share * 10.0) == 3", {"bill": {"fall_share": 0.39}}, True),
        ("-bill.owed_fen < -100", {"bill": {"owed_fen": 101}}, True),
        ("customer.brand.startsWith('tian')", {"customer": {"brand": "tianyi"}}, True),
        ('customer.brand in ["a", "它\'s"]', {"customer": {"brand": "它's"}}, True),
        ("suspension.kind in ['voluntary'] ? true : suspension.now", {"suspension": {"kind": "voluntary"}}, True),
        ("!(customer.important || false)", {"customer": {"important": False}}, True),
        ("!!customer.important", {"customer": {"important": True}}, True),
        ("has(credit.score)", {}, False),
        ("!has(credit.score) || credit.score < 400", {}, True),
    ],
)
def test_what_is_taken_means_what_it_says(text: str, groups: dict[str, Any], expected: bool) -> None:
    assert holds(text, **groups) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("credit.score < 400", None),
        ("credit.score < 400 && customer.stars >= 5", None),
        ("credit.score < 400 && customer.stars > 5", False),
        ("credit.score < 400 || customer.stars >= 5", True),
        ("credit.score < 400 || customer.stars > 5", None),
        ("!(credit.score < 400)", None),
        ("has(credit.score) ? credit.score < 400 : customer.stars == 5", True),
    ],
)
def test_what_is_not_known_decides_nothing(text: str, expected: bool | None) -> None:
    assert holds(text, customer={"stars": 5}) is expected


@pytest.mark.parametrize(
    "text",
    ["bill.amount_fen / bill.owed_fen > 1", "bill.amount_fen % bill.owed_fen > 1", "bill.amount_fen * 9223372036 > 1"],
)
def test_what_cannot_be_computed_is_told(text: str) -> None:
    with pytest.raises(AskingFailedError):
        holds(text, bill={"amount_fen": 10**10, "owed_fen": 0})


def test_a_condition_names_what_it_asks() -> None:
    asked = condition("bill.fall_share > 0.1 && has(credit.score) && bill.fall_share < 0.5 && bill.owed_fen > 0")
    assert asked.reads == ("bill.fall_share", "credit.score", "bill.owed_fen")
    assert asked.groups == {"bill": ("fall_share", "owed_fen"), "credit": ("score",)}


# Conditions that are right by the features' types, from the smallest parts up.

FEATURES = all_features()
VALUES = {
    "bool": st.booleans(),
    "int": st.integers(-(10**12), 10**12),
    "double": st.floats(-1e6, 1e6),
    "string": st.sampled_from(["a", "tianyi"]),
}


def named(*kinds: str) -> st.SearchStrategy[str]:
    """Draw a feature of one of these kinds."""
    return st.sampled_from([name for name, each in FEATURES.items() if each.kind in kinds])


def numbers(kind: str) -> st.SearchStrategy[str]:
    """Draw something computed of one kind of number."""
    literal = st.integers(0, 99).map(str) if kind == "int" else st.floats(0, 9, width=16).map(lambda x: f"{x:.3f}")
    single = st.one_of(named(kind), literal, named("int", "double").map(lambda name: f"{kind}({name})"))
    both = st.tuples(single, st.sampled_from("+-*/"), single).map(lambda parts: f"({' '.join(parts)})")
    return st.one_of(single, both, single.map(lambda text: f"-{text}"))


COMPARISON = st.tuples(
    st.one_of(numbers("int"), numbers("double")),
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    st.one_of(numbers("int"), numbers("double")),
).map(" ".join)
TEXTS = named("string").flatmap(
    lambda name: st.sampled_from(FEATURES[name].choices or ("a", "b")).flatmap(
        lambda value: st.sampled_from([f"{name} == '{value}'", f"{name} in ['{value}']", f"{name}.contains('{value}')"])
    )
)
SMALL = st.one_of(COMPARISON, TEXTS, named("bool"), st.sampled_from(sorted(FEATURES)).map(lambda name: f"has({name})"))
CONDITIONS = st.recursive(
    SMALL,
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from(["&&", "||"]), part).map(lambda parts: f"({' '.join(parts)})"),
        part.map(lambda text: f"!({text})"),
        st.tuples(part, part, part).map(lambda parts: f"({parts[0]} ? {parts[1]} : {parts[2]})"),
    ),
    max_leaves=6,
)


@st.composite
def customers(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Draw features of their kinds; any may be unknown but those that never are."""
    told: dict[str, dict[str, Any]] = {}
    for name, feature in FEATURES.items():
        group, _, field = name.partition(".")
        if feature.always or draw(st.booleans()):
            told.setdefault(group, {})[field] = draw(_value(feature))
    return told


def _value(feature: Feature) -> st.SearchStrategy[Any]:
    return st.sampled_from(feature.choices) if feature.choices else VALUES[feature.kind]


def refusal(text: str) -> str | None:
    """Return why a condition is refused; None: it is taken."""
    try:
        condition(text)
    except ConditionError as refused:
        return str(refused)
    return None


def failure(text: str, told: dict[str, dict[str, Any]]) -> str | None:
    """Return why a condition cannot be evaluated; None: it can."""
    try:
        answer = holds(text, **told)
    except AskingFailedError as failed:
        return str(failed)
    assert answer in (True, False, None)
    return None


@given(CONDITIONS, customers())
def test_what_is_taken_fails_by_numbers_alone_and_never_by_types(text: str, told: dict[str, dict[str, Any]]) -> None:
    if (why := refusal(text)) is not None:
        assert "asks nothing" in why or "longer than" in why, text
        return
    if (failed := failure(text, told)) is not None:
        assert failed.startswith(("ZeroDivisionError", "OverflowError")), text


@given(st.text(alphabet="abc.()[]<>=!&|?:+-*/%'\"\\ 019_,\n{}中has", max_size=60))
def test_whatever_is_written_is_refused_in_words_or_taken_by_cel_too(text: str) -> None:
    why = refusal(text)
    assert why or cel.compile(text)
