"""What happened before the first day: the tree, customers, numbers, and twelve months of bills."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from services.intake.domain.simulator import crm, regions
from services.intake.domain.simulator.base import Subscriber, bill_lines
from services.intake.domain.simulator.truth import Leaving
from services.intake.domain.simulator.world import World
from shared.calendar import local_moment, month_bounds, month_of, months_before, start_of
from shared.events.bill_issued import BillIssued
from shared.events.number_ported import NumberPorted
from shared.events.region_defined import RegionDefined
from shared.ids import derived_id
from shared.topic import Event

HISTORY_MONTHS = 12
FADED_SHARE = 0.35
FADING = timedelta(days=40)
"""Who fades spends less from the month on in which this long before leaving lies."""
ISSUED = time(3)
ISSUE_DAY = 2


def regions_defined(world: World) -> Iterator[RegionDefined]:
    """Yield the operator's tree."""
    at = start_of(date(2024, 1, 1))
    for division in regions.ALL:
        yield RegionDefined(
            id=derived_id("region", division.adcode),
            occurred_at=at,
            adcode=division.adcode,
            path=division.path,
            name_zh=division.name_zh,
            name_en=division.name_en,
        )


def customers(world: World) -> Iterator[Event]:
    """Yield who holds which number, customers before their numbers."""
    everybody = [world.who(index) for index in range(world.plan.subscribers)]
    yield from (crm.customer(who, who.activated_at) for who in everybody)
    yield from (crm.subscription(who, who.activated_at) for who in everybody)
    yield NumberPorted(
        id=derived_id("number_ported", "+8613800990000"),
        occurred_at=start_of(date(2025, 6, 1)),
        msisdn="+8613800990000",
        operator="china_telecom",
    )


def bills_before(world: World) -> Iterator[BillIssued]:
    """Yield the bills that were issued before the first day, month by month."""
    last = months_before(month_of(start_of(world.plan.first_day)), 2)
    for back in range(HISTORY_MONTHS - 1, -1, -1):
        yield from bills(world, months_before(last, back))


def bills(world: World, month: str) -> Iterator[BillIssued]:
    """Yield everybody's bill for `month`, issued on the second of the month after it."""
    issued_at = local_moment(month_bounds(month)[1].date() + timedelta(days=ISSUE_DAY - 1), ISSUED)
    begins_at = month_bounds(month)[0]
    for index in range(world.plan.subscribers):
        who = world.who(index)
        if who.activated_at <= begins_at and not world.gone(index, begins_at.date()):
            yield _bill(world, who, month, issued_at)


def _bill(world: World, who: Subscriber, month: str, issued_at: datetime) -> BillIssued:
    leaver = world.leaver(who.index)
    share = FADED_SHARE if leaver and _fading(world, leaver, month) else 1.0
    lines = bill_lines(world.plan.seed, who, month, share)
    amount_fen = lines.total_fen
    return BillIssued(
        id=derived_id("bill", who.msisdn, month),
        occurred_at=issued_at + timedelta(seconds=who.index % 3_600),
        msisdn=who.msisdn,
        bill_no=f"B{month}-{who.index:06d}",
        month=month,
        amount_due_fen=amount_fen,
        remaining_fen=amount_fen,
        lines=lines,
    )


def _fading(world: World, leaver: Leaving, month: str) -> bool:
    if leaver.scenario != "fading" or world.persuaded_by(leaver, month_bounds(month)[0].date()):
        return False
    return month >= month_of(start_of(leaver.leaves_on - FADING))
