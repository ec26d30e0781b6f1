"""From the tables' rows to the card as people read it: amounts in yuan, tenure in months, nothing guessed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from services.dispatch.api.schemas import BillShown, Card, VisitShown, WarningShown, WorkItem
from services.dispatch.storage.cards import CardRows
from services.dispatch.storage.queue import QueuedItem
from shared.calendar import local_date, month_of, months_before, months_between
from shared.masking import masked

Row = RowMapping | Mapping[str, Any]


def item_shown(item: QueuedItem) -> WorkItem:
    """Return an item with its number masked."""
    fields = {name: getattr(item, name) for name in WorkItem.model_fields if name != "number"}
    return WorkItem(number=masked(item.msisdn), **fields)


def card(item: QueuedItem, rows: CardRows, offers: list[dict[str, Any]] | None, offers_missing: str | None) -> Card:
    """Return the card of `item`."""
    facts = rows.warnings[0]["facts"] if rows.warnings else {}
    return Card(
        item=item_shown(item),
        number=masked(item.msisdn),
        high_value_type=facts.get("population"),
        warning_types=sorted({row["rule_id"] for row in rows.warnings}),
        arpu_yuan=_yuan(facts.get("arpu_fen")),
        months_known=facts.get("months_known", 0),
        arrears_yuan=_yuan(rows.arrears_fen),
        warnings=[_warning(row) for row in rows.warnings],
        offers=offers,
        offers_missing=offers_missing,
        **_owner(rows),
        **_spending(rows.bills),
        **_visits(rows.contacts, rows.now),
    )


def _owner(rows: CardRows) -> dict[str, Any]:
    customer: Row = rows.customer or {}
    subscription: Row = rows.subscription or {}
    since = subscription.get("activated_at")
    return {
        "owner_name": customer.get("name"),
        "sex": customer.get("sex"),
        "birth_month": customer.get("birth_month"),
        "important": customer.get("important"),
        "stars": customer.get("stars"),
        "brand": subscription.get("brand"),
        "package": subscription.get("package"),
        "tenure_months": _whole_months(since, rows.now) if since else None,
    }


def _spending(bills: Sequence[Row]) -> dict[str, Any]:
    shown = [_bill(row) for row in bills]
    now, before = (bills[0]["amount_fen"], bills[1]["amount_fen"]) if len(bills) > 1 else (None, None)
    return {
        "bills": shown,
        "billed_yuan": shown[0].amount_yuan if shown else None,
        "change_share": round(now / before - 1, 4) if now is not None and before else None,
    }


def _bill(row: Row) -> BillShown:
    lines = row["lines"]
    return BillShown(
        month=row["month"],
        amount_yuan=row["amount_fen"] / 100,
        **{name: lines.get(name, 0) for name in ("local_minutes", "long_distance_minutes", "roaming_minutes")},
        sms_fee_yuan=lines.get("sms_fee_fen", 0) / 100,
        data_fee_yuan=lines.get("data_fee_fen", 0) / 100,
        value_added_fee_yuan=lines.get("value_added_fee_fen", 0) / 100,
        data_mb=lines.get("data_mb", 0),
    )


def _warning(row: Row) -> WarningShown:
    facts = row["facts"]
    told = ("explanation_zh", "explanation_en", "evidence", "reasons", "rule_version", "policy_version")
    return WarningShown(
        warning_id=row["warning_id"],
        type=row["rule_id"],
        level=row["level"],
        raised_at=row["raised_at"],
        **{name: facts[name] for name in told},
    )


def _visits(contacts: Sequence[Row], now: datetime) -> dict[str, Any]:
    last_month = months_before(month_of(now), 1)
    then = next((row for row in contacts if month_of(row["contacted_at"]) == last_month), None)
    return {
        "visits": len(contacts),
        "means_used": sorted({means for row in contacts for means in row["means"]}),
        "last_month_visit_at": then["contacted_at"] if then else None,
        "last_month_feedback": (then["outcome"] or "not_reached") if then else None,
        "history": [_visit(row) for row in contacts],
    }


def _visit(row: Row) -> VisitShown:
    return VisitShown(
        at=row["contacted_at"],
        reached=row["reached"],
        outcome=row["outcome"],
        judged_reason=row["judged_reason"],
        means=list(row["means"]),
    )


def _whole_months(since: datetime, now: datetime) -> int:
    begun = months_between(month_of(since), month_of(now))
    return max(begun - (local_date(now).day < local_date(since).day), 0)


def _yuan(fen: int | None) -> float | None:
    return fen / 100 if fen is not None else None


def shown(items: Iterable[QueuedItem]) -> list[WorkItem]:
    """Return items with their numbers masked."""
    return [item_shown(item) for item in items]
