"""The people of the simulated operator: for each county its managers and callers, above them who supervises."""

from collections.abc import Iterator

from msgspec import Struct

from services.intake.domain.simulator import luck
from services.intake.domain.simulator.names import person_name
from services.intake.domain.simulator.regions import CITIES, COUNTIES, PROVINCE
from shared.events.staff_recorded import Role

MANAGERS, CALLERS = 2, 1
"""Customer managers and phone managers in each county."""
PROVINCE_MANAGERS, PROVINCE_CALLERS = 4, 2
"""The same for a province that is one small team."""
ADMIN, DEPUTY = "province-admin", "province-deputy"
"""What one of them proposes for the province the other approves."""


class Person(Struct, frozen=True):
    """Somebody with a login, as the development issuer knows them."""

    staff_id: str
    name: str
    role: Role
    region: str
    team: str | None = None


def staff(seed: int) -> list[Person]:
    """Return everybody who works for the operator, and the machines that act for it."""
    return [*_above(seed), *_in_counties(seed), *_machines(PROVINCE.path)]


def province_staff(seed: int, province: str) -> Iterator[Person]:
    """Yield who works for a small operator: all of them for the whole province."""
    team = f"team-{province}"
    yield _person(seed, ADMIN, "province_admin", province)
    yield _person(seed, DEPUTY, "province_admin", province)
    for number in range(1, PROVINCE_MANAGERS + 1):
        yield _person(seed, f"manager-{province}-{number}", "customer_manager", province, team)
    for number in range(1, PROVINCE_CALLERS + 1):
        yield _person(seed, f"caller-{province}-{number}", "phone_manager", province, team)
    yield from _machines(province)


def _above(seed: int) -> Iterator[Person]:
    yield _person(seed, ADMIN, "province_admin", PROVINCE.path)
    yield _person(seed, DEPUTY, "province_admin", PROVINCE.path)
    yield _person(seed, "finance", "finance", PROVINCE.path)
    yield _person(seed, "auditor", "auditor", PROVINCE.path)
    for city in CITIES:
        yield _person(seed, f"city-admin-{city.adcode}", "city_admin", city.path)


def _in_counties(seed: int) -> Iterator[Person]:
    for county in COUNTIES:
        team = f"team-{county.adcode}"
        yield _person(seed, f"supervisor-{county.adcode}", "county_supervisor", county.path)
        for number in range(1, MANAGERS + 1):
            yield _person(seed, f"manager-{county.adcode}-{number}", "customer_manager", county.path, team)
        for number in range(1, CALLERS + 1):
            yield _person(seed, f"caller-{county.adcode}-{number}", "phone_manager", county.path, team)


def _machines(province: str) -> Iterator[Person]:
    yield Person("network", "network gateway", "integrator", province)
    yield Person("web-hall", "web hall", "channel", province)
    yield Person("ops", "operations", "ops", province)


def _person(seed: int, staff_id: str, role: Role, region: str, team: str | None = None) -> Person:
    return Person(staff_id, person_name(luck.draw(seed, "staff", staff_id)), role, region, team)
