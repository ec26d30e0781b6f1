"""An archive as months of a simulated operator leave it: CRM, bills, payments, signs, usage days."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from services.archive.domain.segment import segment
from services.archive.storage import manifest
from services.intake.domain.simulator import signs, traffic
from services.intake.domain.simulator.operator import Operator
from services.intake.domain.simulator.world import Plan, World
from shared import codec
from shared.arrival import Record
from shared.calendar import start_of
from shared.catalogue import topic_of
from shared.events.call_detail_record import CallDetailRecord
from shared.events.region_defined import RegionDefined
from shared.events.usage_day import UsageDay
from shared.ids import derived_id
from shared.topic import Event

RECORDS_MAX = 50_000
"""A segment holds so many, as the service writes them when much comes at once."""
PEERS, CELLS = 8, 4
DAY_MS = 86_400_000


def write(folder: Path, plan: Plan) -> int:
    """Archive the run of `plan` in `folder`, and return how many events there are."""
    buffered: defaultdict[tuple[str, int], list[Record]] = defaultdict(list)
    offsets: defaultdict[str, int] = defaultdict(int)
    written = waiting = 0
    for day, event in _happened(plan):
        topic = topic_of(type(event))
        record = Record(
            topic=topic.name,
            partition=0,
            offset=offsets[topic.name],
            key=topic.key_of(event).encode(),
            value=codec.encode(event),
            ce_type=topic.name,
            timestamp_ms=day * DAY_MS + written,
        )
        offsets[topic.name] += 1
        buffered[topic.name, 0].append(record)
        written, waiting = written + 1, waiting + 1
        if waiting == RECORDS_MAX:
            manifest.write(folder, segment("bench", buffered))
            buffered, waiting = defaultdict(list), 0
    if waiting:
        manifest.write(folder, segment("bench", buffered))
    return written


def _happened(plan: Plan) -> Iterator[tuple[int, Event]]:
    """Yield each event with the day of the run on which it comes; raw CDRs are not archived."""
    world = World(plan=plan)
    operator = Operator(world)
    yield from ((0, event) for batch in operator.history() for event in batch)
    while world.day < plan.days:
        for event in (*operator.dawn(), *_daytime(world), *operator.evening()):
            if not isinstance(event, CallDetailRecord | RegionDefined):
                yield world.day + 1, event
        world.day += 1


def _daytime(world: World) -> Iterator[Event]:
    for index in range(world.plan.subscribers):
        who, leaver = world.who(index), world.leaver(index)
        yield _used(world, index, who.msisdn)
        if paid := traffic.payment(world, who):
            yield paid
        yield from signs.by_day(world, leaver, who) if leaver else signs.false_alarms(world, who)


def _used(world: World, index: int, msisdn: str) -> UsageDay:
    """Return a usage day of the size that the sieve writes."""
    day = world.today - timedelta(days=1)
    calls = 5 + (index + world.day) % 20
    return UsageDay(
        id=derived_id("usage_day", msisdn, day.isoformat()),
        occurred_at=start_of(day + timedelta(days=1)),
        msisdn=msisdn,
        day=day,
        version=calls,
        calls_out=calls,
        calls_in=calls // 2,
        seconds_out=90 * calls,
        seconds_in=60 * calls,
        messages=calls // 3,
        bytes=calls * 10_000_000,
        own_net_calls=calls // 2,
        other_net_calls=calls // 2,
        own_net_peers=PEERS // 2,
        other_net_peers=PEERS // 2,
        circle=tuple((f"+86133{(index * 31 + peer) % 10**8:08d}", calls - peer // 2, 60) for peer in range(PEERS)),
        cells=tuple((f"460-11-{index % 900:04d}-{cell}", calls) for cell in range(CELLS)),
        imei=f"86{index:012d}",
    )
