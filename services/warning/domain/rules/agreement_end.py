"""A package or agreement has ended or is about to (已到期、即将到期): nothing binds the customer any more."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from msgspec import Struct

from services.warning.domain.day_came import DayCame
from services.warning.domain.rule import Clearing, Finding, Heard, Level, Outcome, Rule
from shared.calendar import days_before, local_date
from shared.events.agreement_recorded import AgreementRecorded
from shared.policy import Days, Hours

AGREEMENTS_KEPT = 16
ENDING, ENDED = "ending", "ended"


class Limits(Struct, frozen=True, kw_only=True):
    """Overridden by policy `warning.agreement_end`."""

    ahead_days: Days = 30
    """So many days before its last day an agreement is about to end."""
    actionable_hours: Hours = 30 * 24


class Agreement(Struct, frozen=True, kw_only=True):
    """An agreement, and what was said of its end."""

    kind: str
    name: str
    ends_on: date
    told: str | None = None
    """None: nothing yet; else `ending`, then `ended`."""


class Memory(Struct, frozen=True):
    """The agreements that have not been told to have ended, by id."""

    agreements: dict[str, Agreement] = {}


def step(
    memory: Memory, heard: Heard[AgreementRecorded | DayCame], limits: Limits
) -> tuple[Memory, tuple[Outcome, ...]]:
    """Fire when an end draws near and when it has come; clear when a later agreement takes over."""
    event = heard.event
    if isinstance(event, DayCame):
        return _told(memory.agreements, event.day, limits)
    known = memory.agreements.get(event.agreement_id)
    agreements = _without(memory.agreements, event.agreement_id)
    if event.broken:
        return Memory(agreements), ()
    told = known.told if known and known.ends_on == event.ends_on else None
    new = Agreement(kind=event.kind, name=event.name, ends_on=event.ends_on, told=told)
    renewed = [id_ for id_, each in agreements.items() if each.kind == new.kind and each.ends_on < new.ends_on]
    said = [each for each in (*(agreements[id_] for id_ in renewed), known) if each and each.told]
    kept = {id_: each for id_, each in agreements.items() if id_ not in renewed} | {event.agreement_id: new}
    after, findings = _told(_latest(kept), days_before(local_date(event.occurred_at), 1), limits)
    cleared = said and not findings and new.told is None
    return after, (Clearing(f"bound until {new.ends_on}"),) if cleared else findings


def _told(agreements: Mapping[str, Agreement], day: date, limits: Limits) -> tuple[Memory, tuple[Outcome, ...]]:
    """Say of each agreement what it means that `day` is over, once."""
    after, said = dict(agreements), []
    for agreement_id, agreement in sorted(agreements.items()):
        stage = _stage(agreement, day, limits)
        if stage and stage != agreement.told:
            said.append(_finding(agreement_id, agreement, stage, day, limits))
            after[agreement_id] = Agreement(
                kind=agreement.kind, name=agreement.name, ends_on=agreement.ends_on, told=stage
            )
    return Memory(after), tuple(said)


def _stage(agreement: Agreement, day: date, limits: Limits) -> str | None:
    if day >= agreement.ends_on:
        return ENDED
    return ENDING if day >= days_before(agreement.ends_on, limits.ahead_days) else agreement.told


def _finding(agreement_id: str, agreement: Agreement, stage: str, day: date, limits: Limits) -> Finding:
    evidence = {
        "agreement_id": agreement_id,
        "kind": agreement.kind,
        "name": agreement.name,
        "ends_on": agreement.ends_on.isoformat(),
        "day": day.isoformat(),
        "days_left": (agreement.ends_on - day).days,
        "ahead_days": limits.ahead_days,
        "stage": stage,
    }
    level = Level.ACT if stage == ENDED else Level.WATCH
    return Finding(occasion=f"{agreement_id}:{agreement.ends_on}:{stage}", level=level, evidence=evidence)


def due(memory: Memory, limits: Limits) -> date | None:
    """Return the day on which the next agreement comes near its end, or to it."""
    days = [
        agreement.ends_on if agreement.told == ENDING else days_before(agreement.ends_on, limits.ahead_days)
        for agreement in memory.agreements.values()
        if agreement.told != ENDED
    ]
    return min(days, default=None)


def _without(agreements: Mapping[str, Agreement], agreement_id: str) -> dict[str, Agreement]:
    return {id_: each for id_, each in agreements.items() if id_ != agreement_id}


def _latest(agreements: Mapping[str, Agreement]) -> dict[str, Agreement]:
    """Return those that end last, as many as are kept."""
    ordered = sorted(agreements.items(), key=lambda item: (item[1].ends_on, item[0]))
    return dict(ordered[-AGREEMENTS_KEPT:])


def explain(evidence: Mapping[str, Any]) -> tuple[str, str]:
    """Say what ends when."""
    name, ends_on = evidence["name"], evidence["ends_on"]
    if evidence["stage"] == ENDED:
        return f"合约“{name}”已于{ends_on}到期", f"The agreement {name} ended on {ends_on}"
    left = evidence["days_left"]
    return f"合约“{name}”将于{ends_on}到期（还有{left}天）", f"The agreement {name} ends on {ends_on}, in {left} days"


RULE = Rule(
    id="agreement_end",
    requirement="W8",
    hears=(AgreementRecorded, DayCame),
    limits=Limits(),
    fresh=Memory(),
    step=step,
    explain=explain,
    example={
        "agreement_id": "A2025-000001",
        "kind": "package",
        "name": "tianyi_199",
        "ends_on": "2026-03-31",
        "day": "2026-03-01",
        "days_left": 30,
        "ahead_days": 30,
        "stage": "ending",
    },
    speaks_for={"competitor_tariff": 2, "competitor_handset": 2},
    due=due,
)
