"""Rating: what a month's usage costs under a plan, where the records tell usage and no bill."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from services.intake.domain.format import Money
from shared.events.bill_issued import BillLines

MB_PER_GB = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a month costs, what it includes, and what more costs; amounts in the format's money."""

    pay: Decimal
    minutes: int
    messages: int
    gigabytes: int
    per_minute: Decimal
    per_message: Decimal
    per_gigabyte: Decimal


@dataclass(slots=True)
class Usage:
    """What was used in a month."""

    minutes: int = 0
    """Each call rounded up to a whole minute."""
    messages: int = 0
    megabytes: Decimal = Decimal()


def rated(plan: Plan, used: Usage, money: Money) -> BillLines:
    """Return the bill's lines: the monthly pay, and what goes beyond it, data by whole gigabytes a month."""
    gigabytes = int((used.megabytes / MB_PER_GB).to_integral_value(ROUND_CEILING))
    return BillLines(
        local_minutes=used.minutes,
        messages=used.messages,
        data_mb=int(used.megabytes.to_integral_value(ROUND_CEILING)),
        package_fee_fen=_fen(plan.pay, money),
        voice_fee_fen=_fen(max(used.minutes - plan.minutes, 0) * plan.per_minute, money),
        sms_fee_fen=_fen(max(used.messages - plan.messages, 0) * plan.per_message, money),
        data_fee_fen=_fen(max(gigabytes - plan.gigabytes, 0) * plan.per_gigabyte, money),
    )


def _fen(amount: Decimal, money: Money) -> int:
    """Return an amount in fen; exact where prices are whole hundredths of the unit."""
    return int(amount * money.fen)
