"""What goes onto the wire comes back the same; what cannot be read is refused with its reason, and nothing else."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import codec
from shared.catalogue import topic_of, topics
from shared.codec import BYTES_MAX, Reason, RefusedRecordError
from shared.events.bill_issued import TOPIC as BILLS
from shared.events.subscription_recorded import TOPIC as SUBSCRIPTIONS
from shared.events.warning_raised import TOPIC as WARNINGS
from shared.topic import Event, Topic
from tests.support.builders import at, bill, subscription
from tests.unit.strategies import events, plain
from tests.unit.warning.builders import warning

pytestmark = pytest.mark.unit

EVERY_TOPIC = pytest.mark.parametrize("topic", topics().values(), ids=list(topics()))
BILL = bill("2026-02", 99)


def encoded(event: Event = BILL, **changed: Any) -> bytes:
    """Return `event` with some fields set otherwise, or left out where they are set to `...`."""
    return msgspec.json.encode({name: value for name, value in (plain(event) | changed).items() if value is not ...})


def refusal(value: bytes | None, ce_type: str | None = None, topic: Topic[Event] = BILLS) -> RefusedRecordError:
    """Return the refusal of `value`."""
    with pytest.raises(RefusedRecordError) as refused:
        codec.decode(topic, value, ce_type)
    return refused.value


@EVERY_TOPIC
@settings(max_examples=25)
@given(data=st.data())
def test_every_event_comes_back_as_it_was_sent(topic: Topic[Event], data: st.DataObject) -> None:
    event = data.draw(events(topic.event))
    assert codec.decode(topic, codec.encode(event), topic.name) == event


@EVERY_TOPIC
@settings(max_examples=5)
@given(data=st.data())
def test_fields_that_nobody_knows_are_ignored(topic: Topic[Event], data: st.DataObject) -> None:
    event = data.draw(events(topic.event))
    assert codec.decode(topic, encoded(event, a_field_of_next_year={"x": [1, None]})) == event


def test_a_record_without_a_type_is_read_as_the_topics_version() -> None:
    assert codec.decode(BILLS, codec.encode(BILL), None) == BILL


def test_headers_follow_the_cloudevents_kafka_binding() -> None:
    assert codec.headers(BILLS, BILL) == [
        ("ce_specversion", b"1.0"),
        ("ce_id", BILL.id.encode()),
        ("ce_type", b"billing.bill_issued.v1"),
        ("ce_source", b"/keepline/billing"),
        ("ce_time", b"2026-03-02T03:00:00+08:00"),
        ("content-type", b"application/json"),
    ]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param(None, Reason.EMPTY, id="a tombstone"),
        pytest.param(b"", Reason.EMPTY, id="no bytes"),
        pytest.param(b" " * (BYTES_MAX + 1), Reason.TOO_LARGE, id="one byte too many"),
        pytest.param(b" " * BYTES_MAX, Reason.BAD_JSON, id="the last size that is read, blank"),
        pytest.param(b"{", Reason.BAD_JSON, id="cut off"),
        pytest.param(encoded() + b"{}", Reason.BAD_JSON, id="two values"),
        pytest.param(encoded().replace(b"B2026-02", b"\xff\xfe"), Reason.BAD_JSON, id="bad UTF-8"),
        pytest.param(encoded().replace(b"B2026-02", b"\xed\xa0\x80"), Reason.BAD_JSON, id="a surrogate in UTF-8"),
        pytest.param(encoded().replace(b"B2026-02", b"\\ud800"), Reason.BAD_JSON, id="a lone surrogate"),
        pytest.param(encoded().replace(b"B2026-02", b"\x00"), Reason.BAD_JSON, id="a bare NUL"),
        pytest.param(b"[" * 100_000, Reason.SCHEMA, id="an array where an object is due"),
        pytest.param(b'{"x":' + b"[" * 100_000, Reason.BAD_JSON, id="deep nesting"),
        pytest.param(encoded(bill_no="B\x00"), Reason.SCHEMA, id="an escaped NUL"),
        pytest.param(b"[]", Reason.SCHEMA, id="an array"),
        pytest.param(b"null", Reason.SCHEMA, id="null"),
        pytest.param(b"7", Reason.SCHEMA, id="a number"),
        pytest.param(b"{}", Reason.SCHEMA, id="no fields"),
        pytest.param(encoded(id=...), Reason.SCHEMA, id="without its id"),
        pytest.param(encoded(id=""), Reason.SCHEMA, id="an empty id"),
        pytest.param(encoded(id="x" * 129), Reason.SCHEMA, id="an id too long"),
        pytest.param(encoded(occurred_at=...), Reason.SCHEMA, id="without its time"),
        pytest.param(encoded(occurred_at="2026-03-02T03:00:00"), Reason.SCHEMA, id="a time without offset"),
        pytest.param(encoded(occurred_at="2026-02-30T03:00:00+08:00"), Reason.SCHEMA, id="no such day"),
        pytest.param(encoded(occurred_at="1989-12-31T23:59:59Z"), Reason.SCHEMA, id="before our time"),
        pytest.param(encoded(occurred_at="2200-01-01T00:00:00Z"), Reason.SCHEMA, id="after our time"),
        pytest.param(encoded(amount_due_fen=2**63), Reason.SCHEMA, id="2^63"),
        pytest.param(encoded(amount_due_fen=10**12 + 1), Reason.SCHEMA, id="more money than there is"),
        pytest.param(encoded(amount_due_fen="9900"), Reason.SCHEMA, id="a number as text"),
        pytest.param(encoded(amount_due_fen=99.5), Reason.SCHEMA, id="a part of a fen"),
        pytest.param(encoded(amount_due_fen=True), Reason.SCHEMA, id="a truth for a number"),
        pytest.param(encoded(version=-1), Reason.SCHEMA, id="a negative count"),
        pytest.param(encoded(month="2026-13"), Reason.SCHEMA, id="a thirteenth month"),
        pytest.param(encoded(month="2026-02\n"), Reason.SCHEMA, id="a month with a line feed"),
        pytest.param(encoded(msisdn="13300000001"), Reason.SCHEMA, id="a number without its country"),
        pytest.param(encoded(msisdn="+8613300000001\n"), Reason.SCHEMA, id="a number with a line feed"),
        pytest.param(encoded(msisdn="+0613300000001"), Reason.SCHEMA, id="a country that begins with 0"),
        pytest.param(encoded(msisdn=None), Reason.SCHEMA, id="no number"),
        pytest.param(encoded(lines=[]), Reason.SCHEMA, id="an array for an object"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(value: bytes | None, reason: Reason) -> None:
    assert refusal(value).reason is reason


def test_a_megabyte_is_the_largest_that_is_read() -> None:
    spare = 1_000_000 - len(encoded(more=""))
    assert codec.decode(BILLS, encoded(more="x" * spare)) == BILL
    assert refusal(encoded(more="x" * (spare + 1))).reason is Reason.TOO_LARGE


def test_the_years_at_both_ends_are_read() -> None:
    for first_or_last in ("1990-01-01T00:00:00+08:00", "2199-12-31T23:59:59+08:00"):
        assert codec.decode(BILLS, encoded(occurred_at=first_or_last)).bill_no == BILL.bill_no


@pytest.mark.parametrize("year", ["0001", "9999"])
@pytest.mark.parametrize("field", ["activated_at", "ended_at"])
def test_no_other_time_of_an_event_lies_where_the_database_would_choke(field: str, year: str) -> None:
    value = encoded(subscription(), **{field: f"{year}-01-01T00:00:00+08:00"})
    assert refusal(value, topic=SUBSCRIPTIONS).reason is Reason.SCHEMA


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"evidence": {"calls": "\x00"}}, id="in a value"),
        pytest.param({"evidence": {"\x00": 1}}, id="in a name"),
        pytest.param({"evidence": {"calls": [["\x00"]]}}, id="in an array"),
        pytest.param({"reasons": [{"reason": "network_quality", "weight": 1, "because": ["\x00"]}]}, id="in a tuple"),
    ],
)
def test_nul_is_found_wherever_it_stands(changed: dict[str, Any]) -> None:
    assert refusal(encoded(warning(), **changed), topic=WARNINGS).reason is Reason.SCHEMA


@pytest.mark.parametrize("depth", [10, 300, 600, 900])
def test_nul_below_deep_nesting_is_refused_and_no_crash(depth: int) -> None:
    value = encoded(warning(), evidence={"x": 0}).replace(
        b'"x":0', b'"x":' + b"[" * depth + b'"\\u0000"' + b"]" * depth
    )
    assert refusal(value, topic=WARNINGS).reason in (Reason.SCHEMA, Reason.BAD_JSON)


def test_a_backslash_before_u0000_is_no_nul() -> None:
    event = warning(evidence={"said": "\\u0000"})
    assert codec.decode(WARNINGS, codec.encode(event)) == event


def test_an_unknown_version_is_refused_with_its_name() -> None:
    refused = refusal(encoded(), "billing.bill_issued.v9")
    assert (refused.reason, refused.detail) == (
        Reason.UNKNOWN_VERSION,
        "billing.bill_issued.v9 on billing.bill_issued.v1",
    )


class TestAnOlderVersion:
    """A topic that still reads the version before, whose amount was in yuan."""

    def lifted(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Return the fields of the version before in today's shape."""
        return fields | {"amount_due_fen": fields["amount_yuan"] * 100}

    @property
    def topic(self) -> Topic[Event]:
        """Return bills as they would be told in a second version."""
        return replace(BILLS, name="billing.bill_issued.v2", upcasters={"billing.bill_issued.v1": self.lifted})

    def test_is_lifted_to_todays(self) -> None:
        old = encoded(amount_due_fen=..., amount_yuan=99)
        assert codec.decode(self.topic, old, "billing.bill_issued.v1") == BILL

    @pytest.mark.parametrize(
        ("value", "reason"),
        [
            (encoded(), Reason.SCHEMA),
            (encoded(amount_yuan="many"), Reason.SCHEMA),
            (encoded(amount_yuan=99, month="soon"), Reason.SCHEMA),
            (b"[]", Reason.BAD_JSON),
            (b"{", Reason.BAD_JSON),
            (b'{"x":' + b"[" * 100_000, Reason.BAD_JSON),
            (encoded(amount_yuan=99).replace(b"B2026-02", b"\xff"), Reason.BAD_JSON),
            (encoded(amount_yuan=99, bill_no="\x00"), Reason.SCHEMA),
        ],
    )
    def test_is_refused_where_it_cannot_be_lifted(self, value: bytes, reason: Reason) -> None:
        assert refusal(value, "billing.bill_issued.v1", self.topic).reason is reason


def test_an_event_under_another_key_is_refused() -> None:
    codec.check_key(BILLS, BILL, BILL.msisdn.encode())
    codec.check_key(BILLS, BILL, None)
    with pytest.raises(RefusedRecordError) as refused:
        codec.check_key(BILLS, BILL, b"+8613300000002")
    assert refused.value.reason is Reason.WRONG_KEY
    assert "+8613300000002" not in str(refused.value)


@EVERY_TOPIC
def test_every_event_has_a_schema_for_others_to_read(topic: Topic[Event]) -> None:
    schema = codec.json_schema(topic)
    assert schema["$ref"] == f"#/$defs/{topic.event.__name__}"
    assert topic_of(topic.event) is topic


def test_a_moment_needs_to_be_one() -> None:
    assert codec.parse_moment("2026-03-05T10:00:00+08:00") == at("2026-03-05 10:00")
    with pytest.raises(msgspec.ValidationError):
        codec.parse_moment("yesterday")
