"""Usage days as the sieve told them last, kept for as long as some rule looks back, and each number's weekly look."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.usage import FORGOTTEN, KEPT, SETTLING, WINDOW, Day, UsageLooked, looked
from shared.events.usage_day import UsageDay

ROWS = 5_000


async def record(tx: AsyncConnection, days: Sequence[UsageDay]) -> None:
    """Keep the latest version of each number's day, in whatever order they come and however often."""
    latest: dict[tuple[str, date], UsageDay] = {}
    for each in sorted(days, key=lambda told: told.version):
        latest[each.msisdn, each.day] = each
    rows = [latest[key] for key in sorted(latest)]
    columns = {
        "numbers": [each.msisdn for each in rows],
        "days": [each.day for each in rows],
        "versions": [each.version for each in rows],
        "contacts": [each.calls_out + each.calls_in + each.messages for each in rows],
        "bytes": [each.bytes for each in rows],
        "calls": [each.calls_out + each.calls_in for each in rows],
        "seconds": [each.seconds_out + each.seconds_in for each in rows],
        "messages": [each.messages for each in rows],
    }
    await tx.execute(
        text(
            "INSERT INTO usage_day AS known (msisdn, day, version, contacts, bytes, calls, seconds, messages)"
            " SELECT * FROM unnest(CAST(:numbers AS text[]), CAST(:days AS date[]), CAST(:versions AS int[]),"
            " CAST(:contacts AS int[]), CAST(:bytes AS bigint[]), CAST(:calls AS int[]), CAST(:seconds AS int[]),"
            " CAST(:messages AS int[]))"
            " ON CONFLICT (msisdn, day) DO UPDATE SET version = excluded.version, contacts = excluded.contacts,"
            " bytes = excluded.bytes, calls = excluded.calls, seconds = excluded.seconds,"
            " messages = excluded.messages WHERE excluded.version > known.version"
        ),
        columns,
    )
    await tx.execute(
        text(
            "INSERT INTO usage_number AS known (msisdn, first_active_on, last_active_on)"
            " SELECT msisdn, min(day), max(day) FROM unnest(CAST(:numbers AS text[]), CAST(:days AS date[]))"
            " AS told (msisdn, day) GROUP BY msisdn ORDER BY msisdn"
            " ON CONFLICT (msisdn) DO UPDATE SET"
            " first_active_on = least(known.first_active_on, excluded.first_active_on),"
            " last_active_on = greatest(known.last_active_on, excluded.last_active_on)"
            " WHERE excluded.last_active_on > known.last_active_on OR excluded.first_active_on < known.first_active_on"
        ),
        {"numbers": columns["numbers"], "days": columns["days"]},
    )


async def look(tx: AsyncConnection, passed: date, limit: int) -> list[UsageLooked]:
    """Look at at most `limit` numbers whose day of the week it is and that were not looked at yet."""
    rows = await tx.execute(
        text(
            "UPDATE usage_number SET looked_on = :passed WHERE msisdn IN (SELECT msisdn FROM usage_number"
            " WHERE weekday = :weekday AND looked_on < :passed ORDER BY msisdn LIMIT :limit)"
            " RETURNING msisdn, first_active_on, last_active_on"
        ),
        {"passed": passed, "weekday": passed.weekday(), "limit": limit},
    )
    known = {row.msisdn: (row.first_active_on, row.last_active_on) for row in rows}
    days = await _days(tx, list(known), passed - SETTLING - WINDOW, passed - SETTLING)
    return [looked(msisdn, passed, known[msisdn], days.get(msisdn, [])) for msisdn in sorted(known)]


async def _days(tx: AsyncConnection, numbers: Sequence[str], after: date, through: date) -> dict[str, list[Day]]:
    rows = await tx.execute(
        text(
            "SELECT msisdn, day, contacts, bytes, calls, seconds, messages FROM usage_day"
            " WHERE msisdn = ANY(:numbers) AND day > :after AND day <= :through"
        ),
        {"numbers": list(numbers), "after": after, "through": through},
    )
    found: dict[str, list[Day]] = {}
    for row in rows:
        told = row._asdict()
        found.setdefault(told.pop("msisdn"), []).append(Day(**told))
    return found


async def forget(tx: AsyncConnection, passed: date) -> bool:
    """Delete a part of what no rule looks back at any more; return whether there may be more of it."""
    days = await tx.execute(
        text(
            "DELETE FROM usage_day WHERE (msisdn, day) IN (SELECT msisdn, day FROM usage_day WHERE day < :d LIMIT :n)"
        ),
        {"d": passed - KEPT, "n": ROWS},
    )
    numbers = await tx.execute(
        text(
            "DELETE FROM usage_number WHERE msisdn IN"
            " (SELECT msisdn FROM usage_number WHERE last_active_on < :d LIMIT :n)"
        ),
        {"d": passed - FORGOTTEN, "n": ROWS},
    )
    return max(days.rowcount, numbers.rowcount) == ROWS
