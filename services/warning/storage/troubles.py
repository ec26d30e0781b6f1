"""How often rules failed or hung, which of them are in quarantine, and what they missed meanwhile."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.catalogue import OWN_KINDS
from services.warning.domain.decide import AnyRule
from services.warning.domain.missed import FAILURES_MAX, FactMissed
from shared.catalogue import topic_of, topics
from shared.topic import SubscriberEvent

HANGS_MAX = 2
"""So many put a rule into quarantine too; the third try of a step that hangs is not made."""
MAY_NOW = 0
"""The version of a missed fact whose rule was released by hand."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What one version of a rule did wrong so far."""

    rule_id: str
    rule_version: int
    failures: int
    hangs: int
    last_error: str

    @property
    def quarantined(self) -> bool:
        """Tell whether it was too much."""
        return self.failures >= FAILURES_MAX or self.hangs >= HANGS_MAX


async def known(tx: AsyncConnection) -> list[Trouble]:
    """Return the rules that ever failed, by id and version."""
    rows = await tx.execute(
        text("SELECT rule_id, rule_version, failures, hangs, last_error FROM rule_trouble ORDER BY 1, 2")
    )
    return [Trouble(**row._asdict()) for row in rows]


async def quarantined(tx: AsyncConnection) -> frozenset[tuple[str, int]]:
    """Return the versions of rules that are in quarantine, each with its rule's id; a newer one is not."""
    return frozenset((each.rule_id, each.rule_version) for each in await known(tx) if each.quarantined)


async def failed(tx: AsyncConnection, rule: tuple[str, int], failures: int, error: str) -> None:
    """Count failures of a rule, its id and version."""
    await _count(tx, rule, {"failures": failures, "hangs": 0}, error)


async def hung(tx: AsyncConnection, rule: tuple[str, int], error: str) -> None:
    """Count that a step did not come back."""
    await _count(tx, rule, {"failures": 0, "hangs": 1}, error)


async def _count(tx: AsyncConnection, rule: tuple[str, int], counts: Mapping[str, int], error: str) -> None:
    await tx.execute(
        text(
            "INSERT INTO rule_trouble AS known (rule_id, rule_version, failures, hangs, last_error)"
            " VALUES (:rule_id, :rule_version, :failures, :hangs, :error)"
            " ON CONFLICT (rule_id, rule_version) DO UPDATE SET failures = known.failures + excluded.failures,"
            " hangs = known.hangs + excluded.hangs, last_error = :error, last_at = clock_timestamp()"
        ),
        {"rule_id": rule[0], "rule_version": rule[1], "error": error, **counts},
    )


async def behind(tx: AsyncConnection, subscriptions: Collection[str]) -> dict[str, frozenset[str]]:
    """Return the rules that have missed facts of each subscription; one without any is left out."""
    rows = await tx.execute(
        text(
            "SELECT subscription_id, array_agg(DISTINCT rule_id) AS rules FROM missed_fact"
            " WHERE subscription_id = ANY(:ids) GROUP BY subscription_id"
        ),
        {"ids": list(subscriptions)},
    )
    return {row.subscription_id: frozenset(row.rules) for row in rows}


async def keep(tx: AsyncConnection, missed: Sequence[FactMissed]) -> None:
    """Keep facts for the rules that missed them, in this order."""
    if missed:
        await tx.execute(
            text(
                "INSERT INTO missed_fact (rule_id, rule_version, subscription_id, kind, event, error)"
                " VALUES (:rule_id, :rule_version, :subscription_id, :kind, CAST(:event AS jsonb), :error)"
            ),
            [
                {
                    "rule_id": each.rule_id,
                    "rule_version": each.rule_version,
                    "subscription_id": each.subscription_id,
                    "kind": _name_of(type(each.event)),
                    "event": msgspec.json.encode(each.event).decode(),
                    "error": each.error,
                }
                for each in missed
            ],
        )


async def waiting(tx: AsyncConnection, rule: AnyRule, limit: int) -> list[str]:
    """Return at most `limit` subscriptions with facts that `rule`, as it is now, has not tried yet."""
    rows = await tx.execute(
        text(
            "SELECT DISTINCT subscription_id FROM missed_fact WHERE rule_id = :rule_id AND rule_version < :version"
            " ORDER BY subscription_id LIMIT :limit"
        ),
        {"rule_id": rule.id, "version": rule.version, "limit": limit},
    )
    return list(rows.scalars())


async def take(tx: AsyncConnection, rule: AnyRule, subscriptions: Sequence[str]) -> list[tuple[str, SubscriberEvent]]:
    """Take out what `rule` missed of `subscriptions`, in the order in which it happened to them."""
    rows = await tx.execute(
        text(
            "DELETE FROM missed_fact WHERE rule_id = :rule_id AND subscription_id = ANY(:ids)"
            " RETURNING id, subscription_id, kind, event"
        ),
        {"rule_id": rule.id, "ids": list(subscriptions)},
    )
    ordered = sorted(rows, key=lambda row: row.id)
    return [(row.subscription_id, msgspec.convert(row.event, _kind_of(row.kind))) for row in ordered]


async def release(tx: AsyncConnection, rule_id: str) -> int:
    """End a rule's quarantine, and return how many missed facts it may take now."""
    await tx.execute(text("DELETE FROM rule_trouble WHERE rule_id = :rule_id"), {"rule_id": rule_id})
    done = await tx.execute(
        text("UPDATE missed_fact SET rule_version = :may_now WHERE rule_id = :rule_id"),
        {"may_now": MAY_NOW, "rule_id": rule_id},
    )
    return done.rowcount


async def missed_by_rule(tx: AsyncConnection) -> dict[str, int]:
    """Return how many facts wait for each rule."""
    rows = await tx.execute(text("SELECT rule_id, count(*) AS missed FROM missed_fact GROUP BY rule_id"))
    return {row.rule_id: row.missed for row in rows}


def _name_of(kind: type[SubscriberEvent]) -> str:
    return kind.__name__ if kind in OWN_KINDS else topic_of(kind).name


def _kind_of(name: str) -> type[SubscriberEvent]:
    own = {kind.__name__: kind for kind in OWN_KINDS}
    return own[name] if name in own else topics()[name].event  # type: ignore[return-value]
