"""One file is one event and its topic, named alike, and says what it is about."""

import re
from importlib import import_module

import pytest
from msgspec import inspect

import shared.events
from shared.folder import entries
from shared.topic import Event, Kind, Stage, Topic

pytestmark = pytest.mark.unit

FILES = entries(shared.events, "TOPIC", Topic)
EACH = pytest.mark.parametrize(("file", "topic"), FILES.items(), ids=list(FILES))


def snake(name: str) -> str:
    """Return a class's name as a file's."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@EACH
def test_a_file_is_named_after_its_event(file: str, topic: Topic[Event]) -> None:
    assert snake(topic.event.__name__) == file
    assert topic.event.__module__ == f"shared.events.{file}"


@EACH
def test_a_file_holds_one_event(file: str, topic: Topic[Event]) -> None:
    """A class that others are made from may stand beside it."""
    module = import_module(f"shared.events.{file}")
    made_here = [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Event) and each.__module__ == module.__name__
    ]
    assert all(issubclass(topic.event, each) for each in made_here)


@EACH
def test_a_topic_is_named_source_fact_and_version(file: str, topic: Topic[Event]) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z]+(_[a-z]+)*\.v[1-9][0-9]*", topic.name)
    receiver, verb, _ = topic.name.split(".")
    if topic.kind is Kind.REQUEST:
        assert (receiver, verb.endswith("_requested")) == (topic.owner, True)
    else:
        assert not verb.endswith("_requested")


@EACH
def test_an_event_and_its_file_say_what_they_are_about(file: str, topic: Topic[Event]) -> None:
    for told in (import_module(f"shared.events.{file}").__doc__, topic.event.__doc__):
        assert told
        assert told.strip().endswith((".", "."))
    assert topic.event.__doc__ != Event.__doc__


@EACH
def test_the_key_is_a_text_that_every_event_has(file: str, topic: Topic[Event]) -> None:
    fields = {field.name: field for field in inspect.type_info(topic.event).fields}  # type: ignore[attr-defined]
    assert isinstance(fields[topic.key].type, inspect.StrType)
    assert fields[topic.key].required or topic.key == "zone"


@EACH
def test_a_topic_keeps_what_it_carries_for_long_enough(file: str, topic: Topic[Event]) -> None:
    assert topic.partitions >= 1
    assert topic.retention_days >= (7 if not topic.archived else 14)


@EACH
def test_an_event_is_frozen_and_told_by_names(file: str, topic: Topic[Event]) -> None:
    config = topic.event.__struct_config__
    assert (config.frozen, config.kw_only if hasattr(config, "kw_only") else True) == (True, True)
    assert not config.forbid_unknown_fields, "fields only grow, and a reader ignores those it doesn't know"


def test_stages_stand_in_the_order_of_the_road() -> None:
    names = [stage.name.lower() for stage in sorted(Stage)]
    assert names == [
        "reference",
        "network",
        "signal",
        "warning",
        "dispatch",
        "offers",
        "points",
        "kpi",
        "archive",
    ]


def test_money_is_in_whole_fen_and_units_stand_last() -> None:
    for topic in FILES.values():
        for field in inspect.type_info(topic.event).fields:  # type: ignore[attr-defined]
            assert not field.name.endswith(("_yuan", "_price", "_amount")), f"{topic.name}: {field.name}"
            if field.name.endswith("_fen"):
                assert not isinstance(field.type, inspect.FloatType)
