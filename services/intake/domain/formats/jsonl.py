"""Our own events, one JSON object a line: bare in a file named after its topic, else CloudEvents in any order."""

from collections.abc import Iterator
from pathlib import PurePath

from services.intake.domain.envelope import RefusedEventsError, bare_events, cloud_events, open_topics
from services.intake.domain.envelope import Taken as Read
from services.intake.domain.format import Format, Line, Refused, Source, Taken


def read(source: Source) -> Iterator[Taken | Refused]:
    """Yield each line's event."""
    for file in source.files():
        for line in source.lines(file):
            if line.text:
                yield _read(line)


def _read(line: Line) -> Taken | Refused:
    try:
        return Taken(tuple(event for _, event in _events(line)))
    except RefusedEventsError as refused:
        why = refused.refusals[0]
        return Refused(line=line, reason=why.reason, detail=why.detail)


def _events(line: Line) -> list[Read]:
    topic = open_topics().get(PurePath(line.file).stem)
    body = line.text.encode(errors="surrogateescape")
    return bare_events(topic, body) if topic else cloud_events(body, batch=False)


FORMAT = Format(
    name="jsonl",
    says="Keepline's own events: a file crm.customer.v1.jsonl holds that topic's, any other file CloudEvents.",
    read=read,
)
