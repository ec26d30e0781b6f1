"""What becomes of a warning. Each comes into exactly one state, and leaves `open` once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct, structs

from services.dispatch.domain import holdout, telling
from services.dispatch.domain.case import Case, Clearing, Item, ItemState, KnownWarning
from services.dispatch.domain.holdout import Holdout
from services.dispatch.domain.passdown import Member, pass_down
from services.dispatch.domain.tiers import Tiers, priority_of, tier_of
from shared.calendar import local_date, start_of
from shared.decision import Decision
from shared.events.contact_reported import ContactReported
from shared.events.porting_progressed import PortingProgressed
from shared.events.warning_cleared import WarningCleared
from shared.events.warning_raised import WarningRaised
from shared.events.warning_settled import WarningState
from shared.ids import derived_id
from shared.policy import Days, PolicyBook, Resolved, Times
from shared.topic import Event


class Repeats(Struct, frozen=True, kw_only=True):
    """When a warning says nothing new; policy `dispatch.repeats`."""

    repeat_days: Days = 30
    """The same rule on the same subscription, no higher in level, within so many days."""


class Caps(Struct, frozen=True, kw_only=True):
    """How often a customer is called; policy `dispatch.caps`."""

    quiet_days: Days = 7
    """After a contact no new item is opened for so many days."""
    attempts_max: Times = 3
    """After so many calls that reached nobody an item is at its end."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every decision may use beside memory and event."""

    policy: PolicyBook
    roster: Sequence[Member]
    now: datetime
    """Business time."""


class ItemOverdue(Event, frozen=True, kw_only=True):
    """A day passed, and the item's time is up: nobody had the capacity to call."""


def decide(desk: Desk, case: Case, event: Event) -> Decision[Case]:
    """Return the customer's case after `event`, and what there is to say."""
    match event:
        case WarningRaised():
            return _raised(desk, case, event)
        case WarningCleared():
            return _cleared(case, event)
        case PortingProgressed(step="application"):
            held = [warning for warning in case.open_warnings if _gated(case, warning.raised_at)]
            return _overtaken(case, held, "gated", event)
        case ContactReported():
            return _contacted(desk, case, event)
        case ItemOverdue():
            return _overtaken(case, case.open_warnings, "capacity", event)
    return Decision(case)


def _raised(desk: Desk, case: Case, warning: WarningRaised) -> Decision[Case]:
    if any(known.warning_id == warning.id for known in case.warnings):
        return Decision(case)
    case = _drawn(desk, case, warning)
    state = _first_state(desk, case, warning)
    if state != "open":
        return _settled(case, [_known(warning, state, None)], {}, warning)
    if case.open_item:
        return _joined(desk, case, case.open_item, warning)
    return _opened(desk, case, warning)


def _drawn(desk: Desk, case: Case, warning: WarningRaised) -> Case:
    """Draw the customer's arm before anything opens: afterwards nobody could tell saves from luck."""
    if case.drawn:
        return case
    policy = _policy(desk, "dispatch.holdout", Holdout(), warning).value
    drawn = holdout.held_out(case.customer_id, warning.important, policy)
    return structs.replace(case, drawn=True, held_out=drawn)


def _first_state(desk: Desk, case: Case, warning: WarningRaised) -> WarningState:
    if desk.now > warning.actionable_until:
        return "stale"
    if case.held_out:
        return "held_out"
    if _gated(case, warning.occurred_at):
        return "gated"
    if _gone_already(case, warning):
        return "cleared"
    if _repeated(desk, case, warning):
        return "duplicate"
    caps = _policy(desk, "dispatch.caps", Caps(), warning).value
    recently = case.last_contact_at and desk.now - case.last_contact_at < timedelta(days=caps.quiet_days)
    return "capped" if recently and not case.open_item else "open"


def _cleared(case: Case, event: WarningCleared) -> Decision[Case]:
    """Settle what the clearing is about, and remember it for a warning that comes later than its clearing."""
    told = [each.at for each in case.clearings if _same(each, event.rule_id, event.subscription_id)]
    others = tuple(each for each in case.clearings if not _same(each, event.rule_id, event.subscription_id))
    clearing = Clearing(event.rule_id, event.subscription_id, max((event.occurred_at, *told)))
    held = [
        warning
        for warning in case.open_warnings
        if _same(warning, event.rule_id, event.subscription_id) and warning.raised_at <= event.occurred_at
    ]
    return _overtaken(structs.replace(case, clearings=(*others, clearing)), held, "cleared", event)


def _gated(case: Case, raised_at: datetime) -> bool:
    """Tell whether an application is in force, or was at any time after the warning: then nobody may call."""
    return any(
        application.released_at is None or application.released_at > raised_at for application in case.applications
    )


def _gone_already(case: Case, warning: WarningRaised) -> bool:
    return any(
        _same(clearing, warning.rule_id, warning.subscription_id) and clearing.at >= warning.occurred_at
        for clearing in case.clearings
    )


def _repeated(desk: Desk, case: Case, warning: WarningRaised) -> bool:
    since = warning.occurred_at - timedelta(
        days=_policy(desk, "dispatch.repeats", Repeats(), warning).value.repeat_days
    )
    return any(
        _same(known, warning.rule_id, warning.subscription_id)
        and known.state in ("open", "worked")
        and known.raised_at > since
        and known.level >= warning.level
        for known in case.warnings
    )


