"""The people of the simulated operator: for each county its managers and callers, above them who supervises."""

from collections.abc import Iterator

from msgspec import Struct

from services.intake.domain.simulator import luck
from services.intake.domain.simulator.names import person_name
from services.intake.domain.simulator.regions import CITIES, COUNTIES, PROVINCE
from shared.events.staff_recorded import Role

MANAGERS, CALLERS = 2, 1
"""Customer managers and phone managers in each county."""


class Person(Struct, frozen=True):
    """Somebody with a login, as the development issuer knows them."""

    staff_id: str
    name: str
    role: Role
    region: str
    team: str | None = None


def staff(seed: int) -> list[Person]:
    """Return everybody who works for the operator, and the machines that act for it."""
    return [*_above(seed), *_in_counties(seed), *_machines()]


def _above(seed: int) -> Iterator[Person]:
    yield _person(seed, "province-admin", "province_admin", PROVINCE.path)
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


def _machines() -> Iterator[Person]:
    yield Person("network", "network gateway", "integrator", PROVINCE.path)
    yield Person("web-hall", "web hall", "channel", PROVINCE.path)
    yield Person("ops", "operations", "ops", PROVINCE.path)


def _person(seed: int, staff_id: str, role: Role, region: str, team: str | None = None) -> Person:
    return Person(staff_id, person_name(luck.draw(seed, "staff", staff_id)), role, region, team)
