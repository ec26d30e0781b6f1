"""The queue as call-centre apps use it: claimed under a lease with a fencing token, on system time.

These statements run as the person who asks: row-level security shows them their own region and level only.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

ITEM = (
    "work_item_id, customer_id, subscription_id, msisdn, state, tier, priority,"
    " CAST(home_region AS text) AS home_region, CAST(offered_region AS text) AS offered_region,"
    " assigned_to, opened_at, due_at, not_before, attempts, leased_by, lease_until, lease_token"
)
FREE = (
    "state = 'open' AND (lease_until IS NULL OR lease_until < clock_timestamp())"
    " AND (not_before IS NULL OR not_before <= business_now())"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedItem:
    """A work item as it stands in the queue."""

    work_item_id: str
    customer_id: str
    subscription_id: str
    msisdn: str
    state: str
    tier: str
    priority: int
    home_region: str
    offered_region: str
    assigned_to: str | None
    opened_at: datetime
    due_at: datetime
    not_before: datetime | None
    attempts: int
    leased_by: str | None
    lease_until: datetime | None
    lease_token: int


async def one_by_one(tx: AsyncConnection, staff_id: str) -> None:
    """Let this person's claims wait for one another: who asks twice at once holds one item all the same."""
    await tx.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('claim ' || CAST(:staff_id AS text), 0))"),
        {"staff_id": staff_id},
    )


async def in_hand(tx: AsyncConnection, staff_id: str) -> QueuedItem | None:
    """Return the item that the person holds under a living lease."""
    rows = await tx.execute(
        text(
            f"SELECT {ITEM} FROM work_item"
            " WHERE state = 'open' AND leased_by = :staff_id AND lease_until >= clock_timestamp()"
            " ORDER BY lease_until LIMIT 1"
        ),
        {"staff_id": staff_id},
    )
    row = rows.one_or_none()
    return QueuedItem(**row._asdict()) if row else None


async def claim_next(tx: AsyncConnection, staff_id: str, lease_s: int) -> QueuedItem | None:
    """Lease the first free item that the person may see: what was passed down to them, then by priority and age."""
    rows = await tx.execute(
        text(
            "UPDATE work_item SET leased_by = :staff_id, lease_token = lease_token + 1,"
            " lease_until = clock_timestamp() + make_interval(secs => :lease_s)"
            " WHERE work_item_id = (SELECT work_item_id FROM work_item"
            f" WHERE {FREE} AND tier = current_setting('app.role')"
            " ORDER BY (assigned_to IS NOT NULL) DESC, priority DESC, opened_at, work_item_id"
            " LIMIT 1 FOR UPDATE SKIP LOCKED)"
            f" RETURNING {ITEM}"
        ),
        {"staff_id": staff_id, "lease_s": lease_s},
    )
    row = rows.one_or_none()
    return QueuedItem(**row._asdict()) if row else None


async def renew(tx: AsyncConnection, work_item_id: str, token: int, lease_s: int) -> QueuedItem | None:
    """Lengthen the person's living lease; None: it is another's, the token is stale, or the lease lapsed."""
    rows = await tx.execute(
        text(
            "UPDATE work_item SET lease_until = clock_timestamp() + make_interval(secs => :lease_s)"
            " WHERE work_item_id = :id AND state = 'open' AND lease_token = :token"
            f" AND leased_by = current_setting('app.staff') AND lease_until >= clock_timestamp() RETURNING {ITEM}"
        ),
        {"id": work_item_id, "token": token, "lease_s": lease_s},
    )
    row = rows.one_or_none()
    return QueuedItem(**row._asdict()) if row else None


async def give_back(tx: AsyncConnection, work_item_id: str, token: int) -> bool:
    """End the person's living lease; False: it is another's, the token is stale, or the lease lapsed."""
    rows = await tx.execute(
        text(
            "UPDATE work_item SET leased_by = NULL, lease_until = NULL WHERE work_item_id = :id AND state = 'open'"
            " AND lease_token = :token AND leased_by = current_setting('app.staff')"
            " AND lease_until >= clock_timestamp() RETURNING work_item_id"
        ),
        {"id": work_item_id, "token": token},
    )
    return rows.one_or_none() is not None


async def find(tx: AsyncConnection, work_item_id: str) -> QueuedItem | None:
    """Return an item that the person may see."""
    rows = await tx.execute(text(f"SELECT {ITEM} FROM work_item WHERE work_item_id = :id"), {"id": work_item_id})
    row = rows.one_or_none()
    return QueuedItem(**row._asdict()) if row else None


async def held_for_completion(tx: AsyncConnection, work_item_id: str, token: int) -> QueuedItem | None:
    """Lock an item for its holder's result; None: the token is stale, the lease lapsed, or it isn't theirs to see.

    This runs as the deciding role, so it asks `sees` itself for the person whose claims the transaction carries.
    """
    rows = await tx.execute(
        text(
            f"SELECT {ITEM} FROM work_item WHERE work_item_id = :id AND state = 'open' AND lease_token = :token"
            " AND lease_until >= clock_timestamp() AND leased_by = current_setting('app.staff')"
            " AND platform.sees(tier, home_region, offered_region, assigned_to) FOR UPDATE"
        ),
        {"id": work_item_id, "token": token},
    )
    row = rows.one_or_none()
    return QueuedItem(**row._asdict()) if row else None


async def let_go(tx: AsyncConnection, work_item_id: str) -> None:
    """End whatever lease an item is under: its holder has reported."""
    await tx.execute(
        text("UPDATE work_item SET leased_by = NULL, lease_until = NULL WHERE work_item_id = :id"),
        {"id": work_item_id},
    )


async def page(
    tx: AsyncConnection, state: str, after: tuple[int, datetime, str] | None, limit: int
) -> list[QueuedItem]:
    """Return items in the order of the queue, from behind `after` (priority, opening, id) on."""
    priority, opened_at, work_item_id = after or (None, None, None)
    rows = await tx.execute(
        text(
            f"SELECT {ITEM} FROM work_item WHERE state = :state AND (CAST(:priority AS bigint) IS NULL"
            " OR (-priority, opened_at, work_item_id) >"
            " (-CAST(:priority AS bigint), CAST(:opened_at AS timestamptz), CAST(:id AS text)))"
            " ORDER BY priority DESC, opened_at, work_item_id LIMIT :limit"
        ),
        {"state": state, "priority": priority, "opened_at": opened_at, "id": work_item_id, "limit": limit},
    )
    return [QueuedItem(**row._asdict()) for row in rows]


async def overdue(tx: AsyncConnection, limit: int) -> list[tuple[str, str]]:
    """Return customer and id of open items whose time is up and that nobody holds, at most `limit`."""
    rows = await tx.execute(
        text(
            "SELECT customer_id, work_item_id FROM work_item WHERE state = 'open' AND due_at < business_now()"
            " AND (lease_until IS NULL OR lease_until < clock_timestamp())"
            " ORDER BY due_at, work_item_id LIMIT :limit"
        ),
        {"limit": limit},
    )
    return [(row.customer_id, row.work_item_id) for row in rows]


async def depths(tx: AsyncConnection) -> dict[str, tuple[int, float]]:
    """Return for each tier how many items wait, and the age of the oldest in seconds of business time."""
    rows = await tx.execute(
        text(
            "SELECT tier, count(*) AS waiting, extract(epoch FROM business_now() - min(opened_at)) AS oldest_s"
            " FROM work_item WHERE state = 'open' GROUP BY tier"
        )
    )
    return {row.tier: (row.waiting, float(row.oldest_s)) for row in rows}
