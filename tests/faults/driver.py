"""A driver that never pauses: upstream systems that publish, and reps who work, while services are killed."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from services.intake.domain.simulator.base import Subscriber, bill_lines
from services.intake.domain.simulator.crm import subscription
from services.intake.domain.simulator.signs import rival_number
from services.intake.domain.simulator.world import World
from services.intake.stream.publisher import Publisher
from shared.calendar import local_moment, month_bounds, months_before
from shared.catalogue import topic_of
from shared.events.bill_issued import BillIssued
from shared.events.call_detail_record import CallDetailRecord
from shared.events.forwarding_changed import ForwardingChanged
from shared.events.porting_progressed import PortingProgressed
from shared.ids import derived_id
from shared.topic import Event

BURST = 100
"""Customers told of at once: more than a service decides before the next look at it."""
EVERY_S = 0.5
FIRST_MONTH = "2025-12"
"""The first one that the backfill has no bill of."""


class Driver:
    """Goes round the base, a burst at a time, and remembers every id that Kafka has acknowledged."""

    def __init__(self, world: World, publisher: Publisher) -> None:
        self._world = world
        self._publisher = publisher
        self.told: defaultdict[str, set[str]] = defaultdict(set)
        """Acknowledged ids by topic."""
        self.bursts = 0

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            events = list(self._burst(self.bursts))
            await self._publisher.publish(events)
            for event in events:
                self.told[topic_of(type(event)).name].add(event.id)
            self.bursts += 1
            await asyncio.sleep(EVERY_S)

    def _burst(self, number: int) -> Iterator[Event]:
        size = self._world.plan.subscribers
        for place in range(number * BURST, (number + 1) * BURST):
            who, turn = self._world.who(place % size), place // size
            at = local_moment(self._world.today, time(9)) + timedelta(minutes=turn)
            yield subscription(who, at)
            yield _bill(self._world, who, turn)
            yield from _signs(who, at, turn)


def _bill(world: World, who: Subscriber, turn: int) -> BillIssued:
    """Return the bill of the turn's month: each turn is a month later."""
    month = months_before(FIRST_MONTH, -turn)
    lines = bill_lines(world.plan.seed, who, month, 1.0)
    return BillIssued(
        id=derived_id("bill", who.msisdn, str(turn)),
        occurred_at=month_bounds(month)[1] + timedelta(days=1),
        msisdn=who.msisdn,
        bill_no=f"{month}-{who.index}",
        month=month,
        amount_due_fen=lines.total_fen,
        lines=lines,
    )


def _signs(who: Subscriber, at: datetime, turn: int) -> Iterator[Event]:
    yield CallDetailRecord(
        id=f"{who.index}-{turn}", occurred_at=at, msisdn=who.msisdn, service="voice", peer="10086", duration_s=60
    )
    if who.index % 6 == turn % 6:
        yield ForwardingChanged(
            id=derived_id("forwarding", who.msisdn, str(turn)),
            occurred_at=at,
            msisdn=who.msisdn,
            action="registration",
            forwarded_to=rival_number(who),
        )
    if who.index % 6 == (turn + 3) % 6:
        yield PortingProgressed(
            id=derived_id("porting", who.msisdn, str(turn)),
            occurred_at=at,
            msisdn=who.msisdn,
            step="enquiry",
            to_operator="china_mobile",
        )
