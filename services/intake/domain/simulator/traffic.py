"""A day's ordinary traffic: calls among friends, messages, data, payments."""

from collections.abc import Iterator
from datetime import time

from services.intake.domain.simulator import luck
from services.intake.domain.simulator.base import Subscriber, bill_lines
from services.intake.domain.simulator.world import World
from shared.calendar import local_moment, month_of, months_before, start_of
from shared.events.call_detail_record import CallDetailRecord
from shared.events.payment_received import PaymentReceived
from shared.ids import derived_id

RECORDS_MAX = 6
CIRCLE = 5
VOICE_TENTHS = 6
"""Of ten CDRs six are calls, one is a message, three are data."""
FIRST_SECOND, LAST_SECOND = 1_800, 16 * 3_600 - 1
"""Traffic of a simulated day lies between half past midnight and four in the afternoon, before people are called."""
PAY_DAYS = range(5, 15)


def cdrs(world: World, who: Subscriber) -> Iterator[CallDetailRecord]:
    """Yield today's CDRs of a subscriber, more for those who use more."""
    seed, day = world.plan.seed, world.day
    count = 1 + int(luck.draw(seed, "count", who.index, day) * RECORDS_MAX * min(who.appetite, 1.0))
    for number in range(count):
        drawn = luck.draw(seed, "cdr", who.index, day, number)
        yield _cdr(world, who, number, drawn)


def _cdr(world: World, who: Subscriber, number: int, drawn: float) -> CallDetailRecord:
    second = FIRST_SECOND + int(drawn * (LAST_SECOND - FIRST_SECOND))
    at = local_moment(world.today, time(second // 3_600, second // 60 % 60, second % 60))
    # The digits behind the time of day are as good as another draw, and there are many CDRs.
    rest = int(drawn * 10**12) % 10**6
    kind = rest % 10
    voice = kind < VOICE_TENTHS
    return CallDetailRecord(
        id=f"{who.county}-{world.day}-{who.index}-{number}",
        occurred_at=at,
        msisdn=who.msisdn,
        service="voice" if voice else "sms" if kind == VOICE_TENTHS else "data",
        direction="in" if voice and rest % 2 else "out",
        peer=_friend(world, who, rest) if kind <= VOICE_TENTHS else None,
        duration_s=20 + rest % 400 if voice else 0,
        bytes=rest * 200 if kind > VOICE_TENTHS else 0,
        cell=f"{who.county}-{who.index % 40}",
        imei=who.handset,
    )


def _friend(world: World, who: Subscriber, drawn: int) -> str:
    """Return one of the subscriber's few friends: some of our own, some on other networks."""
    friend = (who.index * 7 + drawn % CIRCLE * 13 + 1) % world.plan.subscribers
    if friend % 3 == 0:
        return f"+86139{friend:08d}"
    return world.who(friend).msisdn


def payment(world: World, who: Subscriber) -> PaymentReceived | None:
    """Return the payment of last month's bill, where this is the day on which the subscriber pays."""
    today = world.today
    if today.day != PAY_DAYS[who.index % len(PAY_DAYS)]:
        return None
    leaver = world.leaver(who.index)
    if leaver and leaver.scenario == "arrears" and not world.persuaded_by(leaver, today):
        return None
    month = months_before(month_of(start_of(today)), 1)
    return PaymentReceived(
        id=derived_id("payment", who.msisdn, today.isoformat()),
        occurred_at=local_moment(today, time(8, who.index % 60)),
        msisdn=who.msisdn,
        amount_fen=bill_lines(world.plan.seed, who, month, 1.0).total_fen,
        remaining_fen=0,
    )
