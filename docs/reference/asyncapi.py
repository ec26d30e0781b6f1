"""docs/asyncapi.yaml: the same topics as an AsyncAPI 3.0 document, for tools."""

from collections.abc import Mapping
from typing import Any

import msgspec

from docs.reference.examples import example
from docs.reference.road import OUTSIDE, hearers, sayers
from docs.reference.words import module_of, said
from shared import codec
from shared.topic import Event, Topic

KAFKA = {"bindingVersion": "0.5.0"}
DAY_MS = 86_400_000
DESCRIPTION = (
    "Events of Keepline on Kafka, as the platform sends and receives them. Made by `python -m docs.reference` from "
    "shared/events; topics.md says the same for people."
)


def document(listed: Mapping[str, Topic[Event]]) -> dict[str, Any]:
    """Return the document about `listed`, topics by name."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Keepline", "version": "1", "description": DESCRIPTION},
        "defaultContentType": "application/json",
        "channels": {name: _channel(topic) for name, topic in listed.items()},
        "operations": {name: each for topic in listed.values() for name, each in _operations(topic)},
        "components": {"messages": {topic.event.__name__: _message(topic) for topic in listed.values()}},
    }


def _channel(topic: Topic[Event]) -> dict[str, Any]:
    configuration = {"cleanup.policy": ["delete"], "retention.ms": topic.retention_days * DAY_MS}
    kafka = {"topic": topic.name, "partitions": topic.partitions, "topicConfiguration": configuration, **KAFKA}
    return {
        "address": topic.name,
        "title": topic.event.__name__,
        "description": said(module_of(topic.event)),
        "messages": {topic.event.__name__: {"$ref": f"#/components/messages/{topic.event.__name__}"}},
        "bindings": {"kafka": kafka},
        "x-keepline": {
            "owner": topic.owner,
            "stage": topic.stage.name.lower(),
            "kind": topic.kind,
            "key": topic.key,
            "archived": topic.archived,
        },
    }


def _operations(topic: Topic[Event]) -> list[tuple[str, dict[str, Any]]]:
    told = [("send", "sends", process) for process in sayers(topic)]
    told += [("receive", "receives", process) for process in hearers(topic) if process != OUTSIDE]
    channel = {"$ref": f"#/channels/{topic.name}"}
    messages = [{"$ref": f"#/channels/{topic.name}/messages/{topic.event.__name__}"}]
    return [
        (f"{process}.{verb}.{topic.name}", {"action": action, "channel": channel, "messages": messages})
        for action, verb, process in told
    ]


def _message(topic: Topic[Event]) -> dict[str, Any]:
    return {
        "name": topic.event.__name__,
        "summary": said(topic.event),
        "contentType": "application/json",
        "headers": _headers(topic),
        "payload": {"$ref": f"./schemas/{topic.name}.json"},
        "bindings": {"kafka": {"key": {"type": "string", "description": f"The event's {topic.key}"}, **KAFKA}},
        "examples": [{"name": topic.event.__name__, "payload": example(topic)}],
    }


def _headers(topic: Topic[Event]) -> dict[str, Any]:
    """Return the headers as the codec writes them; none is needed on what comes in."""
    names = [name for name, _ in codec.headers(topic, msgspec.convert(example(topic), topic.event))]
    properties: dict[str, Any] = {name: {"type": "string"} for name in names}
    properties[codec.CE_TYPE] = {"type": "string", "enum": [topic.name, *topic.upcasters]}
    return {"type": "object", "properties": properties}
