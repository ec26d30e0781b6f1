"""`python -m replay.summary` prints what a simulation came to: one JSON object, counted from topics and tables."""

import asyncio
import sys
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local.counts import Counts, counts
from replay.audit import Findings, Logs, audit, read_logs
from replay.kafka_logs import everything
from services.intake.domain.envelope import open_topics
from services.kpi.domain.catalogue import all_ratios
from services.kpi.domain.report import rates
from services.warning.domain.catalogue import all_rules
from shared import codec
from shared.events.signal_heard import TOPIC as SIGNALS
from shared.events.warning_raised import TOPIC as WARNINGS
from shared.settings import Settings


async def summary(settings: Settings) -> tuple[dict[str, Any], Findings]:
    """Return the figures, `restarts` and `seconds` aside, and what the audit found."""
    logs = await read_logs(settings)
    engine = create_async_engine(settings.database_url)
    try:
        async with engine.connect() as tx:
            found, counted = await audit(tx, logs), await counts(tx)
    finally:
        await engine.dispose()
    warnings = await _warnings_by_rule(settings)
    return _figures(logs, counted, warnings) | _honesty(found), found


def _figures(logs: Logs, counted: Counts, warnings: dict[str, int]) -> dict[str, Any]:
    return {
        "events_in": {name: len(logs.ids[name]) for name in sorted([*open_topics(), "reference.day_passed.v1"])},
        "signals": len(logs.ids[SIGNALS.name]),
        "warnings": warnings,
        "work_items": counted.work_items,
        "contacts": counted.contacts,
        "offers": counted.offers,
        "points_postings": counted.points_postings,
        "dead_letters": counted.dead_letters,
        "warnings_by_state": counted.warnings_by_state,
        "kpi": {name: counted.measures.get(name, 0) for name in ("warned", "worked", "retained")}
        | rates(counted.measures, all_ratios()),
    }


def _honesty(found: Findings) -> dict[str, int]:
    return {"lost": found.lost.total(), "duplicated": found.duplicated.total()}


async def _warnings_by_rule(settings: Settings) -> dict[str, int]:
    """Return how many warnings of the target population stand on their topic, by rule."""
    seen: dict[str, str] = {}
    async for record in everything(settings, [WARNINGS.name]):
        warning = codec.decode(WARNINGS, record.value)
        seen[warning.id] = warning.rule_id
    return {rule.id: list(seen.values()).count(rule.id) for rule in all_rules()}


def main() -> None:
    """Print the figures on standard output, and what the audit found on standard error."""
    figures, found = asyncio.run(summary(Settings()))
    for kind, counter in (("lost", found.lost), ("duplicated", found.duplicated)):
        for what, count in counter.items():
            print(f"{kind}: {count} {what}", file=sys.stderr)
    print(msgspec.json.encode(figures).decode())


if __name__ == "__main__":
    main()
