"""Lists of warned customers (W16): which days a list is about, and what each of its rows says in either language."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from shared.calendar import ZONE, month_bounds, start_of
from shared.events.warning_raised import WarningFacts, WarningRaised
from shared.masking import masked

Period = Literal["day", "week", "month"]
Language = Literal["zh", "en"]
Cell = str | int | float | None
LEVELS = {"zh": {1: "关注", 2: "处理", 3: "立即处理"}, "en": {1: "watch", 2: "act", 3: "act now"}}
POPULATIONS = {"important": "重要客户", "yearly_spend": "年消费达标", "potential": "潜力客户"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list."""

    zh: str
    en: str
    value: Callable[[WarningFacts, Language], Cell]


def bounds(period: Period, day: date) -> tuple[datetime, datetime]:
    """Return the local midnights between which the day, the week (from Monday) or the month of `day` lies."""
    if period == "month":
        return month_bounds(day.strftime("%Y-%m"))
    first, length = (day, 1) if period == "day" else (day - timedelta(days=day.weekday()), 7)
    return start_of(first), start_of(first + timedelta(days=length))


def headings(language: Language) -> list[str]:
    """Return the first line of a list."""
    return [column.zh if language == "zh" else column.en for column in COLUMNS]


def row(warning: WarningFacts, language: Language) -> list[Cell]:
    """Return a warning's line."""
    return [column.value(warning, language) for column in COLUMNS]


def _when(warning: WarningFacts, _: Language) -> str:
    return warning.occurred_at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")


def _until(warning: WarningFacts, _: Language) -> str:
    return warning.actionable_until.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")


def _population(warning: WarningFacts, language: Language) -> str | None:
    if not isinstance(warning, WarningRaised):
        return None
    return POPULATIONS[warning.population] if language == "zh" else warning.population


def _explained(warning: WarningFacts, language: Language) -> str:
    return warning.explanation_zh if language == "zh" else warning.explanation_en


def _reason(warning: WarningFacts, _: Language) -> str | None:
    return warning.reasons[0].reason if warning.reasons else None


def _arpu(warning: WarningFacts, _: Language) -> float | None:
    return None if warning.arpu_fen is None else warning.arpu_fen / 100


def _evidence(warning: WarningFacts, _: Language) -> str:
    return masked(json.dumps(warning.evidence, ensure_ascii=False, sort_keys=True))


COLUMNS: Sequence[Column] = (
    Column("预警编号", "warning", lambda warning, _: warning.id),
    Column("预警时间", "raised at", _when),
    Column("号码", "number", lambda warning, _: masked(warning.msisdn)),
    Column("客户编号", "customer", lambda warning, _: warning.customer_id),
    Column("用户编号", "subscription", lambda warning, _: warning.subscription_id),
    Column("区域", "region", lambda warning, _: warning.region),
    Column("品牌", "brand", lambda warning, _: warning.brand),
    Column("套餐", "package", lambda warning, _: warning.package),
    Column("近三月ARPU（元）", "ARPU of three months, yuan", _arpu),
    Column("星级", "stars", lambda warning, _: warning.stars),
    Column("目标人群", "population", _population),
    Column("规则", "rule", lambda warning, _: warning.rule_id),
    Column("级别", "level", lambda warning, language: LEVELS[language].get(warning.level)),
    Column("说明", "explanation", _explained),
    Column("可能原因", "likely reason", _reason),
    Column("处理时限", "actionable until", _until),
    Column("证据", "evidence", _evidence),
)
