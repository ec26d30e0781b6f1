"""What each rule remembers of each subscription, read and written for a whole batch at a time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.analyst.journal import Journal
from services.warning.domain.decide import AnyRule, Memory
from services.warning.domain.subscriber import Holder, Profile
from services.warning.storage import troubles

PROFILE, JOURNAL = "profile", "journal"
SHAPE = 1
"""The shape of stored memories. A rule that changes its memory must still read the one before."""


async def load(tx: AsyncConnection, held: Iterable[Holder], rules: Sequence[AnyRule]) -> dict[str, Memory]:
    """Return what is remembered of each subscription, by its id; the caller holds the subscriptions' locks."""
    holders = {holder.subscription_id: holder for holder in held}
    kinds: dict[str, type[Struct]] = {PROFILE: Profile, JOURNAL: Journal}
    kinds |= {rule.id: type(rule.fresh) for rule in rules}
    rows = await tx.execute(
        text(
            "SELECT subscription_id, owner, value, due_on FROM memory"
            " WHERE subscription_id = ANY(:ids) AND owner = ANY(:owners)"
        ),
        {"ids": list(holders), "owners": list(kinds)},
    )
    found: dict[str, dict[str, Any]] = {subscription_id: {} for subscription_id in holders}
    due: dict[str, dict[str, date | None]] = {subscription_id: {} for subscription_id in holders}
    for row in rows:
        found[row.subscription_id][row.owner] = msgspec.convert(row.value, kinds[row.owner])
        due[row.subscription_id][row.owner] = row.due_on
    behind = await troubles.behind(tx, list(holders))
    return {
        id_: Memory(
            holder,
            profile=found[id_].pop(PROFILE, Profile()),
            journal=found[id_].pop(JOURNAL, Journal()),
            rules=found[id_],
            due=due[id_],
            behind=behind.get(id_, frozenset()),
        )
        for id_, holder in holders.items()
    }


async def due(tx: AsyncConnection, day: date, limit: int) -> list[str]:
    """Return at most `limit` subscriptions of which some rule wants to know that `day` is over."""
    rows = await tx.execute(
        text(
            "SELECT subscription_id FROM memory WHERE due_on <= :day"
            " GROUP BY subscription_id ORDER BY subscription_id LIMIT :limit"
        ),
        {"day": day, "limit": limit},
    )
    return list(rows.scalars())


async def rest(tx: AsyncConnection, ended: Collection[str]) -> None:
    """Ask nothing more of subscriptions that have ended: time does not change them."""
    if ended:
        await tx.execute(
            text("UPDATE memory SET due_on = NULL WHERE subscription_id = ANY(:ended)"), {"ended": list(ended)}
        )


async def save(tx: AsyncConnection, before: Mapping[str, Memory], after: Mapping[str, Memory]) -> None:
    """Write what changed."""
    rows = [
        {
            "id": subscription_id,
            "owner": owner,
            "shape": SHAPE,
            "value": msgspec.json.encode(value).decode(),
            "due_on": memory.due.get(owner),
        }
        for subscription_id, memory in sorted(after.items())
        for owner, value in _changed(before[subscription_id], memory)
    ]
    if rows:
        await tx.execute(
            text(
                "INSERT INTO memory (subscription_id, owner, shape, value, due_on)"
                " VALUES (:id, :owner, :shape, CAST(:value AS jsonb), :due_on) ON CONFLICT (subscription_id, owner)"
                " DO UPDATE SET shape = excluded.shape, value = excluded.value, due_on = excluded.due_on"
            ),
            rows,
        )


def _changed(before: Memory, after: Memory) -> Iterable[tuple[str, Struct]]:
    if after.profile is not before.profile:
        yield PROFILE, after.profile
    if after.journal is not before.journal:
        yield JOURNAL, after.journal
    for rule_id, memory in after.rules.items():
        if memory is not before.rules.get(rule_id) or after.due.get(rule_id) != before.due.get(rule_id):
            yield rule_id, memory
