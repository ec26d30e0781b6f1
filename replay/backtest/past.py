"""What the archive holds of the past, number by number, each event once, in the order in which it arrived."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from services.warning.domain.analyst.features import heard_kinds
from services.warning.domain.catalogue import OWN_KINDS
from services.warning.domain.decide import AnyRule
from services.warning.domain.usage import UsageLooked
from shared import archive, codec
from shared.archive import Frame, Line
from shared.catalogue import topic_of, topics
from shared.codec import RefusedRecordError
from shared.events.bill_issued import BillIssued
from shared.events.competitor_campaign import CompetitorCampaign
from shared.events.contact_reported import ContactReported
from shared.events.customer_recorded import CustomerRecorded
from shared.events.day_passed import DayPassed
from shared.events.failure_factor import FailureFactor
from shared.events.number_ported import NumberPorted
from shared.events.porting_progressed import PortingProgressed
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.events.usage_day import TOPIC as USAGE_DAYS
from shared.events.warning_cleared import WarningCleared
from shared.events.warning_noted import WarningNoted
from shared.events.warning_raised import WarningRaised
from shared.topic import Event, SubscriberEvent

FRAME_RECORDS = 1 << 40
"""More than are ever read: a record's place is its millisecond, and within it the order of reading."""


class Fact(NamedTuple):
    """An event, and when it came."""

    arrived: int
    """Grows with arrival; equal for no two."""
    topic: str
    event: Any


class Use(Struct, frozen=True):
    """What a replay needs of a usage day, read without the rest."""

    occurred_at: datetime
    msisdn: str
    day: date
    version: int
    calls_out: int
    calls_in: int
    messages: int
    bytes: int
    seconds_out: int
    seconds_in: int


@dataclass(slots=True)
class Past:
    """The archive, read."""

    facts: defaultdict[str, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    """What the rules hear about each number."""
    uses: defaultdict[str, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    """Each number's usage days, every version."""
    told: defaultdict[type[Event], list[Fact]] = field(default_factory=lambda: defaultdict(list))
    """Events that are about no number alone, by kind."""
    said: list[Fact] = field(default_factory=list)
    """What the rules said then."""
    events: int = 0
    """How many facts there are, each once."""
    refused: int = 0
    """Records that nobody could read."""


_uses = msgspec.json.Decoder(Use)
ELSEWHERE = (
    CustomerRecorded,
    NumberPorted,
    CompetitorCampaign,
    FailureFactor,
    DayPassed,
    ContactReported,
    SubscriptionRecorded,
)
SAID = (WarningRaised, WarningNoted, WarningCleared)
FOLLOWED = (BillIssued, PortingProgressed)
"""What matters to whom a warning is of use, and to dispatch, whichever rules are tried."""


def needed(rules: Iterable[AnyRule], analysts: Collection[str]) -> list[str]:
    """Return the topics that a trial of `rules` and of analysts' rules, by their ids, reads."""
    # A condition's sentences may name what it does not hear.
    asked = heard_kinds() if analysts else ()
    heard = dict.fromkeys((*(kind for rule in rules for kind in rule.hears), *asked))
    kinds = dict.fromkeys((*ELSEWHERE, *FOLLOWED, *SAID, *(kind for kind in heard if kind not in OWN_KINDS)))
    uses = [USAGE_DAYS.name] if UsageLooked in heard else []
    return [*uses, *(topic_of(kind).name for kind in kinds)]


def read(folder: Path, rules: Iterable[AnyRule], analysts: Collection[str] = ()) -> Past:
    """Return what the archive in `folder` holds of what a trial of `rules` and of analysts' rules, by their ids, needs.

    Raises:
        FileNotFoundError: it holds nothing of what a trial needs.
    """
    past, seen = Past(), set[tuple[str, str]]()
    for arrived, place, line in _arrivals(folder, needed(rules, analysts)):
        if place.topic == USAGE_DAYS.name:
            _keep_use(past, arrived, line)
            continue
        event = _event(past, place, line)
        if event is not None and (place.topic, event.id) not in seen:
            seen.add((place.topic, event.id))
            _keep(past, Fact(arrived, place.topic, event))
    if not past.events:
        raise FileNotFoundError(f"could not try anything: {folder} holds no archived facts")
    return past


def _arrivals(folder: Path, topics: Iterable[str]) -> Iterator[tuple[int, Frame, Line]]:
    """Yield the archive's lines with their places in the order of arrival; within a partition its own order counts."""
    log, latest = ("", -1), 0
    for count, (place, line) in enumerate(archive.lines(folder, topics)):
        if (place.topic, place.partition) != log:
            log, latest = (place.topic, place.partition), 0
        latest = max(latest, line.timestamp_ms)
        yield latest * FRAME_RECORDS + count, place, line


def _event(past: Past, place: Frame, line: Line) -> Event | None:
    value = line.value if line.value is not None else archive.record_of(place, line).value
    topic = topics()[place.topic]
    try:
        event = codec.decode(topic, value, line.ce_type)
        codec.check_key(topic, event, None if line.key is None else line.key.encode())
    except RefusedRecordError:
        past.refused += 1
        return None
    return event


def _keep_use(past: Past, arrived: int, line: Line) -> None:
    try:
        use = _uses.decode(line.value or "")
    except codec.UNREADABLE:
        past.refused += 1
        return
    past.events += 1
    past.uses[use.msisdn].append(Fact(arrived, USAGE_DAYS.name, use))


def _keep(past: Past, fact: Fact) -> None:
    match fact.event:
        case event if isinstance(event, SAID):
            past.said.append(fact)
            return
        case event if isinstance(event, ELSEWHERE):
            past.told[type(event)].append(fact)
        case SubscriberEvent():
            past.facts[fact.event.msisdn].append(fact)
    past.events += 1
