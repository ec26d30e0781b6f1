"""An example of each event, made from its class, so that a new event has one without a line here."""

from collections.abc import Callable
from typing import Any, get_type_hints

import msgspec
from msgspec import inspect

from shared.ids import derived_id
from shared.topic import Event, Topic

NUMBER, MOMENT, DAY = "+8613300000001", "2026-03-05T10:00:00+08:00", "2026-03-05"
BY_NAME: dict[str, Any] = {
    "msisdn": NUMBER,
    "forwarded_to": "+8613800000001",
    "new_msisdn": "+8619900000001",
    "peer": "10086",
    "operator": "china_mobile",
    "to_operator": "china_mobile",
    "customer_id": "C000001",
    "subscription_id": "S000001",
    "staff_id": "manager-150102-1",
    "assigned_to": "manager-150102-1",
    "previous_staff_id": "manager-150102-1",
    "name": "王伟",
    "name_zh": "新城区",
    "name_en": "Xincheng",
    "county": "150102",
    "adcode": "150102",
    "region": "150000.150100.150102",
    "path": "150000.150100.150102",
    "home_region": "150000.150100.150102",
    "offered_region": "150000.150100.150102",
    "team": "team-150102",
    "zone": "Asia/Shanghai",
    "month": "2026-02",
    "birth_month": "1980-05",
    "brand": "tianyi",
    "package": "tianyi_199",
    "rule_id": "rival_hotline",
    "mechanism": "deposit_gift",
    "bill_no": "B2026-02-000001",
    "cell": "150102-7",
    "imei": "860000000000001",
    "agent_id": "agent-07",
    "topic": "network.cdr.v1",
    "service": "dispatch",
    "reason": "schema",
    "sealed": "gAAAAAB...",
    "next_on": "2026-03-12",
    "ended_at": None,
    "important": None,
    "level": 2,
    "stars": 5,
    "duration_s": 95,
    "amount_due_fen": 19_900,
    "amount_fen": 1_000,
    "arpu_fen": 19_900,
    "months_known": 3,
    "share": 0.4,
    "policy_version": 0,
    "remaining_fen": 0,
    "explanation_zh": "30天内2次拨打10086（其他运营商客服）",
    "explanation_en": "Called 10086, a hotline of china_mobile, 2 times within 30 days",
    "detail": "Object missing required field `occurred_at`",
    "why": "service resumed",
}
"""What a field of this name usually holds; it is taken where the field's type allows it."""


def example(topic: Topic[Event]) -> dict[str, Any]:
    """Return an event of the topic as the plain JSON that stands for it."""
    return _struct(topic.event) | {"id": derived_id("example", topic.name), "occurred_at": MOMENT}


def _struct(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    names = (field.name for field in msgspec.structs.fields(kind))
    return {
        name: BY_NAME[name] if _fits(name, hints[name]) else _made(inspect.type_info(hints[name])) for name in names
    }


def _fits(name: str, hint: Any) -> bool:
    """Tell whether what a field of this name usually holds is of this field's type."""
    try:
        msgspec.convert(BY_NAME[name], hint)
    except (KeyError, msgspec.ValidationError):
        return False
    return True


def _made(info: Any) -> Any:
    return MADE[type(info)](info)


MADE: dict[type[inspect.Type], Callable[[Any], Any]] = {
    inspect.StructType: lambda info: _struct(info.cls),
    inspect.StrType: lambda info: derived_id("example", "text"),
    inspect.IntType: lambda info: max(info.ge or 0, 1),
    inspect.FloatType: lambda info: info.ge or 0.0,
    inspect.BoolType: lambda info: True,
    inspect.DateTimeType: lambda info: MOMENT,
    inspect.DateType: lambda info: DAY,
    inspect.LiteralType: lambda info: info.values[0],
    inspect.UnionType: lambda info: _made(next(kind for kind in info.types if type(kind) is not inspect.NoneType)),
    inspect.VarTupleType: lambda info: [_made(info.item_type)],
    inspect.TupleType: lambda info: [_made(item) for item in info.item_types],
    inspect.DictType: lambda info: {},
}
