"""The ledger's tables: a posting is written once, with its entries and the balances they lead to."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from msgspec import structs
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.points.domain.ledger import Posting, active, check_repeat
from services.points.domain.redemption import Redeemed

REDEEMED_FIELDS = "redemption_id, customer_id, msisdn, points, airtime_fen, state"


async def post(tx: AsyncConnection, postings: Sequence[Posting]) -> list[Posting]:
    """Write `postings` and return those that had not been written before.

    Raises:
        ChangedPostingError: one was written before, with another content.
        sqlalchemy.exc.IntegrityError: a member's balance would fall below zero.
    """
    if not postings:
        return []
    rows = await tx.execute(
        text(
            "INSERT INTO posting (posting_id, kind, customer_id, cause_id, points, posted_at)"
            " SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:kinds AS text[]), CAST(:customers AS text[]),"
            " CAST(:causes AS text[]), CAST(:points AS bigint[]), CAST(:times AS timestamptz[]))"
            " ON CONFLICT DO NOTHING RETURNING posting_id"
        ),
        {
            "ids": [posting.id for posting in postings],
            "kinds": [posting.kind for posting in postings],
            "customers": [posting.customer_id for posting in postings],
            "causes": [posting.cause_id for posting in postings],
            "points": [posting.points for posting in postings],
            "times": [posting.at for posting in postings],
        },
    )
    written = set(rows.scalars())
    fresh = [posting for posting in postings if posting.id in written]
    await _check_repeats(tx, [posting for posting in postings if posting.id not in written])
    await _enter(tx, fresh)
    return fresh


async def _check_repeats(tx: AsyncConnection, repeats: Sequence[Posting]) -> None:
    if not repeats:
        return
    again = {posting.id: posting for posting in repeats}
    rows = await tx.execute(
        text("SELECT posting_id, customer_id, points FROM posting WHERE posting_id = ANY(:ids)"), {"ids": list(again)}
    )
    for row in rows:
        check_repeat(again[row.posting_id], row.customer_id, row.points)


async def _enter(tx: AsyncConnection, postings: Sequence[Posting]) -> None:
    if not postings:
        return
    entries = [(posting.id, account, points) for posting in postings for account, points in posting.entries]
    await tx.execute(
        text("INSERT INTO entry (posting_id, account, points) VALUES (:posting_id, :account, :points)"),
        [{"posting_id": posting_id, "account": account, "points": points} for posting_id, account, points in entries],
    )
    moved = Counter[str]()
    for _, account, points in entries:
        moved[account] += points
    # In the order of accounts, so that two transactions never wait for each other; house accounts, which all touch,
    # come last and are held for the shortest time.
    ordered = sorted(moved.items(), key=lambda item: (item[0].startswith("house:"), item[0]))
    rows = [{"account": account, "points": points} for account, points in ordered]
    await tx.execute(
        text("INSERT INTO balance (account, points) VALUES (:account, 0) ON CONFLICT DO NOTHING"),
        [{"account": account} for account, _ in ordered],
    )
    await tx.execute(text("UPDATE balance SET points = points + :points WHERE account = :account"), rows)


async def balance(tx: AsyncConnection, customer_id: str) -> int:
    """Return the points that a member can spend, locked until the transaction ends."""
    rows = await tx.execute(
        text("SELECT points FROM balance WHERE account = :account FOR UPDATE"), {"account": active(customer_id)}
    )
    return rows.scalar_one_or_none() or 0


async def save_redemption(tx: AsyncConnection, redeemed: Redeemed, at: datetime) -> None:
    """Write a redemption that was asked for."""
    await tx.execute(
        text(
            f"INSERT INTO redemption ({REDEEMED_FIELDS}, asked_at)"
            " VALUES (:redemption_id, :customer_id, :msisdn, :points, :airtime_fen, :state, :at)"
        ),
        structs.asdict(redeemed) | {"at": at},
    )


async def redemptions(tx: AsyncConnection, ids: Sequence[str]) -> dict[str, Redeemed]:
    """Return redemptions by id, locked in order."""
    rows = await tx.execute(
        text(
            f"SELECT {REDEEMED_FIELDS} FROM redemption WHERE redemption_id = ANY(:ids)"
            " ORDER BY redemption_id FOR UPDATE"
        ),
        {"ids": list(ids)},
    )
    return {row.redemption_id: Redeemed(**row._asdict()) for row in rows}


async def settle_redemption(tx: AsyncConnection, redemption_id: str, state: str, at: datetime) -> None:
    """Write what billing's answer led to."""
    await tx.execute(
        text("UPDATE redemption SET state = :state, settled_at = :at WHERE redemption_id = :id"),
        {"id": redemption_id, "state": state, "at": at},
    )
