"""What the HTTP door takes: single and batched CloudEvents and bare events, all of a request or none of it."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.envelope import RefusedEventsError, bare_events, cloud_events, open_topics
from shared.catalogue import topics
from shared.events.bill_issued import TOPIC as BILLS
from shared.topic import Kind, Stage
from tests.support.builders import bill
from tests.unit.strategies import JSON, plain

pytestmark = pytest.mark.unit

BILL = bill("2026-02", 99)


def enveloped(**changed: Any) -> dict[str, Any]:
    """Return the bill as a CloudEvent with some attributes set otherwise, or left away where they are `...`."""
    event = {
        "specversion": "1.0",
        "type": BILLS.name,
        "source": "/billing",
        "id": BILL.id,
        "time": BILL.occurred_at,
        "data": plain(BILL),
        "datacontenttype": "application/json",
    } | changed
    return {name: value for name, value in event.items() if value is not ...}


def encoded(value: object) -> bytes:
    """Return JSON."""
    return msgspec.json.encode(value)


def refusals(body: bytes, *, batch: bool = False, bare: bool = False) -> list[tuple[int, str]]:
    """Return place and reason of every refusal."""
    with pytest.raises(RefusedEventsError) as refused:
        bare_events(BILLS, body) if bare else cloud_events(body, batch=batch)
    return [(each.index, each.reason) for each in refused.value.refusals]


def test_a_structured_event_is_taken() -> None:
    assert cloud_events(encoded(enveloped()), batch=False) == [(BILLS, BILL)]


def test_a_batch_is_taken_in_its_order() -> None:
    other = bill("2026-01", 50)
    batch = [enveloped(), enveloped(id=other.id, data=plain(other))]
    assert cloud_events(encoded(batch), batch=True) == [(BILLS, BILL), (BILLS, other)]


def test_an_empty_batch_takes_nothing() -> None:
    assert cloud_events(b"[]", batch=True) == []
    assert bare_events(BILLS, b"[]") == []


def test_id_and_time_may_stand_in_the_envelope_alone() -> None:
    data = {name: value for name, value in plain(BILL).items() if name not in ("id", "occurred_at")}
    assert cloud_events(encoded(enveloped(data=data)), batch=False) == [(BILLS, BILL)]


def test_the_data_speak_for_themselves_where_both_tell() -> None:
    ((_, event),) = cloud_events(encoded(enveloped(id="delivery-1", time="2026-04-01T00:00:00Z")), batch=False)
    assert event == BILL


def test_bare_events_are_taken_one_or_many() -> None:
    other = bill("2026-01", 50)
    assert bare_events(BILLS, encoded(BILL)) == [(BILLS, BILL)]
    assert bare_events(BILLS, encoded([BILL, other])) == [(BILLS, BILL), (BILLS, other)]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"type": "billing.bill_issued.v9"}, "unknown_version"),
        ({"type": "warning.raised.v1"}, "unknown_version"),
        ({"type": ...}, "schema"),
        ({"data": ...}, "schema"),
        ({"data": [1]}, "schema"),
        ({"data": {}}, "schema"),
        ({"data": plain(BILL) | {"month": "soon"}}, "schema"),
        ({"data": plain(BILL) | {"bill_no": "\x00"}}, "schema"),
        ({"time": "yesterday", "data": {n: v for n, v in plain(BILL).items() if n != "occurred_at"}}, "schema"),
        ({"id": 7}, "schema"),
    ],
)
def test_what_cannot_be_taken_is_told_with_its_reason(changed: dict[str, Any], reason: str) -> None:
    assert refusals(encoded(enveloped(**changed))) == [(0, reason)]
    batch = [enveloped(), enveloped(**changed), enveloped(), enveloped(**changed)]
    assert refusals(encoded(batch), batch=True) == [(1, reason), (3, reason)]


def test_one_bad_bare_event_refuses_them_all() -> None:
    bad = plain(BILL) | {"amount_due_fen": 2**63}
    assert refusals(encoded([BILL, bad, BILL]), bare=True) == [(1, "schema")]


NASTY = [
    pytest.param(b"", id="nothing"),
    pytest.param(b"{", id="cut off"),
    pytest.param(b"\xff", id="no UTF-8"),
    pytest.param(encoded(enveloped()).replace(b"/billing", b"\xff"), id="bad UTF-8 within"),
    pytest.param(encoded(enveloped()).replace(b"/billing", b"\\ud800"), id="a lone surrogate"),
    pytest.param(b"[" * 100_000, id="deep arrays"),
    pytest.param(b"[" * 100_000 + b"]" * 100_000, id="deep arrays, closed"),
    pytest.param(b'{"data":' * 50_000 + b"1" + b"}" * 50_000, id="deep objects"),
    pytest.param(b'[{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}]", id="depth in a batch"),
    pytest.param(b"1e999", id="a number out of range"),
    pytest.param(encoded(enveloped(data={"x": 10**30})), id="a huge number"),
    pytest.param(b"null", id="null"),
    pytest.param(b"[null]", id="a batch of null"),
]


@pytest.mark.parametrize("body", NASTY)
def test_no_body_is_more_than_refused(body: bytes) -> None:
    for refused in (refusals(body), refusals(body, batch=True), refusals(body, bare=True)):
        assert {reason for _, reason in refused} <= {"bad_json", "schema", "unknown_version"}


@given(JSON, st.booleans())
def test_any_json_is_refused_but_an_empty_batch(value: object, batch: bool) -> None:
    if batch and value == []:
        assert cloud_events(encoded(value), batch=batch) == []
    else:
        assert refusals(encoded(value), batch=batch)


def test_only_facts_of_the_network_and_reference_are_open() -> None:
    """Nobody outside may raise a warning, answer for dispatch, or tell that a day passed."""
    for name, topic in open_topics().items():
        assert topics()[name] is topic
        assert (topic.kind, topic.stage <= Stage.NETWORK, topic.owner != "intake") == (Kind.FACT, True, True)
    assert {"network.cdr.v1", "billing.bill_issued.v1", "crm.customer.v1", "reference.region.v1"} <= set(open_topics())
    closed = {"warning.raised.v1", "billing.top_up_requested.v1", "reference.day_passed.v1", "points.posted.v1"}
    assert not closed & set(open_topics())


def test_an_event_of_a_closed_topic_is_refused_even_when_it_is_sound() -> None:
    request = enveloped(type="billing.top_up_requested.v1", data={"msisdn": BILL.msisdn, "amount_fen": 1})
    assert refusals(encoded(request)) == [(0, "unknown_version")]
