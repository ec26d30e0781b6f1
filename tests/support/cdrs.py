"""A network's CDRs, and what a plain reading of them comes to: one CDR at a time, no columns, no checkpoints."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from random import Random
from typing import Literal

from aiokafka.partitioner import murmur2

from shared.calendar import local_date
from shared.events.call_detail_record import CallDetailRecord
from shared.events.usage_day import UsageDay

OWN, RIVAL, OTHER_RIVAL = "+8613300009999", "+8613800009999", "+8613000009999"
NOBODYS = "+8688888888888"
HOTLINE, OUR_HOTLINE = "10086", "10000"
RIVALS = {RIVAL, OTHER_RIVAL, HOTLINE}
PEERS = (OWN, RIVAL, OTHER_RIVAL, NOBODYS, HOTLINE, OUR_HOTLINE, "110")
SERVICES: tuple[Literal["voice", "sms", "data"], ...] = ("voice", "voice", "voice", "sms", "data")
DIRECTIONS: tuple[Literal["out", "in", "forwarded"], ...] = ("out", "out", "in", "in", "forwarded")


@dataclass(frozen=True, slots=True)
class Tallied:
    """What a number did on a day; the same names as in the event."""

    calls_out: int = 0
    calls_in: int = 0
    seconds_out: int = 0
    seconds_in: int = 0
    messages: int = 0
    bytes: int = 0
    own_net_calls: int = 0
    other_net_calls: int = 0

    def __add__(self, other: "Tallied") -> "Tallied":
        return Tallied(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


NumberDay = tuple[str, date]


def traffic(seed: int, count: int, first: datetime, spread: timedelta, numbers: int = 200) -> list[CallDetailRecord]:
    """Return `count` CDRs within `spread` from `first` on, in the order of time, a few of them sent twice."""
    luck = Random(seed)
    times = sorted(first + spread * luck.random() for _ in range(count))
    cdrs = [_cdr(luck, f"sw{seed}-{index}", time, numbers) for index, time in enumerate(times)]
    for _ in range(count // 50):
        at = luck.randrange(count)
        cdrs.insert(at, cdrs[luck.randrange(at, min(at + 20, count))])
    return cdrs


def _cdr(luck: Random, cdr_id: str, time: datetime, numbers: int) -> CallDetailRecord:
    service, direction = luck.choice(SERVICES), luck.choice(DIRECTIONS)
    return CallDetailRecord(
        id=cdr_id,
        occurred_at=time.replace(microsecond=0),
        msisdn=f"+86133{luck.randrange(numbers):08d}",
        service=service,
        direction=direction if service == "voice" else "out",
        peer=None if service == "data" else luck.choice(PEERS),
        duration_s=luck.randrange(600) if service == "voice" else 0,
        bytes=luck.randrange(10**7) if service == "data" else 0,
    )


def signals_in(cdrs: Iterable[CallDetailRecord]) -> set[tuple[str, str, str, datetime]]:
    """Return kind, number, peer and time of each call to a rival's hotline and each leg that ran on to a rival."""
    return {
        (kind, cdr.msisdn, cdr.peer, cdr.occurred_at) for cdr in cdrs if cdr.peer and (kind := _kind(cdr)) is not None
    }


def _kind(cdr: CallDetailRecord) -> str | None:
    if cdr.service != "voice" or cdr.peer not in RIVALS:
        return None
    if cdr.peer == HOTLINE:
        return "rival_hotline" if cdr.direction == "out" else None
    return "rival_forwarded_leg" if cdr.direction == "forwarded" else None


def days_in(cdrs: Sequence[CallDetailRecord]) -> dict[NumberDay, Tallied]:
    """Return what each number did on each day, every CDR counted once by its id."""
    days: dict[NumberDay, Tallied] = defaultdict(Tallied)
    for cdr in {cdr.id: cdr for cdr in cdrs}.values():
        days[cdr.msisdn, local_date(cdr.occurred_at)] += _tallied(cdr)
    return dict(days)


def _tallied(cdr: CallDetailRecord) -> Tallied:
    voice, inward = cdr.service == "voice", cdr.direction == "in"
    return Tallied(
        calls_out=int(voice and not inward),
        calls_in=int(voice and inward),
        seconds_out=cdr.duration_s if voice and not inward else 0,
        seconds_in=cdr.duration_s if voice and inward else 0,
        messages=int(cdr.service == "sms"),
        bytes=cdr.bytes,
        own_net_calls=int(voice and cdr.peer == OWN),
        other_net_calls=int(voice and cdr.peer in (RIVAL, OTHER_RIVAL)),
    )


def told_days(events: Iterable[UsageDay]) -> dict[NumberDay, Tallied]:
    """Return the latest version of each number's day."""
    latest: dict[NumberDay, UsageDay] = {}
    for event in events:
        known = latest.get((event.msisdn, event.day))
        if known is None or event.version >= known.version:
            latest[event.msisdn, event.day] = event
    names = [each.name for each in fields(Tallied)]
    return {key: Tallied(*(getattr(event, name) for name in names)) for key, event in latest.items()}


def end_of_time(after: datetime, partitions: int) -> list[CallDetailRecord]:
    """Return one CDR for each partition, so late that every day before `after` is over there."""
    found: dict[int, CallDetailRecord] = {}
    number = 0
    while len(found) < partitions:
        number += 1
        msisdn = f"+86189{number:08d}"
        at = (murmur2(msisdn.encode()) & 0x7FFFFFFF) % partitions
        late = CallDetailRecord(id=f"end-{msisdn}", occurred_at=after + timedelta(days=2), msisdn=msisdn, service="sms")
        found.setdefault(at, late)
    return list(found.values())
