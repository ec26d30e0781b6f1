"""What CRM and billing tell of numbers when re-entry ones are looked for, the days this was done after, and what was
found.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.reentry.assemble import Told
from services.warning.domain.reentry.find import Reentry
from services.warning.domain.reentry.profiles import About
from shared.calendar import local_date
from shared.events.suspension_changed import SuspensionChanged


async def record_suspensions(tx: AsyncConnection, changes: Sequence[SuspensionChanged]) -> None:
    """Keep the latest change of each kind, in whatever order they come."""
    latest: dict[tuple[str, str], SuspensionChanged] = {}
    for change in sorted(changes, key=lambda change: change.occurred_at):
        latest[change.msisdn, change.kind] = change
    await tx.execute(
        text(
            "INSERT INTO suspended_number AS known (msisdn, kind, suspended, changed_at)"
            " VALUES (:msisdn, :kind, :suspended, :changed_at)"
            " ON CONFLICT (msisdn, kind) DO UPDATE SET suspended = excluded.suspended, changed_at = excluded.changed_at"
            " WHERE excluded.changed_at >= known.changed_at"
        ),
        [
            {
                "msisdn": msisdn,
                "kind": kind,
                "suspended": latest[msisdn, kind].action == "suspended",
                "changed_at": latest[msisdn, kind].occurred_at,
            }
            for msisdn, kind in sorted(latest)
        ],
    )


async def next_day(tx: AsyncConnection) -> date | None:
    """Return the first day that has passed and was not looked back from yet; None: there is none."""
    rows = await tx.execute(text(f"SELECT min(day) {WAITING}"))
    day: date | None = rows.scalar_one()
    return day


async def waiting(tx: AsyncConnection) -> int:
    """Return from how many passed days nobody has looked back yet."""
    count: int = (await tx.execute(text(f"SELECT count(*) {WAITING}"))).scalar_one()
    return count


WAITING = "FROM due_day AS d WHERE NOT EXISTS (SELECT FROM reentry_day AS r WHERE r.day = d.day)"


async def told(tx: AsyncConnection, activated: tuple[datetime, datetime]) -> Told:
    """Return the numbers activated from one moment to before another, and what there is to tell of others."""
    since, until = activated
    rows = await tx.execute(
        text(
            "SELECT msisdn, customer_id, activated_at, agent_id FROM subscription"
            " WHERE activated_at >= :since AND activated_at < :until ORDER BY activated_at, subscription_id"
        ),
        {"since": since, "until": until},
    )
    new = {
        word(row.msisdn): About(activated_on=local_date(row.activated_at), identity=row.customer_id, agent=row.agent_id)
        for row in rows
    }
    return Told(new=new, old=await _of_others(tx, new, until) if new else {})


async def _of_others(tx: AsyncConnection, new: Mapping[int, About], at: datetime) -> dict[int, About]:
    """Return the suspended numbers, and those that a new number's customer holds."""
    rows = await tx.execute(
        text(
            "SELECT msisdn, max(changed_at) AS since, NULL AS customer_id FROM suspended_number"
            " WHERE suspended AND changed_at < :at GROUP BY msisdn"
            " UNION ALL SELECT msisdn, NULL, customer_id FROM subscription WHERE customer_id = ANY(:customers)"
        ),
        {"at": at, "customers": sorted({each.identity for each in new.values() if each.identity})},
    )
    suspended_on: dict[int, date] = {}
    customer: dict[int, str] = {}
    for row in rows:
        if row.since:
            suspended_on[word(row.msisdn)] = local_date(row.since)
        else:
            customer[word(row.msisdn)] = row.customer_id
    numbers = (suspended_on.keys() | customer.keys()) - new.keys()
    return {
        number: About(suspended_on=suspended_on.get(number), identity=customer.get(number))
        for number in sorted(numbers)
    }


def word(msisdn: str) -> int:
    """Return a number as the columns hold it."""
    return int(msisdn[1:])


async def held(tx: AsyncConnection, numbers: Collection[str], at: datetime) -> set[str]:
    """Return those of `numbers` that somebody holds at a moment."""
    rows = await tx.execute(
        text(
            "SELECT DISTINCT msisdn FROM subscription WHERE msisdn = ANY(:numbers)"
            " AND activated_at <= :at AND (ended_at IS NULL OR ended_at > :at)"
        ),
        {"numbers": sorted(numbers), "at": at},
    )
    return set(rows.scalars())


async def record(tx: AsyncConnection, day: date, found: Sequence[Reentry], alive: Collection[str]) -> set[str]:
    """Keep what was found, looking back from `day`; return the ids of what was not known before."""
    rows = [
        {
            "id": each.id,
            "kind": each.kind,
            "new": each.new,
            "old": each.old,
            "began_on": each.began_on.isoformat(),
            "told": each.old in alive,
            "evidence": each.evidence,
        }
        for each in found
    ]
    fresh = await tx.execute(
        text(
            "INSERT INTO reentry (reentry_id, kind, new_msisdn, old_msisdn, began_on, found_on, told, evidence)"
            " SELECT id, kind, new, old, began_on, :day, told, evidence FROM jsonb_to_recordset(CAST(:rows AS jsonb))"
            " AS r (id text, kind text, new text, old text, began_on date, told boolean, evidence jsonb)"
            " ON CONFLICT DO NOTHING RETURNING reentry_id"
        ),
        {"day": day, "rows": msgspec.json.encode(rows).decode()},
    )
    return set(fresh.scalars())


async def done(tx: AsyncConnection, day: date, new_numbers: int, found: int) -> None:
    """Write down that somebody has looked back from `day`."""
    await tx.execute(
        text(
            "INSERT INTO reentry_day (day, new_numbers, found) VALUES (:day, :new, :found) ON CONFLICT (day) DO NOTHING"
        ),
        {"day": day, "new": new_numbers, "found": found},
    )
