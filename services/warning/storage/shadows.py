"""Proposals in shadow: which run, what they remember, and what they would have warned of beside what was."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.decide import AnyRule, Memory
from services.warning.domain.shadow import SHADOWS_MAX, Kept, Shadow
from services.warning.storage.memories import SHAPE
from shared.events.warning_raised import WarningFacts, WarningRaised
from shared.policy_change.change import Proposal

ENDED_ROWS = 5_000
KNOWN_S = 60
"""By then every process has looked, and writes nothing more for a shadow that ended."""


class Run(Struct, frozen=True, kw_only=True):
    """How long a proposal has run in shadow, and why it ended."""

    started_by: str
    started_at: datetime
    ended_at: datetime | None
    """None: it runs."""
    ended_why: str | None


async def start(tx: AsyncConnection, proposal: Proposal, started_by: str) -> bool:
    """Have a proposal run in shadow from now on; return False where no more may run."""
    for slot in range(1, SHADOWS_MAX + 1):
        if await _start(tx, proposal, started_by, slot):
            return True
    return False


async def _start(tx: AsyncConnection, proposal: Proposal, started_by: str, slot: int) -> bool:
    # The index knows of shadows that this person does not see.
    done = await tx.execute(
        text(
            "INSERT INTO shadow (proposal_id, name, scope, fields, unset, slot, started_by)"
            " VALUES (:proposal_id, :name, :scope, CAST(:fields AS jsonb), :unset, :slot, :started_by)"
            " ON CONFLICT (slot) WHERE ended_at IS NULL DO NOTHING"
        ),
        {
            "proposal_id": proposal.proposal_id,
            "name": proposal.name,
            "scope": proposal.scope,
            "fields": msgspec.json.encode(proposal.fields).decode(),
            "unset": list(proposal.unset),
            "slot": slot,
            "started_by": started_by,
        },
    )
    return done.rowcount > 0


async def end(tx: AsyncConnection, proposal_id: int, why: str) -> None:
    """End a shadow; what it found stays."""
    await tx.execute(
        text(
            "UPDATE shadow SET ended_at = clock_timestamp(), ended_why = :why"
            " WHERE proposal_id = :proposal_id AND ended_at IS NULL"
        ),
        {"proposal_id": proposal_id, "why": why},
    )


async def forget_ended(tx: AsyncConnection) -> None:
    """Delete a part of what the oldest ended shadow remembers; it is done when every process knows that it ended."""
    rows = await tx.execute(
        text("SELECT proposal_id FROM shadow WHERE ended_at IS NOT NULL AND memory_kept ORDER BY ended_at LIMIT 1")
    )
    proposal_id = rows.scalar_one_or_none()
    if proposal_id is None:
        return
    deleted = await tx.execute(
        text(
            "DELETE FROM shadow_memory WHERE (subscription_id, owner) IN (SELECT subscription_id, owner"
            " FROM shadow_memory WHERE proposal_id = :proposal_id LIMIT :limit) AND proposal_id = :proposal_id"
        ),
        {"proposal_id": proposal_id, "limit": ENDED_ROWS},
    )
    if deleted.rowcount == 0:
        known = "UPDATE shadow SET memory_kept = ended_at > clock_timestamp() - make_interval(secs => :s)"
        await tx.execute(text(f"{known} WHERE proposal_id = :proposal_id"), {"s": KNOWN_S, "proposal_id": proposal_id})


async def running(tx: AsyncConnection) -> list[Shadow]:
    """Return what runs in shadow now."""
    rows = await tx.execute(
        text("SELECT proposal_id, name, scope, fields, unset FROM shadow WHERE ended_at IS NULL ORDER BY proposal_id")
    )
    return [Shadow(**{**row, "unset": tuple(row["unset"])}) for row in rows.mappings()]


async def find(tx: AsyncConnection, proposal_id: int) -> Run | None:
    """Return how a proposal ran; None: it never did, or not for whoever asks."""
    rows = await tx.execute(
        text("SELECT started_by, started_at, ended_at, ended_why FROM shadow WHERE proposal_id = :proposal_id"),
        {"proposal_id": proposal_id},
    )
    row = rows.mappings().one_or_none()
    return Run(**row) if row else None


async def load(
    tx: AsyncConnection, shadow: Shadow, subscriptions: Iterable[str], rules: Sequence[AnyRule]
) -> dict[str, Kept]:
    """Return what a shadow remembers of each subscription, by its id."""
    kinds = {rule.id: type(rule.fresh) for rule in rules}
    rows = await tx.execute(
        text(
            "SELECT subscription_id, owner, value, due_on FROM shadow_memory"
            " WHERE proposal_id = :proposal_id AND subscription_id = ANY(:ids) AND owner = ANY(:owners)"
        ),
        {"proposal_id": shadow.proposal_id, "ids": list(subscriptions), "owners": list(kinds)},
    )
    found = {subscription_id: Kept({}, {}) for subscription_id in subscriptions}
    for row in rows:
        found[row.subscription_id].rules[row.owner] = msgspec.convert(row.value, kinds[row.owner])
        found[row.subscription_id].due[row.owner] = row.due_on
    return found


async def save(tx: AsyncConnection, shadow: Shadow, kept: Mapping[str, Kept], after: Mapping[str, Memory]) -> None:
    """Write what changed, and each copy that was taken: the real memory goes on without it."""
    rows = [
        {
            "proposal_id": shadow.proposal_id,
            "id": subscription_id,
            "owner": owner,
            "shape": SHAPE,
            "value": msgspec.json.encode(value).decode(),
            "due_on": memory.due.get(owner),
        }
        for subscription_id, memory in sorted(after.items())
        for owner, value in memory.rules.items()
        if value is not kept[subscription_id].rules.get(owner)
        or memory.due.get(owner) != kept[subscription_id].due.get(owner)
    ]
    if rows:
        await tx.execute(
            text(
                "INSERT INTO shadow_memory (proposal_id, subscription_id, owner, shape, value, due_on)"
                " VALUES (:proposal_id, :id, :owner, :shape, CAST(:value AS jsonb), :due_on)"
                " ON CONFLICT (proposal_id, subscription_id, owner)"
                " DO UPDATE SET shape = excluded.shape, value = excluded.value, due_on = excluded.due_on"
            ),
            rows,
        )


async def due(tx: AsyncConnection, shadow: Shadow, day: date, limit: int) -> list[str]:
    """Return at most `limit` subscriptions of which a rule wants to know in shadow that `day` is over."""
    rows = await tx.execute(
        text(
            "SELECT DISTINCT subscription_id FROM shadow_memory WHERE proposal_id = :proposal_id AND due_on <= :day"
            " ORDER BY subscription_id LIMIT :limit"
        ),
        {"proposal_id": shadow.proposal_id, "day": day, "limit": limit},
    )
    return list(rows.scalars())


async def rest(tx: AsyncConnection, shadow: Shadow, ended: Iterable[str]) -> None:
    """Ask nothing more of subscriptions that have ended."""
    await tx.execute(
        text(
            "UPDATE shadow_memory SET due_on = NULL WHERE proposal_id = :proposal_id AND subscription_id = ANY(:ended)"
        ),
        {"proposal_id": shadow.proposal_id, "ended": list(ended)},
    )


async def record(
    tx: AsyncConnection, shadow: Shadow, live: Sequence[WarningFacts], shadowed: Sequence[WarningFacts]
) -> None:
    """Keep what was warned of, and what would have been."""
    rows = [
        _row(shadow, warning) | {f"{which}_level": warning.level, f"{which}_population": _population(warning)}
        for which, warnings in (("live", live), ("shadow", shadowed))
        for warning in warnings
    ]
    if rows:
        await tx.execute(text(RECORD), rows)


RECORD = (
    "INSERT INTO shadow_warning AS known (proposal_id, warning_id, rule_id, subscription_id, region, raised_at,"
    " live_level, live_population, shadow_level, shadow_population) VALUES (:proposal_id, :warning_id, :rule_id,"
    " :subscription_id, :region, :raised_at, :live_level, :live_population, :shadow_level, :shadow_population)"
    " ON CONFLICT (proposal_id, warning_id) DO UPDATE SET"
    " live_level = coalesce(excluded.live_level, known.live_level),"
    " live_population = coalesce(excluded.live_population, known.live_population),"
    " shadow_level = coalesce(excluded.shadow_level, known.shadow_level),"
    " shadow_population = coalesce(excluded.shadow_population, known.shadow_population)"
)
NOBODY: dict[str, Any] = {
    "live_level": None,
    "live_population": None,
    "shadow_level": None,
    "shadow_population": None,
}


def _row(shadow: Shadow, warning: WarningFacts) -> dict[str, Any]:
    return NOBODY | {
        "proposal_id": shadow.proposal_id,
        "warning_id": warning.id,
        "rule_id": warning.rule_id,
        "subscription_id": warning.subscription_id,
        "region": warning.region,
        "raised_at": warning.occurred_at,
    }


def _population(warning: WarningFacts) -> str | None:
    return warning.population if isinstance(warning, WarningRaised) else None
