"""Whose network a number is on: by its prefix, unless the porting table says otherwise."""

import phonenumbers
import pytest
from phonenumbers import carrier

from services.warning.domain import operators
from services.warning.domain.operators import HOTLINES, OPERATORS, Network, mobile_prefixes, operator_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("number", "operator"),
    [
        ("+8613300000001", "china_telecom"),
        ("+8618900000001", "china_telecom"),
        ("+8619900000001", "china_telecom"),
        ("+8613800138000", "china_mobile"),
        ("+8618800000001", "china_mobile"),
        ("+8613000000001", "china_unicom"),
        ("+8618600000001", "china_unicom"),
        ("+8619200000001", "china_broadnet"),
        ("+8647100000000", None),
        ("+14155550100", None),
        ("10086", None),
        ("", None),
    ],
)
def test_the_prefix_tells_the_operator(number: str, operator: str | None) -> None:
    assert operator_of(number, {}) == operator


def test_every_block_is_whose_the_library_says_it_is() -> None:
    """Of 150 to 159 most are told by the four digits 8615 alone."""
    told: dict[str, str | None] = {}
    expected: dict[str, str] = {}
    for block in range(1300, 2000):
        number = f"+86{block}0000000"
        if operator := OPERATORS.get(carrier.name_for_number(phonenumbers.parse(number), "en")):
            told[number], expected[number] = operator_of(number, {}), operator
    assert told == expected
    assert len(expected) > 300


def test_the_porting_table_overrides_the_prefix() -> None:
    ported = {"+8613800138000": "china_telecom", "+14155550100": "china_unicom"}
    assert operator_of("+8613800138000", ported) == "china_telecom"
    assert operator_of("+14155550100", ported) == "china_unicom"
    assert operator_of("+8613800138001", ported) == "china_mobile"


def test_the_longest_prefix_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    prefixes = {"86170": "china_telecom", "861705": "china_mobile", "86170599": "china_unicom"}
    monkeypatch.setattr(operators, "mobile_prefixes", lambda: prefixes)
    numbers = ("+8617000000000", "+8617050000000", "+8617059900000")
    assert [operator_of(number, {}) for number in numbers] == ["china_telecom", "china_mobile", "china_unicom"]


def test_every_prefix_is_a_mobile_one_in_china_and_its_operator_is_known() -> None:
    assert len(mobile_prefixes()) > 40
    assert {prefix[:3] for prefix in mobile_prefixes()} == {"861"}
    assert set(mobile_prefixes().values()) == set(OPERATORS.values())


def test_our_own_codes_are_no_rivals_hotlines() -> None:
    assert not {"10000", "10001", "12580"} & set(HOTLINES)
    assert set(HOTLINES) == {"10086", "10085", "10010", "10016", "10099"}
    assert Network().own_operator not in Network().hotlines.values()
