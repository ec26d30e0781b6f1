"""How a leaver shows: each scenario's facts, by the days before and after the day they mean to leave."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from services.intake.domain.simulator import luck
from services.intake.domain.simulator.base import Subscriber
from services.intake.domain.simulator.crm import subscription
from services.intake.domain.simulator.truth import Leaving
from services.intake.domain.simulator.world import World
from shared.calendar import local_moment
from shared.events.call_detail_record import CallDetailRecord
from shared.events.forwarding_changed import ForwardingAction, ForwardingChanged
from shared.events.payment_received import PaymentReceived
from shared.events.porting_progressed import PortingProgressed, PortingStep
from shared.events.suspension_changed import SuspensionAction, SuspensionChanged, SuspensionKind
from shared.ids import derived_id
from shared.topic import Event

HOTLINE_DAYS = (-10, -7, -5)
ENQUIRY_DAY = -3
FORWARDING_DAY = -8
LEG_DAYS = (-7, -5, -2)
ONE_WAY_DAY, TWO_WAY_DAY = -10, -3
SUSPENSION_DAY = -5
HOTLINES = ("10086", "10010")
RIVALS = ("138", "130")


def by_day(world: World, leaver: Leaving, who: Subscriber) -> Iterator[Event]:
    """Yield what the leaver's scenario shows in the course of today."""
    today = world.today
    if world.persuaded_by(leaver, today):
        if world.persuaded[leaver.customer_id] == today - timedelta(days=1):
            yield from _undone(leaver, who, today)
        return
    offset = (today - leaver.leaves_on).days
    match leaver.scenario:
        case "hotline_then_port":
            yield from _calling_a_rival(world, who, offset)
        case "forwarding":
            yield from _forwarding(world, who, offset)
        case "arrears":
            yield from _in_arrears(who, today, offset)
        case "suspension" | "fading":
            if offset == SUSPENSION_DAY:
                yield suspension(who, today, "voluntary", "suspended")


def by_evening(world: World, leaver: Leaving, who: Subscriber) -> Iterator[Event]:
    """Yield the application to port, and the end of the subscription, when the day of leaving is here."""
    today = world.today
    if world.persuaded_by(leaver, today) or leaver.leaves_on != today:
        return
    if leaver.scenario == "hotline_then_port":
        yield porting(who, _at(who, today, 18), "application")
        yield porting(who, _at(who, today, 19), "ported_out")
    yield subscription(who, _at(who, today, 20), _at(who, today, 20))


def false_alarms(world: World, who: Subscriber) -> Iterator[Event]:
    """Yield what looks like leaving and is not: somebody asks a rival's hotline for a friend."""
    drawn = luck.draw(world.plan.seed, "alarm", who.index, world.day)
    if drawn < 0.0006:
        yield hotline_call(world, who)
    elif drawn < 0.0008:
        yield _forwarded(who, world.today, "registration")
    elif drawn < 0.0010:
        yield porting(who, _at(who, world.today, 11), "enquiry")


def _calling_a_rival(world: World, who: Subscriber, offset: int) -> Iterator[Event]:
    if offset in HOTLINE_DAYS:
        yield hotline_call(world, who)
    if offset == ENQUIRY_DAY:
        yield porting(who, _at(who, world.today, 11), "enquiry")


def _forwarding(world: World, who: Subscriber, offset: int) -> Iterator[Event]:
    if offset == FORWARDING_DAY and who.index % 2:
        yield _forwarded(who, world.today, "registration")
    if offset in LEG_DAYS:
        yield CallDetailRecord(
            id=f"leg-{world.day}-{who.index}",
            occurred_at=_at(who, world.today, 14),
            msisdn=who.msisdn,
            service="voice",
            direction="forwarded",
            peer=rival_number(who),
            duration_s=40,
        )


def _in_arrears(who: Subscriber, today: date, offset: int) -> Iterator[Event]:
    if offset == ONE_WAY_DAY:
        yield suspension(who, today, "arrears_one_way", "suspended")
    if offset == TWO_WAY_DAY:
        yield suspension(who, today, "arrears_two_way", "suspended")


def _undone(leaver: Leaving, who: Subscriber, today: date) -> Iterator[Event]:
    """Yield what a persuaded customer takes back on the morning after the call."""
    before = (today - leaver.leaves_on).days - 1
    match leaver.scenario:
        case "hotline_then_port" if before >= ENQUIRY_DAY:
            yield porting(who, _at(who, today, 9), "lapsed")
        case "forwarding" if before >= FORWARDING_DAY and who.index % 2:
            yield _forwarded(who, today, "erasure")
        case "arrears" if before >= ONE_WAY_DAY:
            yield PaymentReceived(
                id=derived_id("payment", who.msisdn, today.isoformat(), "late"),
                occurred_at=_at(who, today, 9),
                msisdn=who.msisdn,
                amount_fen=who.plan.fee * 200,
                remaining_fen=0,
            )
            yield suspension(who, today, "arrears_one_way", "resumed")
        case "suspension" | "fading" if before >= SUSPENSION_DAY:
            yield suspension(who, today, "voluntary", "resumed")


def hotline_call(world: World, who: Subscriber) -> CallDetailRecord:
    """Return a call to a rival's hotline."""
    return CallDetailRecord(
        id=f"hotline-{world.day}-{who.index}",
        occurred_at=_at(who, world.today, 13),
        msisdn=who.msisdn,
        service="voice",
        peer=HOTLINES[who.index % len(HOTLINES)],
        duration_s=60 + who.index % 200,
    )


def porting(who: Subscriber, at: datetime, step: PortingStep) -> PortingProgressed:
    """Return a step of porting."""
    return PortingProgressed(
        id=derived_id("porting", who.msisdn, at.date().isoformat(), step),
        occurred_at=at,
        msisdn=who.msisdn,
        step=step,
        to_operator="china_mobile",
    )


def suspension(who: Subscriber, day: date, kind: SuspensionKind, action: SuspensionAction) -> SuspensionChanged:
    """Return that service stopped or came back."""
    return SuspensionChanged(
        id=derived_id("suspension", who.msisdn, day.isoformat(), kind, action),
        occurred_at=_at(who, day, 10),
        msisdn=who.msisdn,
        kind=kind,
        action=action,
    )


def _forwarded(who: Subscriber, day: date, action: ForwardingAction) -> ForwardingChanged:
    return ForwardingChanged(
        id=derived_id("forwarding", who.msisdn, day.isoformat(), action),
        occurred_at=_at(who, day, 12),
        msisdn=who.msisdn,
        action=action,
        forwarded_to=rival_number(who) if action == "registration" else None,
    )


def rival_number(who: Subscriber) -> str:
    """Return the number at a rival that a leaver is reached at."""
    return f"+86{RIVALS[who.index % len(RIVALS)]}0{who.index:07d}"


def _at(who: Subscriber, day: date, hour: int) -> datetime:
    return local_moment(day, time(hour, who.index % 60, who.index // 60 % 60))
