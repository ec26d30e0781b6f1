"""A network's CDRs, and what a plain reading of them comes to: one CDR at a time, no columns, no checkpoints."""

from collections import Counter, defaultdict
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
HANDSETS = ("860000000000001", "860000000000002", None)
RIVALS = {RIVAL, OTHER_RIVAL, HOTLINE}
PEERS = (OWN, RIVAL, OTHER_RIVAL, NOBODYS, HOTLINE, OUR_HOTLINE, "110")
SERVICES: tuple[Literal["voice", "sms", "data"], ...] = ("voice", "voice", "voice", "sms", "data")
DIRECTIONS: tuple[Literal["out", "in", "forwarded"], ...] = ("out", "out", "in", "in", "forwarded")


Circle = tuple[tuple[str, int, int], ...]
Cells = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Tallied:
    """What a number did on a day; the same names as in the event."""

    version: int = 0
    calls_out: int = 0
    calls_in: int = 0
    seconds_out: int = 0
    seconds_in: int = 0
    messages: int = 0
    bytes: int = 0
    own_net_calls: int = 0
    other_net_calls: int = 0
    own_net_peers: int = 0
    other_net_peers: int = 0
    circle: Circle = ()
    cells: Cells = ()
    imei: str | None = None


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
        cell=f"150102-{luck.randrange(9)}",
        imei=luck.choice(HANDSETS),
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
    days: dict[NumberDay, list[CallDetailRecord]] = defaultdict(list)
    for cdr in {cdr.id: cdr for cdr in cdrs}.values():
        days[cdr.msisdn, local_date(cdr.occurred_at)].append(cdr)
    return {key: _tallied(mine) for key, mine in days.items()}


def _tallied(cdrs: Sequence[CallDetailRecord]) -> Tallied:
    calls = [cdr for cdr in cdrs if cdr.service == "voice"]
    came, went = ([cdr for cdr in calls if (cdr.direction == "in") is inward] for inward in (True, False))
    circle = _circle(calls)
    seen = [(cdr.occurred_at, cdr.imei) for cdr in cdrs if cdr.imei]
    return Tallied(
        version=len(cdrs),
        calls_out=len(went),
        calls_in=len(came),
        seconds_out=sum(cdr.duration_s for cdr in went),
        seconds_in=sum(cdr.duration_s for cdr in came),
        messages=sum(cdr.service == "sms" for cdr in cdrs),
        bytes=sum(cdr.bytes for cdr in cdrs),
        own_net_calls=sum(cdr.peer == OWN for cdr in calls),
        other_net_calls=sum(cdr.peer in (RIVAL, OTHER_RIVAL) for cdr in calls),
        own_net_peers=sum(peer == OWN for peer, _, _ in circle),
        other_net_peers=sum(peer in (RIVAL, OTHER_RIVAL) for peer, _, _ in circle),
        circle=circle,
        cells=_cells(cdrs),
        imei=max(seen)[1] if seen else None,
    )


def _circle(calls: Sequence[CallDetailRecord]) -> Circle:
    peers = {cdr.peer for cdr in calls if cdr.peer and cdr.peer.startswith("+")}
    talked = {peer: [cdr.duration_s for cdr in calls if cdr.peer == peer] for peer in peers}
    met = [(peer, len(seconds), sum(seconds)) for peer, seconds in talked.items()]
    return tuple(sorted(met, key=lambda each: (-each[1], -each[2], each[0])))


def _cells(cdrs: Sequence[CallDetailRecord]) -> Cells:
    counted = Counter(cdr.cell for cdr in cdrs if cdr.cell)
    return tuple(sorted(counted.items(), key=lambda each: (-each[1], each[0]))[:5])


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
