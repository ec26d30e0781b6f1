"""The cases of customers, read under their locks for a batch of decisions, and written back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.dispatch.domain.case import Application, Case, Clearing, Item, KnownWarning
from shared.events.contact_reported import ContactReported
from shared.events.porting_progressed import PortingProgressed
from shared.events.warning_raised import WarningRaised

REPEATS_KEPT = timedelta(days=400)
"""Warnings older than this are of no use to any policy on repeats."""


async def lock_numbers(tx: AsyncConnection, numbers: Iterable[str]) -> None:
    """Lock `numbers` in order, so that porting and warnings of one number are decided one after the other."""
    wanted = sorted(set(numbers))
    await tx.execute(
        text("INSERT INTO number (msisdn) SELECT unnest(CAST(:numbers AS text[])) ON CONFLICT DO NOTHING"),
        {"numbers": wanted},
    )
    await tx.execute(
        text("SELECT FROM number WHERE msisdn = ANY(:numbers) ORDER BY msisdn FOR NO KEY UPDATE"), {"numbers": wanted}
    )


async def record_porting(tx: AsyncConnection, events: Sequence[PortingProgressed]) -> None:
    """Keep when each number was last applied for, and when that ended; in whatever order they are told."""
    for event in events:
        statement = PORTING.get(event.step)
        if statement:
            await tx.execute(text(statement), {"msisdn": event.msisdn, "at": event.occurred_at})


APPLIED = (
    "UPDATE number SET applied_at = :at, released_at = CASE WHEN released_at > :at THEN released_at END"
    " WHERE msisdn = :msisdn AND (applied_at IS NULL OR applied_at < :at)"
)
RELEASED = "UPDATE number SET released_at = :at WHERE msisdn = :msisdn AND (released_at IS NULL OR released_at < :at)"
PORTING = {"application": APPLIED, "lapsed": RELEASED, "ported_out": RELEASED}


async def customers_at(tx: AsyncConnection, events: Sequence[PortingProgressed]) -> dict[str, str]:
    """Return who held each event's number when it happened, by the event's id; what the CRM has not told is not in it.

    The CRM may tell the end of the period before the gateway tells why.
    """
    rows = await tx.execute(
        text(
            "SELECT DISTINCT ON (event_id) event_id, customer_id"
            " FROM unnest(CAST(:ids AS text[]), CAST(:numbers AS text[]), CAST(:times AS timestamptz[]))"
            " AS heard (event_id, msisdn, at) JOIN subscription USING (msisdn)"
            " WHERE activated_at <= at AND (ended_at IS NULL OR ended_at >= at)"
            " ORDER BY event_id, activated_at DESC"
        ),
        {
            "ids": [event.id for event in events],
            "numbers": [event.msisdn for event in events],
            "times": [event.occurred_at for event in events],
        },
    )
    return {row.event_id: row.customer_id for row in rows}


async def load(tx: AsyncConnection, customers: Iterable[str], now: datetime) -> dict[str, Case]:
    """Return the cases of `customers`, locked until the transaction ends."""
    wanted = sorted(set(customers))
    await tx.execute(
        text(
            "INSERT INTO arm (customer_id, held_out, drawn) SELECT unnest(CAST(:customers AS text[])), false, false"
            " ON CONFLICT DO NOTHING"
        ),
        {"customers": wanted},
    )
    arms = await tx.execute(
        text(
            "SELECT customer_id, drawn, held_out FROM arm"
            " WHERE customer_id = ANY(:customers) ORDER BY customer_id FOR NO KEY UPDATE"
        ),
        {"customers": wanted},
    )
    items, warnings = await _items(tx, wanted), await _warnings(tx, wanted, now - REPEATS_KEPT)
    contacts, applications = await _last_contacts(tx, wanted), await _applications(tx, wanted)
    clearings = await _clearings(tx, wanted)
    return {
        row.customer_id: Case(
            customer_id=row.customer_id,
            drawn=row.drawn,
            held_out=row.held_out,
            item=items.get(row.customer_id),
            warnings=tuple(warnings.get(row.customer_id, ())),
            clearings=tuple(clearings.get(row.customer_id, ())),
            last_contact_at=contacts.get(row.customer_id),
            applications=tuple(applications.get(row.customer_id, ())),
        )
        for row in arms
    }


async def _items(tx: AsyncConnection, customers: Sequence[str]) -> dict[str, Item]:
    rows = await tx.execute(
        text(
            "SELECT customer_id, work_item_id, subscription_id, msisdn, state, tier, priority,"
            " CAST(home_region AS text) AS home_region, CAST(offered_region AS text) AS offered_region,"
            " assigned_to, opened_at, revision, due_at, attempts, not_before"
            " FROM work_item WHERE state = 'open' AND customer_id = ANY(:customers)"
        ),
        {"customers": customers},
    )
    return {row.customer_id: msgspec.convert(row._asdict(), Item) for row in rows}


async def _warnings(tx: AsyncConnection, customers: Sequence[str], since: datetime) -> dict[str, list[KnownWarning]]:
    rows = await tx.execute(
        text(
            "SELECT customer_id, warning_id, rule_id, level, subscription_id, msisdn, CAST(region AS text) AS region,"
            " raised_at, state, work_item_id, staff_id FROM warning"
            " WHERE customer_id = ANY(:customers) AND (state = 'open' OR raised_at > :since)"
            " ORDER BY raised_at, warning_id"
        ),
        {"customers": customers, "since": since},
    )
    found: dict[str, list[KnownWarning]] = {}
    for row in rows:
        found.setdefault(row.customer_id, []).append(msgspec.convert(row._asdict(), KnownWarning))
    return found


async def _clearings(tx: AsyncConnection, customers: Sequence[str]) -> dict[str, list[Clearing]]:
    rows = await tx.execute(
        text("SELECT customer_id, rule_id, subscription_id, at FROM clearing WHERE customer_id = ANY(:customers)"),
        {"customers": customers},
    )
    found: dict[str, list[Clearing]] = {}
    for row in rows:
        found.setdefault(row.customer_id, []).append(Clearing(row.rule_id, row.subscription_id, row.at))
    return found


async def _last_contacts(tx: AsyncConnection, customers: Sequence[str]) -> dict[str, datetime]:
    rows = await tx.execute(
        text(
            "SELECT customer_id, max(contacted_at) AS last FROM contact"
            " WHERE customer_id = ANY(:customers) AND reached GROUP BY customer_id"
        ),
        {"customers": customers},
    )
    return {row.customer_id: row.last for row in rows}


async def _applications(tx: AsyncConnection, customers: Sequence[str]) -> dict[str, list[Application]]:
    rows = await tx.execute(
        text(
            "SELECT customer_id, applied_at, released_at FROM subscription JOIN number USING (msisdn)"
            " WHERE customer_id = ANY(:customers) AND applied_at >= activated_at"
            " AND (ended_at IS NULL OR applied_at <= ended_at)"
        ),
        {"customers": customers},
    )
    found: dict[str, list[Application]] = {}
    for row in rows:
        found.setdefault(row.customer_id, []).append(Application(row.applied_at, row.released_at))
    return found


async def save(
    tx: AsyncConnection, before: Mapping[str, Case], after: Mapping[str, Case], raised: Sequence[WarningRaised]
) -> None:
    """Write what changed; `raised` brings the facts of warnings that are new."""
    facts = {warning.id: msgspec.json.encode(warning).decode() for warning in raised}
    for customer_id, case in sorted(after.items()):
        known = before[customer_id]
        if case.drawn != known.drawn:
            await _save_arm(tx, case)
        if case.item is not None and case.item is not known.item:
            await _save_item(tx, case.item, customer_id, known.item)
        await _save_clearings(tx, customer_id, [each for each in case.clearings if each not in known.clearings])
        old = {warning.warning_id: warning for warning in known.warnings}
        changed = [warning for warning in case.warnings if warning != old.get(warning.warning_id)]
        await _save_warnings(tx, customer_id, changed, facts)


async def _save_arm(tx: AsyncConnection, case: Case) -> None:
    await tx.execute(
        text(
            "UPDATE arm SET drawn = true, held_out = :held_out, drawn_at = business_now()"
            " WHERE customer_id = :customer_id"
        ),
        {"customer_id": case.customer_id, "held_out": case.held_out},
    )


async def _save_item(tx: AsyncConnection, item: Item, customer_id: str, before: Item | None) -> None:
    await tx.execute(
        text(
            "INSERT INTO work_item AS known (work_item_id, customer_id, subscription_id, msisdn, state, tier, priority,"
            " home_region, offered_region, assigned_to,"
            " opened_at, revision, due_at, not_before, attempts)"
            " VALUES (:work_item_id, :customer_id, :subscription_id, :msisdn, :state, :tier, :priority,"
            " CAST(CAST(:home_region AS text) AS ltree), CAST(CAST(:offered_region AS text) AS ltree),"
            " :assigned_to, :opened_at, :revision, :due_at, :not_before, :attempts)"
            " ON CONFLICT (work_item_id) DO UPDATE SET state = excluded.state, tier = excluded.tier,"
            " priority = excluded.priority, offered_region = excluded.offered_region,"
            " assigned_to = excluded.assigned_to, revision = excluded.revision, due_at = excluded.due_at,"
            " not_before = excluded.not_before,"
            " attempts = excluded.attempts"
        ),
        msgspec.structs.asdict(item) | {"customer_id": customer_id},
    )
    kind = "opened" if before is None else "changed" if item.state == "open" else "closed"
    await tell(tx, kind, item.work_item_id)


async def tell(tx: AsyncConnection, kind: str, work_item_id: str) -> None:
    """Note what happened to an item, for those who listen to its queue."""
    await tx.execute(
        text(
            "INSERT INTO queue_event (kind, work_item_id, tier, priority, home_region, offered_region, assigned_to)"
            " SELECT :kind, work_item_id, tier, priority, home_region, offered_region, assigned_to"
            " FROM work_item WHERE work_item_id = :work_item_id"
        ),
        {"kind": kind, "work_item_id": work_item_id},
    )


async def _save_warnings(
    tx: AsyncConnection, customer_id: str, warnings: Sequence[KnownWarning], facts: Mapping[str, str]
) -> None:
    if not warnings:
        return
    await tx.execute(
        text(
            "INSERT INTO warning AS known (warning_id, customer_id, subscription_id, msisdn, rule_id, level, region,"
            " raised_at, state, work_item_id, staff_id, facts) VALUES (:warning_id, :customer_id, :subscription_id,"
            " :msisdn, :rule_id, :level, CAST(CAST(:region AS text) AS ltree), :raised_at, :state, :work_item_id,"
            " :staff_id, CAST(:facts AS jsonb)) ON CONFLICT (warning_id) DO UPDATE"
            " SET state = excluded.state, staff_id = excluded.staff_id"
        ),
        [
            msgspec.structs.asdict(w) | {"customer_id": customer_id, "facts": facts.get(w.warning_id, "{}")}
            for w in warnings
        ],
    )


async def _save_clearings(tx: AsyncConnection, customer_id: str, clearings: Sequence[Clearing]) -> None:
    if clearings:
        await tx.execute(
            text(
                "INSERT INTO clearing AS known (customer_id, rule_id, subscription_id, at)"
                " VALUES (:customer_id, :rule_id, :subscription_id, :at)"
                " ON CONFLICT (subscription_id, rule_id) DO UPDATE SET at = greatest(known.at, excluded.at)"
            ),
            [msgspec.structs.asdict(each) | {"customer_id": customer_id} for each in clearings],
        )


async def record_contact(tx: AsyncConnection, contact: ContactReported) -> None:
    """Keep what came of a call."""
    same = ("work_item_id", "customer_id", "staff_id", "reached", "outcome", "judged_reason", "next_step")
    await tx.execute(
        text(
            "INSERT INTO contact (contact_id, work_item_id, customer_id, staff_id, contacted_at, reached, outcome,"
            " judged_reason, means, offers, next_step, next_on) VALUES (:contact_id, :work_item_id, :customer_id,"
            " :staff_id, :contacted_at, :reached, :outcome, :judged_reason, :means, :offers, :next_step,"
            " CAST(CAST(:next_on AS text) AS date))"
        ),
        {name: getattr(contact, name) for name in same}
        | {
            "contact_id": contact.id,
            "contacted_at": contact.occurred_at,
            "means": list(contact.means),
            "offers": list(contact.offers),
            "next_on": contact.next_on,
        },
    )
