"""CloudEvents 1.0 in JSON, single and batched, and bare events: what the HTTP door takes."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from shared import codec
from shared.catalogue import topics
from shared.codec import RefusedRecordError
from shared.topic import Event, Kind, Stage, Topic


class Envelope(Struct, frozen=True):
    """A structured CloudEvent; unknown attributes are ignored."""

    specversion: str
    type: str
    source: str
    id: str
    data: dict[str, Any]
    time: str | None = None


class Refusal(Struct, frozen=True):
    """Why one event of a request was not taken."""

    index: int
    reason: str
    detail: str


class RefusedEventsError(Exception):
    """Some events of a request cannot be taken, so none of them is."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(f"{len(refusals)} events refused")
        self.refusals = refusals


Taken = tuple[Topic[Event], Event]


OURS = ("intake", "kpi")
"""Services that say facts of reference: nobody else does."""


def open_topics() -> dict[str, Topic[Event]]:
    """Return the topics that others may publish to: facts of the network and reference."""
    return {
        name: topic
        for name, topic in topics().items()
        if topic.kind is Kind.FACT and topic.stage <= Stage.NETWORK and topic.owner not in OURS
    }


def cloud_events(body: bytes, *, batch: bool) -> list[Taken]:
    """Return the events of a structured or a batched request.

    Raises:
        RefusedEventsError: with every event that cannot be taken, by its place in the request.
    """
    kind: Any = list[msgspec.Raw] if batch else msgspec.Raw
    try:
        read = msgspec.json.decode(body, type=kind)
    except codec.UNREADABLE as error:
        raise RefusedEventsError([Refusal(0, "bad_json", str(error))]) from error
    return _all_or_none(_one_enveloped(raw) for raw in (read if batch else [read]))


def bare_events(topic: Topic[Event], body: bytes) -> list[Taken]:
    """Return the event, or the array of events, in `body`, all of one topic.

    Raises:
        RefusedEventsError: as above.
    """
    # Not the union of both: msgspec takes its first kind only.
    kind: Any = list[msgspec.Raw] if body.lstrip()[:1] == b"[" else msgspec.Raw
    try:
        read = msgspec.json.decode(body, type=kind)
    except codec.UNREADABLE as error:
        raise RefusedEventsError([Refusal(0, "bad_json", str(error))]) from error
    return _all_or_none(_one_bare(topic, bytes(raw)) for raw in (read if isinstance(read, list) else [read]))


def _all_or_none(read: Iterator[Taken | RefusedRecordError]) -> list[Taken]:
    taken: list[Taken] = []
    refusals: list[Refusal] = []
    for index, each in enumerate(read):
        if isinstance(each, RefusedRecordError):
            refusals.append(Refusal(index, each.reason, each.detail))
        else:
            taken.append(each)
    if refusals:
        raise RefusedEventsError(refusals)
    return taken


def _one_bare(topic: Topic[Event], raw: bytes) -> Taken | RefusedRecordError:
    try:
        return topic, codec.decode(topic, raw)
    except RefusedRecordError as refusal:
        return refusal


def _one_enveloped(raw: msgspec.Raw) -> Taken | RefusedRecordError:
    try:
        envelope = msgspec.json.decode(raw, type=Envelope)
    except codec.UNREADABLE as error:
        return RefusedRecordError(codec.Reason.SCHEMA, str(error))
    topic = open_topics().get(envelope.type)
    if topic is None:
        return RefusedRecordError(codec.Reason.UNKNOWN_VERSION, f"no open topic carries the type {envelope.type[:80]}")
    told = {"id": envelope.id} | ({"occurred_at": envelope.time} if envelope.time else {})
    return _one_bare(topic, msgspec.json.encode(told | envelope.data))
