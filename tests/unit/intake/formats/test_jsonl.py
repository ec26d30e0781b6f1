"""Our own events, one a line: bare in a file named after its topic, else as CloudEvents."""

import msgspec
import pytest

from services.intake.domain.formats.jsonl import FORMAT
from shared import codec
from shared.events.bill_issued import TOPIC as BILLS
from tests.support.builders import bill, customer
from tests.unit.intake.formats.sources import refused, taken
from tests.unit.strategies import plain

pytestmark = pytest.mark.unit

ONE, OTHER, WHO = bill("2026-01", 1), bill("2026-02", 2), customer()
BARE = "\n".join(codec.encode(each).decode() for each in (ONE, OTHER))
CLOUD = msgspec.json.encode(
    {"specversion": "1.0", "type": "crm.customer.v1", "source": "/crm", "id": WHO.id, "data": plain(WHO)}
).decode()


def test_a_file_named_after_a_topic_holds_its_events() -> None:
    assert taken(FORMAT, {f"{BILLS.name}.jsonl": BARE}) == [ONE, OTHER]


def test_any_other_file_holds_cloudevents_of_all_topics() -> None:
    assert taken(FORMAT, {"export.jsonl": CLOUD, f"{BILLS.name}.jsonl": BARE}) == [ONE, OTHER, WHO]


def test_blank_lines_are_passed_over() -> None:
    assert taken(FORMAT, {"export.jsonl": f"\n{CLOUD}\n\n"}) == [WHO]


def test_a_line_that_cannot_be_read_is_refused_with_its_number_and_costs_no_other() -> None:
    text = f"{CLOUD}\nx\n" + "[" * 50_000 + f"\n\udcff\n{CLOUD}\n{{}}"
    assert refused(FORMAT, {"export.jsonl": text}) == [
        ("export.jsonl", 2, "bad_json"),
        ("export.jsonl", 3, "bad_json"),
        ("export.jsonl", 4, "bad_json"),
        ("export.jsonl", 6, "schema"),
    ]
    assert taken(FORMAT, {"export.jsonl": text}) == [WHO, WHO]


def test_a_topic_that_is_not_open_is_refused() -> None:
    closed = CLOUD.replace("crm.customer.v1", "warning.raised.v1")
    assert refused(FORMAT, {"export.jsonl": closed}) == [("export.jsonl", 1, "unknown_version")]
    assert refused(FORMAT, {"warning.raised.v1.jsonl": "{}"}) == [("warning.raised.v1.jsonl", 1, "schema")]
