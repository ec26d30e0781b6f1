"""A topic's JSON Schema, as the codec gives it, with an example in it."""

from typing import Any

from docs.reference.examples import example
from shared import codec
from shared.topic import Event, Topic

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(topic: Topic[Event]) -> dict[str, Any]:
    """Return the schema of the topic's events."""
    return {"$schema": DIALECT, "title": topic.name, **codec.json_schema(topic), "examples": [example(topic)]}
