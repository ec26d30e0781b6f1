"""Builders for tests about warnings: a warning with everything that a test doesn't care about filled in."""

from datetime import datetime, timedelta
from typing import Any

from msgspec import structs

from shared.events.warning_raised import WarningRaised
from tests.support.builders import NUMBER, REGION, at, fresh

NOON = at("2026-03-05 12:00")

PLAIN = WarningRaised(
    id="w",
    occurred_at=NOON,
    msisdn=NUMBER,
    rule_id="rival_hotline",
    level=2,
    evidence={},
    explanation_zh="",
    explanation_en="",
    reasons=(),
    cause_id="e",
    rule_version=1,
    policy_version=0,
    actionable_until=NOON + timedelta(days=7),
    subscription_id="s1",
    customer_id="c1",
    region=REGION,
    brand="tianyi",
    package="tianyi_129",
    activated_at=at("2024-06-01 00:00"),
    arpu_fen=15_000,
    months_known=3,
    stars=0,
    important=None,
    population="potential",
)


def warning(when: datetime = NOON, **fields: Any) -> WarningRaised:
    """Return a warning about customer c1, raised at `when` and worth a call for a week."""
    told = {"id": fresh("warning"), "occurred_at": when, "actionable_until": when + timedelta(days=7)}
    return structs.replace(PLAIN, **(told | fields))
