"""The road is one-way: a service hears facts of lower stages only, and says facts of its own."""

import ast

import pytest

from docs.reference.road import HEARS, OUTSIDE
from shared.catalogue import topic_of, topics
from shared.topic import Event, Kind, Stage
from tests.architecture.sources import modules, names

pytestmark = pytest.mark.unit

STAGES = {
    "feeds": Stage.SIGNAL,
    "sieve": Stage.SIGNAL,
    "usage": Stage.WARNING,
    "warning": Stage.WARNING,
    "dispatch": Stage.DISPATCH,
    "offers": Stage.OFFERS,
    "points": Stage.POINTS,
    "kpi": Stage.KPI,
    "archive": Stage.ARCHIVE,
}
"""Each process's own stage."""

LISTENERS = {
    "services/archive/stream/keep.py",
    "services/dispatch/wiring.py",
    "services/intake/stream/billing_desk.py",
    "services/intake/wiring.py",
    "services/kpi/wiring.py",
    "services/offers/wiring.py",
    "services/points/wiring.py",
    "services/warning/stream/sieve.py",
    "services/warning/wiring.py",
}
"""Every file that makes a consumer; what they hear is looked at here. The sieve's ownership only names its type."""

CONSUMERS = {"aiokafka.AIOKafkaConsumer", "shared.kafka.consumer.Consumer", "shared.kafka.faust_app.FaustConsumer"}


@pytest.mark.parametrize("process", STAGES)
def test_a_process_hears_facts_of_lower_stages_only(process: str) -> None:
    facts = [topic for topic in HEARS[process] if topic.kind is Kind.FACT]
    assert facts
    assert [topic.name for topic in facts if topic.stage >= STAGES[process]] == []


@pytest.mark.parametrize("process", [name for name in STAGES if name != "archive"])
def test_a_process_hears_no_request_to_another_and_no_record(process: str) -> None:
    assert [t.name for t in HEARS[process] if t.kind is not Kind.FACT and t.owner != process] == []


def test_the_simulated_billing_hears_what_is_asked_of_billing_and_nothing_else() -> None:
    assert {(topic.kind, topic.owner) for topic in HEARS[OUTSIDE]} == {(Kind.REQUEST, "billing")}


def test_every_process_that_hears_has_its_stage() -> None:
    assert set(STAGES) == set(HEARS) - {OUTSIDE}


def test_nobody_else_listens() -> None:
    """A file that makes a consumer must be told of here, with what it hears."""
    makers = {path for path, used in names("services").items() if CONSUMERS & used}
    assert makers - {"services/warning/stream/ownership.py"} == LISTENERS


def test_raw_cdrs_are_decided_by_the_sieve_alone_and_everything_else_is_archived() -> None:
    """The meter of feeds counts them too, and says nothing."""
    (cdrs,) = HEARS["sieve"]
    assert [process for process, heard in HEARS.items() if cdrs in heard] == ["feeds", "sieve"]
    assert {topic.name for topic in HEARS["archive"]} == set(topics()) - {cdrs.name}


def constructed(service: str) -> set[type[Event]]:
    """Return the events that a service's own code makes; intake plays upstream systems, and is not asked."""
    by_name = {topic.event.__name__: topic.event for topic in topics().values()}
    return {
        by_name[node.func.id]
        for path, tree in modules("services").items()
        if path.startswith(f"services/{service}/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in by_name
    }


TOLD_TO_ITSELF = {("kpi", "DayPassed")}
"""KPI tells its memories that a day passed, however late they hear of it; it publishes nothing."""


LOWER = {"warning": [Stage.SIGNAL], "kpi": [Stage.REFERENCE]}
"""The sieve's and the search's facts go to the rules; what a month taught comes back as a dated fact of reference."""


@pytest.mark.parametrize("service", ["warning", "dispatch", "offers", "points", "kpi", "archive"])
def test_a_service_says_facts_of_its_own_and_asks_others_by_requests(service: str) -> None:
    said = [topic_of(kind) for kind in constructed(service) if (service, kind.__name__) not in TOLD_TO_ITSELF]
    assert [t.name for t in said if t.kind is Kind.FACT and t.owner != service] == []
    assert [t.name for t in said if t.kind is Kind.REQUEST and t.owner == service] == []
    own = {STAGES[service], *LOWER.get(service, ())}
    assert {t.stage for t in said if t.kind is Kind.FACT} <= own


def test_everything_that_services_say_they_say_somewhere() -> None:
    """Otherwise the test above would look at nothing."""
    said = {kind.__name__ for service in ("warning", "dispatch", "offers", "points") for kind in constructed(service)}
    assert {"WarningRaised", "SignalHeard", "WorkItemOffered", "OfferChanged", "PointsPosted"} <= said
