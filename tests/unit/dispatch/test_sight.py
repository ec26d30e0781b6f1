"""People see their own region and level only; whoever an item was passed down to sees it alone among their tier."""

import pytest

from services.dispatch.domain.sight import Whereabouts, sees

pytestmark = pytest.mark.unit

PROVINCE, CITY, COUNTY = "150000", "150000.150100", "150000.150100.150102"
NEIGHBOUR, OTHER_CITY = "150000.150100.150105", "150000.150200"


def item(tier: str = "phone_manager", offered: str = COUNTY, assigned: str | None = None) -> Whereabouts:
    """Return an item whose home is the county."""
    return Whereabouts(tier=tier, home_region=COUNTY, offered_region=offered, assigned_to=assigned)


@pytest.mark.parametrize(
    ("region", "where", "seen"),
    [
        (COUNTY, item(), True),
        (NEIGHBOUR, item(), False),
        (NEIGHBOUR, item(offered=CITY), True),
        (f"{OTHER_CITY}.150203", item(offered=CITY), False),
        (f"{OTHER_CITY}.150203", item(offered=PROVINCE), True),
        (CITY, item(), False),
        (COUNTY, item(tier="customer_manager"), False),
        (COUNTY, item(assigned="carl"), True),
        (COUNTY, item(assigned="dora"), False),
    ],
)
def test_a_caller_sees_what_their_county_is_offered(region: str, where: Whereabouts, seen: bool) -> None:
    assert sees("carl", "phone_manager", region, where) is seen


@pytest.mark.parametrize("role", ["province_admin", "city_admin", "county_supervisor", "team_leader", "auditor"])
@pytest.mark.parametrize(
    ("region", "seen"),
    [(COUNTY, True), (CITY, True), (PROVINCE, True), (NEIGHBOUR, False), (OTHER_CITY, False), ("15", False)],
)
def test_an_overseer_sees_what_is_at_home_below_them_whoever_has_it(role: str, region: str, seen: bool) -> None:
    for where in (item(), item("customer_manager", PROVINCE, "dora")):
        assert sees("carl", role, region, where) is seen


def test_a_region_that_is_offered_an_item_oversees_it_no_more_than_before() -> None:
    assert not sees("carl", "county_supervisor", NEIGHBOUR, item(offered=CITY))


@pytest.mark.parametrize("role", ["integrator", "channel", "finance", "ops", "", "postgres"])
def test_nobody_else_sees_any(role: str) -> None:
    assert not sees("carl", role, PROVINCE, item())
    assert not sees("carl", role, COUNTY, item(assigned="carl"))
