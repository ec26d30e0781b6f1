"""The base: who the subscribers are, what they pay, how they use it. Each follows from the seed and their number."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from msgspec import Struct

from services.intake.domain.simulator import luck
from services.intake.domain.simulator.names import person_name
from services.intake.domain.simulator.regions import COUNTIES
from shared.calendar import local_moment
from shared.events.bill_issued import BillLines
from shared.events.customer_recorded import Important

PREFIXES = ("133", "153", "180", "189", "199")


class Plan(Struct, frozen=True):
    """A package of the simulated operator: fee in yuan, and what it includes."""

    id: str
    fee: int
    minutes: int
    messages: int
    data_mb: int


PLANS: tuple[tuple[Plan, float], ...] = (
    (Plan("tianyi_19", 19, 30, 20, 1_024), 0.42),
    (Plan("tianyi_59", 59, 200, 50, 10_240), 0.31),
    (Plan("tianyi_99", 99, 500, 100, 20_480), 0.125),
    (Plan("tianyi_129", 129, 800, 100, 30_720), 0.085),
    (Plan("tianyi_199", 199, 1_500, 200, 61_440), 0.035),
    (Plan("tianyi_299", 299, 3_000, 300, 102_400), 0.025),
)
"""Packages by share of the base: most pay less than 100 yuan, about one in twenty 200 and more."""

IMPORTANT: tuple[Important, ...] = ("party_government", "enterprise_leader", "group_contact", "press")


class Subscriber(Struct, frozen=True, kw_only=True):
    """One customer with one number."""

    index: int
    customer_id: str
    subscription_id: str
    msisdn: str
    name: str
    sex: str
    birth_month: str
    county: str
    plan: Plan
    activated_at: datetime
    agent_id: str | None
    important: Important | None
    stars: int
    member_level: str | None
    appetite: float
    """Usage against what the package includes, 1.0: all of it."""
    extras_fen: int
    """Value-added services in a month."""
    handset: str | None = None
    """Its IMEI; None: the switch does not tell."""


@lru_cache(maxsize=200_000)
def subscriber(seed: int, index: int, first_day: date) -> Subscriber:
    """Return subscriber `index` of a base that has lived for a year and more on `first_day`."""

    def drawn(name: str) -> float:
        return luck.draw(seed, name, index)

    plan = luck.weighted(PLANS, seed, "plan", index)
    tenure = timedelta(days=400 + int(drawn("tenure") * 3_000))
    return Subscriber(
        index=index,
        customer_id=f"C{index:06d}",
        subscription_id=f"S{index:06d}",
        msisdn=f"+86{PREFIXES[index % len(PREFIXES)]}0{index // len(PREFIXES):07d}",
        name=person_name(drawn("name")),
        sex="female" if drawn("sex") < 0.5 else "male",
        birth_month=f"{1950 + int(drawn('birth') * 55)}-{1 + int(drawn('month') * 12):02d}",
        county=COUNTIES[int(drawn("county") * len(COUNTIES))].adcode,
        plan=plan,
        activated_at=local_moment(first_day - tenure, time(10)),
        agent_id=f"agent-{int(drawn('agent') * 12):02d}" if drawn("dealer") < 0.5 else None,
        important=IMPORTANT[int(drawn("kind") * len(IMPORTANT))] if drawn("important") < 0.02 else None,
        stars=_stars(plan, drawn("stars")),
        member_level=_level(plan, drawn("member")),
        appetite=0.4 + 0.9 * drawn("appetite"),
        extras_fen=int(drawn("extras") ** 4 * 4_000),
    )


def bill_lines(seed: int, who: Subscriber, month: str, share: float) -> BillLines:
    """Return a month's usage and charges at `share` of the subscriber's usual appetite."""
    swing = 0.9 + 0.2 * luck.draw(seed, "swing", who.index, month)
    use = who.appetite * swing * share
    minutes, messages = int(who.plan.minutes * use), int(who.plan.messages * use)
    data_mb = int(who.plan.data_mb * use)
    roaming = int(minutes * 0.1 * luck.draw(seed, "roaming", who.index))
    far = int(minutes * 0.2)
    over_mb = max(data_mb - who.plan.data_mb, 0)
    return BillLines(
        local_minutes=minutes - far - roaming,
        long_distance_minutes=far,
        roaming_minutes=roaming,
        messages=messages,
        data_mb=data_mb,
        package_fee_fen=int(who.plan.fee * 100 * min(share * 1.2, 1.0)),
        voice_fee_fen=max(minutes - who.plan.minutes, 0) * 15,
        sms_fee_fen=max(messages - who.plan.messages, 0) * 10,
        data_fee_fen=-(-over_mb // 1_024) * 500,
        value_added_fee_fen=int(who.extras_fen * share),
    )


def _stars(plan: Plan, drawn: float) -> int:
    return min(plan.fee // 50 + int(drawn * 2), 7)


def _level(plan: Plan, drawn: float) -> str | None:
    if drawn > 0.8:
        return None
    return "diamond" if plan.fee >= 299 else "gold" if plan.fee >= 199 else "silver" if plan.fee >= 99 else "ordinary"