def _opened(desk: Desk, case: Case, warning: WarningRaised) -> Decision[Case]:
    tier = tier_of(warning, _policy(desk, "dispatch.tiers", Tiers(), warning).value)
    passed = pass_down(case.customer_id, warning.region, tier, desk.roster)
    item = Item(
        work_item_id=derived_id("work_item", warning.id),
        subscription_id=warning.subscription_id,
        msisdn=warning.msisdn,
        state="open",
        tier=tier,
        priority=priority_of(warning),
        home_region=warning.region,
        offered_region=passed.offered_region,
        assigned_to=passed.assigned_to,
        opened_at=desk.now,
        due_at=warning.actionable_until,
    )
    settled = _settled(structs.replace(case, item=item), [_known(warning, "open", item)], {}, warning)
    return Decision(settled.memory, (telling.offered(case, item, warning), *settled.events))


def _joined(desk: Desk, case: Case, item: Item, warning: WarningRaised) -> Decision[Case]:
    """Put a further warning behind the open item, which becomes as urgent and as valuable as its strongest one."""
    tier = tier_of(warning, _policy(desk, "dispatch.tiers", Tiers(), warning).value)
    joined = structs.replace(
        item,
        priority=max(item.priority, priority_of(warning)),
        due_at=max(item.due_at, warning.actionable_until),
    )
    upgraded = tier == "customer_manager" != item.tier
    if upgraded:
        passed = pass_down(case.customer_id, item.home_region, tier, desk.roster)
        joined = structs.replace(
            joined,
            tier=tier,
            offered_region=passed.offered_region,
            assigned_to=passed.assigned_to,
            revision=item.revision + 1,
        )
    settled = _settled(structs.replace(case, item=joined), [_known(warning, "open", joined)], {}, warning)
    said = (telling.offered(case, joined, warning),) if upgraded else ()
    return Decision(settled.memory, (*said, *settled.events))


def _contacted(desk: Desk, case: Case, contact: ContactReported) -> Decision[Case]:
    item = case.open_item
    assert item is not None, "the shell completes open items only"
    caps = _policy(desk, "dispatch.caps", Caps(), contact).value
    tried = structs.replace(item, attempts=item.attempts + 1)
    if not contact.reached and tried.attempts < caps.attempts_max:
        tomorrow = start_of(local_date(contact.occurred_at) + timedelta(days=1))
        return Decision(structs.replace(case, item=structs.replace(tried, not_before=tomorrow)), (contact,))
    met = structs.replace(
        case, item=tried, last_contact_at=contact.occurred_at if contact.reached else case.last_contact_at
    )
    by = {"staff_id": contact.staff_id, "outcome": contact.outcome}
    closed = _closed(met, tried, "worked", contact, contact.staff_id)
    settled = _settled(closed.memory, _moved(case.open_warnings, "worked", contact.staff_id), by, contact)
    return Decision(settled.memory, (contact, *closed.events, *settled.events))


def _overtaken(case: Case, warnings: Sequence[KnownWarning], state: ItemState, event: Event) -> Decision[Case]:
    """Settle `warnings`; the item closes with the last of them."""
    if not warnings or state == "open":
        return Decision(case)
    settled = _settled(case, _moved(warnings, state), {}, event)
    item = settled.memory.open_item
    if item is None or settled.memory.open_warnings:
        return settled
    closed = _closed(settled.memory, item, state, event, None)
    return Decision(closed.memory, (*settled.events, *closed.events))


def _moved(warnings: Iterable[KnownWarning], state: WarningState, staff_id: str | None = None) -> list[KnownWarning]:
    return [structs.replace(w, state=state, staff_id=staff_id or w.staff_id) for w in warnings]


def _settled(case: Case, moved: Sequence[KnownWarning], extra: dict[str, Any], event: Event) -> Decision[Case]:
    """Bring each warning of `moved` into its state, and say so."""
    before = {warning.warning_id: warning for warning in case.warnings}
    after = before | {warning.warning_id: warning for warning in moved}
    said = tuple(telling.settled(case, warning, before.get(warning.warning_id), extra, event) for warning in moved)
    return Decision(structs.replace(case, warnings=tuple(after.values())), said)


def _closed(case: Case, item: Item, state: ItemState, event: Event, staff_id: str | None) -> Decision[Case]:
    said = telling.closed(case, item, state, (event, staff_id))
    return Decision(structs.replace(case, item=structs.replace(item, state=state)), (said,))


def _known(warning: WarningRaised, state: WarningState, item: Item | None) -> KnownWarning:
    return KnownWarning(
        warning_id=warning.id,
        rule_id=warning.rule_id,
        level=warning.level,
        subscription_id=warning.subscription_id,
        msisdn=warning.msisdn,
        region=warning.region,
        raised_at=warning.occurred_at,
        state=state,
        work_item_id=item.work_item_id if item else None,
        staff_id=item.assigned_to if item else None,
    )


def _same(known: KnownWarning | Clearing, rule_id: str, subscription_id: str) -> bool:
    return known.rule_id == rule_id and known.subscription_id == subscription_id


def _policy(desk: Desk, name: str, default: Any, event: WarningRaised | ContactReported) -> Resolved[Any]:
    return desk.policy.resolve(name, default, event.region, event.occurred_at)
