"""What the platform has done so far, counted in its tables by their owner; services never look across schemas."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.calendar import ZONE

WORKED_TIERS = ("customer_manager", "phone_manager")


@dataclass(frozen=True, slots=True)
class Counts:
    """The road in figures."""

    business_time: str
    """As the operator's clocks show it."""
    signals: int
    """What the sieve has told the rules."""
    decided: dict[str, int]
    """Records taken by each stage."""
    warnings_by_state: dict[str, int]
    work_items: dict[str, int]
    """Items ever opened, by tier."""
    waiting: dict[str, int]
    """Items that are open, by tier."""
    contacts: dict[str, int]
    offers: dict[str, int]
    points_postings: int
    dead_letters: dict[str, int]
    measures: dict[str, int]


async def counts(tx: AsyncConnection) -> Counts:
    """Count everything."""
    tiers = dict.fromkeys(WORKED_TIERS, 0)
    return Counts(
        business_time=await _business_time(tx),
        signals=(await tx.execute(text(SIGNALS))).scalar_one(),
        decided=await _by(tx, DECIDED),
        warnings_by_state=await _by(tx, "SELECT state, count(*) FROM dispatch.warning GROUP BY 1 ORDER BY 1"),
        work_items=tiers | await _by(tx, "SELECT tier, count(*) FROM dispatch.work_item GROUP BY 1"),
        waiting=tiers | await _by(tx, "SELECT tier, count(*) FROM dispatch.work_item WHERE state = 'open' GROUP BY 1"),
        contacts=await _by(
            tx, "SELECT coalesce(outcome, 'not_reached'), count(*) FROM dispatch.contact GROUP BY 1 ORDER BY 1"
        ),
        offers=await _by(tx, "SELECT state, count(*) FROM offers.offer GROUP BY 1 ORDER BY 1"),
        points_postings=(await tx.execute(text("SELECT count(*) FROM points.posting"))).scalar_one(),
        dead_letters=await _by(tx, DEAD_LETTERS),
        measures=await _by(tx, "SELECT measure, sum(value)::bigint FROM kpi.counter GROUP BY 1 ORDER BY 1"),
    )


STAGES = ("warning", "dispatch", "offers", "points", "kpi", "archive")
DECIDED = " UNION ALL ".join(
    [
        "SELECT 'sieve', coalesce(sum(next_offset), 0)::bigint FROM warning.sieve_checkpoint",
        *(f"SELECT '{stage}', coalesce(sum(next_offset), 0)::bigint FROM {stage}.consumer_offset" for stage in STAGES),
    ]
)
BURIED = " UNION ALL ".join(f"SELECT reason FROM {stage}.dead_letter" for stage in STAGES)
DEAD_LETTERS = f"SELECT reason, count(*) FROM ({BURIED}) AS letters GROUP BY 1 ORDER BY 1"


SIGNALS = "SELECT count(*) FROM warning.inbox WHERE topic = 'warning.signal.v1'"


async def _business_time(tx: AsyncConnection) -> str:
    moment: datetime = (await tx.execute(text("SELECT platform.business_now()"))).scalar_one()
    return f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M}"


async def _by(tx: AsyncConnection, query: str) -> dict[str, int]:
    return {row[0]: row[1] for row in await tx.execute(text(query))}
