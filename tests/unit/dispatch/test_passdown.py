"""Pass-down goes to the nearest people of the tier, and a customer stays with the same manager while people stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.domain.passdown import Member, Passed, pass_down

pytestmark = pytest.mark.unit

PROVINCE, CITY, COUNTY = "150000", "150000.150100", "150000.150100.150102"
NEIGHBOUR, OTHER_CITY = "150000.150100.150105", "150000.150200.150203"
CUSTOMERS = [f"C{number:06d}" for number in range(600)]


def manager(name: str, region: str = COUNTY) -> Member:
    """Return a customer manager."""
    return Member(name, "customer_manager", region)


def caller(name: str, region: str = COUNTY) -> Member:
    """Return a phone manager."""
    return Member(name, "phone_manager", region)


def guardians(*roster: Member) -> dict[str, str | None]:
    """Return whom each customer of the county is passed down to."""
    return {each: pass_down(each, COUNTY, "customer_manager", roster).assigned_to for each in CUSTOMERS}


@pytest.mark.parametrize(
    ("roster", "passed"),
    [
        ([manager("near"), manager("far", NEIGHBOUR)], Passed(COUNTY, "near")),
        ([manager("city", NEIGHBOUR), manager("far", OTHER_CITY)], Passed(CITY, "city")),
        ([manager("far", OTHER_CITY)], Passed(PROVINCE, "far")),
        ([manager("abroad", "110000.110100.110101")], Passed(COUNTY, None)),
        ([caller("carl")], Passed(COUNTY, None)),
        ([], Passed(COUNTY, None)),
    ],
)
def test_the_nearest_manager_gets_it(roster: list[Member], passed: Passed) -> None:
    assert pass_down("c1", COUNTY, "customer_manager", roster) == passed


@pytest.mark.parametrize(
    ("roster", "region"),
    [
        ([caller("carl")], COUNTY),
        ([caller("carl"), caller("dora")], COUNTY),
        ([caller("dora", NEIGHBOUR), manager("near")], CITY),
        ([caller("dora", OTHER_CITY)], PROVINCE),
        ([manager("near")], COUNTY),
    ],
)
def test_callers_share_the_queue_of_the_nearest_region_that_has_some(roster: list[Member], region: str) -> None:
    assert pass_down("c1", COUNTY, "phone_manager", roster) == Passed(region, None)


def test_customers_are_shared_out_evenly() -> None:
    whose = list(guardians(manager("anna"), manager("bert"), manager("cleo")).values())
    assert all(150 < whose.count(name) < 250 for name in ("anna", "bert", "cleo"))


def test_when_somebody_leaves_only_their_customers_move() -> None:
    before = guardians(manager("anna"), manager("bert"), manager("cleo"))
    after = guardians(manager("anna"), manager("cleo"))
    assert {each for each in CUSTOMERS if before[each] != after[each]} == {
        each for each in CUSTOMERS if before[each] == "bert"
    }


def test_when_somebody_comes_customers_move_to_them_only() -> None:
    before, after = guardians(manager("anna")), guardians(manager("anna"), manager("bert"))
    assert {after[each] for each in CUSTOMERS if before[each] != after[each]} == {"bert"}


@given(st.permutations([manager("anna"), manager("bert"), manager("cleo"), caller("carl")]))
def test_the_order_of_the_roster_does_not_matter(roster: list[Member]) -> None:
    assert pass_down("c1", COUNTY, "customer_manager", roster) == pass_down(
        "c1", COUNTY, "customer_manager", sorted(roster, key=lambda member: member.staff_id)
    )
