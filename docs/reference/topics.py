"""docs/topics.md: every topic, who says it, who hears it, and what each field means."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

import shared.topic
from docs.reference.road import hearers, sayers
from docs.reference.tables import MADE, code, table
from docs.reference.tables import page as page_of
from docs.reference.words import Field, aliases, defaults, fields, module_of, said
from shared.topic import Event, Topic

INTRODUCTION = """\
# Topics

{made} The classes stand in `shared/events/`, one file each.

A topic is named `<source>.<fact>.v<n>` and carries one class of event, as JSON in UTF-8. Its schema is in
[schemas](schemas), and all of it as AsyncAPI 3.0 in [asyncapi.yaml](asyncapi.yaml). Which standard a field follows
stands in [standards.md](standards.md).

* A *fact* flows to higher stages only. A *request* may go up; its receiver owns the topic and answers with a fact. A
  *record* is kept for people, and no service hears it.
* The key is the value of the named field, partitioned by murmur2, which is Kafka's default. A record under another key
  than its own is a dead letter; one without a key is taken.
* Partitions are at most `KEEPLINE_PARTITIONS_MAX` ([settings](settings.md)); the numbers here are what a topic gets
  where that allows it.
* Headers follow the CloudEvents binding for Kafka: `ce_specversion`, `ce_id`, `ce_type`, `ce_source`, `ce_time`,
  `content-type`. All that Keepline publishes has them; on input they are optional. A `ce_type` that is neither the
  topic nor one of its older versions is a dead letter. A replayed record also has `keepline_attempt`.
* Fields only grow. A reader ignores fields that it does not know.
"""

ALIASES = (
    "EventId",
    "Moment",
    "Msisdn",
    "Month",
    "BirthMonth",
    "Adcode",
    "RegionPath",
    "Fen",
    "Count",
    "Label",
    "Text",
)


def page(listed: Mapping[str, Topic[Event]]) -> str:
    """Return the page about `listed`, topics by name."""
    ordered = sorted(listed.values(), key=lambda topic: (topic.stage, topic.name))
    lines = [INTRODUCTION.format(made=MADE), *_overview(ordered), *_types()]
    return page_of([*lines, *(line for topic in ordered for line in _topic(topic))])


def _overview(ordered: list[Topic[Event]]) -> Iterator[str]:
    yield "## All topics\n"
    rows = [[_link(topic), topic.stage.name.lower(), topic.kind, _sayers(topic), _hearers(topic)] for topic in ordered]
    yield from table(("topic", "stage", "kind", "published by", "heard by"), rows)


def _types() -> Iterator[str]:
    yield "## Types of fields\n"
    says = aliases(shared.topic)
    rows = [[f"`{name}`", code(msgspec.json.schema(getattr(shared.topic, name))), says[name]] for name in ALIASES]
    yield from table(("type", "JSON Schema", "what it is"), rows)


def _topic(topic: Topic[Event]) -> Iterator[str]:
    yield f"## {topic.name}\n"
    yield f"{said(module_of(topic.event))}\n"
    yield f"`{topic.event.__name__}`: {said(topic.event)} [Schema](schemas/{topic.name}.json)\n"
    about = {
        "owner": topic.owner,
        "stage": topic.stage.name.lower(),
        "kind": topic.kind,
        "key": f"`{topic.key}`",
        "partitions": str(topic.partitions),
        "retention": f"{topic.retention_days} days",
        "archived": "yes" if topic.archived else "no",
        "published by": _sayers(topic),
        "heard by": _hearers(topic),
        "older versions still read": ", ".join(f"`{name}`" for name in topic.upcasters) or "none",
    }
    yield from table([*about], [[*about.values()]])
    yield from _fields(topic.event)
    for part in _parts(topic.event):
        yield f"`{part.__name__}`: {said(part)}\n"
        yield from _fields(part)


def _fields(kind: type[msgspec.Struct]) -> Iterator[str]:
    known = defaults(kind)
    rows = [[f"`{field.name}`", field.kind, _default(field, known), field.says] for field in fields(kind)]
    yield from table(("field", "type", "default", "what it says"), rows)


def _default(field: Field, known: Mapping[str, Any]) -> str:
    if field.name not in known:
        return "required"
    return "each field's own" if isinstance(known[field.name], dict) and known[field.name] else code(known[field.name])


def _parts(kind: type[msgspec.Struct]) -> list[type[msgspec.Struct]]:
    """Return the structs that the fields of `kind` are made of."""
    written = " ".join(field.kind for field in fields(kind))
    named = {name: value for name, value in _visible(kind).items() if f"`{name}`" in written}
    return [value for value in named.values() if isinstance(value, type) and issubclass(value, msgspec.Struct)]


def _visible(kind: type) -> dict[str, Any]:
    """Return the names that the sources of `kind` and of its ancestors can use."""
    return {name: value for each in reversed(kind.__mro__[:-1]) for name, value in vars(module_of(each)).items()}


def _link(topic: Topic[Event]) -> str:
    return f"[{topic.name}](#{topic.name.replace('.', '')})"


def _sayers(topic: Topic[Event]) -> str:
    return ", ".join(sayers(topic)) or f"{topic.owner}, upstream"


def _hearers(topic: Topic[Event]) -> str:
    return ", ".join(hearers(topic)) or "nobody"
