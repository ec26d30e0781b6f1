"""The number sleeps (冬眠客户), or is used much less than it used to be: looked at once a week, by time alone."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from msgspec import Struct

from services.warning.domain.rule import Clearing, Finding, Heard, Level, Outcome, Rule
from services.warning.domain.usage import UsageLooked, Use
from shared.policy import Amount, Days, Hours, Share, Weeks


class Limits(Struct, frozen=True, kw_only=True):
    """Overridden by policy `warning.dormancy`."""

    silent_days: Days = 14
    """So many days without any record make a sleeper."""
    fall_share_min: Share = 0.6
    """Contacts and data both fell by at least this share of a week's mean before."""
    weeks_before_min: Weeks = 2
    """Fewer weeks known before the last one are no baseline."""
    contacts_min: Amount = 10.0
    megabytes_min: Amount = 100.0
    """A weekly mean below both says nothing; data below its own is left out of the comparison."""
    cooldown_days: Days = 28
    actionable_hours: Hours = 14 * 24


class Memory(Struct, frozen=True, kw_only=True):
    """What was said last."""

    asleep_since: date | None = None
    """The last active day before a silence that was said; None: awake."""
    fell_on: date | None = None
    """The look at which a fall was said."""


def step(memory: Memory, heard: Heard[UsageLooked], limits: Limits) -> tuple[Memory, tuple[Outcome, ...]]:
    """Fire when a silence has lasted, and when use fell; clear when a sleeper is heard of again."""
    look = heard.event
    silence = (look.through - look.last_active_on).days
    if silence >= limits.silent_days:
        return _asleep(memory, look, silence, limits)
    if memory.asleep_since:
        return Memory(), (Clearing(f"in use again on {look.last_active_on}"),)
    share = _fall(look, limits)
    recent = memory.fell_on and look.through - memory.fell_on <= timedelta(days=limits.cooldown_days)
    if share is None or share < limits.fall_share_min or recent:
        return memory, ()
    finding = Finding(occasion=f"fell:{look.through}", level=Level.WATCH, evidence=_fallen(look, share, limits))
    return Memory(fell_on=look.through), (finding,)


def _asleep(memory: Memory, look: UsageLooked, silence: int, limits: Limits) -> tuple[Memory, tuple[Outcome, ...]]:
    if memory.asleep_since == look.last_active_on:
        return memory, ()
    evidence = {
        "kind": "silent",
        "last_active_on": look.last_active_on.isoformat(),
        "through": look.through.isoformat(),
        "silent_days": silence,
        "silent_days_min": limits.silent_days,
    }
    finding = Finding(occasion=f"silent:{look.last_active_on}", level=Level.ACT, evidence=evidence)
    return Memory(asleep_since=look.last_active_on, fell_on=memory.fell_on), (finding,)


def _fall(look: UsageLooked, limits: Limits) -> float | None:
    """Return the share by which use fell, the smaller of contacts' and data's; None: there is no baseline."""
    if look.weeks_before < limits.weeks_before_min:
        return None
    compared = [1 - now / before for now, before, least in _pairs(look.recent, look.before, limits) if before >= least]
    return min(compared, default=None)


def _pairs(recent: Use, before: Use, limits: Limits) -> tuple[tuple[float, float, float], ...]:
    return (
        (recent.contacts, before.contacts, limits.contacts_min),
        (recent.megabytes, before.megabytes, limits.megabytes_min),
    )


def _fallen(look: UsageLooked, share: float, limits: Limits) -> dict[str, Any]:
    return {
        "kind": "fell",
        "through": look.through.isoformat(),
        "contacts": look.recent.contacts,
        "contacts_before": look.before.contacts,
        "contacts_min": limits.contacts_min,
        "megabytes": look.recent.megabytes,
        "megabytes_before": look.before.megabytes,
        "megabytes_min": limits.megabytes_min,
        "weeks_before": look.weeks_before,
        "fall_share": round(share, 4),
        "fall_share_min": limits.fall_share_min,
    }


def explain(evidence: Mapping[str, Any]) -> tuple[str, str]:
    """Say since when it is silent, or what fell from where."""
    if evidence["kind"] == "silent":
        day, days = evidence["last_active_on"], evidence["silent_days"]
        return f"客户自{day}起{days}天无任何使用记录", f"No record of any use for {days} days, since {day}"
    share, now, before = f"{evidence['fall_share']:.0%}", evidence["contacts"], evidence["contacts_before"]
    return (
        f"近7天通话和短信{now:.0f}次，此前周均{before:.0f}次，使用量下降{share}以上",
        f"{now:.0f} calls and messages in seven days, {before:.0f} a week before: use fell by {share} or more",
    )


RULE = Rule(
    id="dormancy",
    requirement="W9",
    hears=(UsageLooked,),
    limits=Limits(),
    fresh=Memory(),
    step=step,
    explain=explain,
    example={
        "kind": "silent",
        "last_active_on": "2026-02-17",
        "through": "2026-03-03",
        "silent_days": 14,
        "silent_days_min": 14,
    },
    speaks_for={"competitor_tariff": 2, "network_quality": 1, "work_environment": 1},
)
