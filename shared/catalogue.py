"""All topics, found in `shared/events`: creation, codec, dead letters and documentation derive from this list."""

from functools import cache

import shared.events
from shared.folder import entries
from shared.topic import Event, Topic


@cache
def topics() -> dict[str, Topic[Event]]:
    """Return every topic by name.

    Raises:
        TypeError: two files name the same topic, or a file has no TOPIC.
    """
    listed = entries(shared.events, "TOPIC", Topic).values()
    named = {topic.name: topic for topic in listed}
    if len(named) != len(listed):
        raise TypeError("could not load shared/events: two files carry the same topic")
    return named


@cache
def topic_of(kind: type[Event]) -> Topic[Event]:
    """Return the topic that carries events of `kind`."""
    return next(topic for topic in topics().values() if topic.event is kind)
