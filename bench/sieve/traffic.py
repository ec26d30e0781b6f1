"""A network's CDRs for benchmarks: few subscribers call much and many call little, records come late and come twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.events.call_detail_record import CallDetailRecord

ZONE = timezone(timedelta(hours=8))
FIRST_DAY = datetime(2026, 3, 1, tzinfo=ZONE)
DAY_S = 86_400
PREFIXES = ("133", "153", "180", "189", "199")
PEERS = ("133", "153", "139", "138", "130")
"""Of five peers two are on our own network, three on others."""
HOTLINES = ("10086", "10010")
VOICE_TENTHS = 6
"""Of ten ordinary records six are calls, one is a message, three are data."""
FLAT = 30
"""The busiest are alike: with rank k somebody calls as 1 / (k + FLAT), so that nobody has a tenth of all calls."""
HOTLINES_AMONG = 1 / 3
"""Of what may be a signal so many are calls to a rival's hotline, the rest are forwarded legs."""
RESENT_SHARE = 0.01
LATE_SHARE, LATE_S, RESENT_S = 0.1, 7_200, 3_600
"""A tenth comes up to two hours late, what is resent within another hour: below the sieve's grace of six."""
ONE_IN = 11
"""A contender that is too slow for all takes one subscriber in so many, with all of their days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be published; the same plan gives the same records."""

    cdrs: int
    """All of them, those resent among them."""
    subscribers: int
    days: int
    """How many days of event time they spread over."""
    seed: int
    telling_share: float = 0.003
    """How many of them are calls to a rival's hotline or forwarded legs."""


def cdrs(plan: Plan) -> Iterator[CallDetailRecord]:
    """Yield the plan's records in the order of their arrival."""
    luck = np.random.default_rng(plan.seed)
    fresh = plan.cdrs - int(plan.cdrs * RESENT_SHARE)
    arrivals = np.linspace(0.0, plan.days * DAY_S, fresh, endpoint=False)
    who = _callers(luck, plan.subscribers, fresh)
    happened = np.maximum(arrivals - _delays(luck, fresh), 0.0)
    details = luck.integers(0, 2**62, fresh)
    drawn = luck.random(fresh)
    for number in _order(luck, arrivals, plan.cdrs - fresh):
        telling = float(drawn[number]) / plan.telling_share
        yield _cdr(number, int(who[number]), float(happened[number]), (telling, int(details[number])))


def of_part(cdr: CallDetailRecord) -> bool:
    """Tell whether a record is of the part that slow contenders take."""
    return int(cdr.msisdn[-8:]) % ONE_IN == 0


def _callers(luck: np.random.Generator, subscribers: int, count: int) -> NDArray[np.int64]:
    shares = 1.0 / (np.arange(subscribers) + FLAT)
    ranks = np.searchsorted(np.cumsum(shares / shares.sum()), luck.random(count))
    return luck.permutation(subscribers)[np.minimum(ranks, subscribers - 1)]


def _delays(luck: np.random.Generator, count: int) -> NDArray[np.float64]:
    return np.where(luck.random(count) < LATE_SHARE, luck.random(count) * LATE_S, luck.random(count) * 60)


def _order(luck: np.random.Generator, arrivals: NDArray[np.float64], resent: int) -> list[int]:
    """Return the records' numbers in the order of arrival, some of them twice."""
    again = luck.choice(len(arrivals), resent, replace=False)
    numbers = np.concatenate((np.arange(len(arrivals)), again))
    times = np.concatenate((arrivals, arrivals[again] + luck.random(resent) * RESENT_S))
    order: list[int] = numbers[np.argsort(times, kind="stable")].tolist()
    return order


def _cdr(number: int, who: int, happened_s: float, luck: tuple[float, int]) -> CallDetailRecord:
    telling, details = luck
    common: dict[str, Any] = {
        "id": f"sw{who % 16:02d}-{number:010d}",
        "occurred_at": FIRST_DAY + timedelta(seconds=int(happened_s)),
        "msisdn": f"+86{PREFIXES[who % len(PREFIXES)]}{who:08d}",
        "cell": f"1501{who % 90:02d}-{details % 40}",
        "imei": f"86{who:010d}{details % 3:03d}",
    }
    return CallDetailRecord(**common, **_call(who, telling, details))


def _call(who: int, telling: float, details: int) -> dict[str, Any]:
    """Return what was done, beside who did it when; below 1 it may be a signal."""
    if telling < HOTLINES_AMONG:
        return {"service": "voice", "peer": HOTLINES[details % len(HOTLINES)], "duration_s": details % 300}
    if telling < 1.0:
        return {"service": "voice", "direction": "forwarded", "peer": _peer(who, details), "duration_s": 40}
    tenth, rest = details % 10, details // 10
    if tenth < VOICE_TENTHS:
        way = "in" if rest % 2 else "out"
        return {"service": "voice", "direction": way, "peer": _peer(who, rest), "duration_s": 5 + rest % 600}
    if tenth == VOICE_TENTHS:
        return {"service": "sms", "peer": _peer(who, rest)}
    return {"service": "data", "bytes": rest % 50_000_000}


def _peer(who: int, drawn: int) -> str:
    """Return one of the subscriber's twelve friends."""
    friend = who * 7 + drawn % 12 * 13
    return f"+86{PEERS[friend % len(PEERS)]}{friend % 10**8:08d}"
