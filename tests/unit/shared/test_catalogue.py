"""Topics are found in their folder; each class of event has exactly one."""

from dataclasses import replace

import pytest

import shared.catalogue
from shared.catalogue import topic_of, topics
from shared.events.bill_issued import TOPIC as BILLS
from shared.events.bill_issued import BillIssued
from shared.topic import Event, Topic, of_kind
from tests.support.builders import bill, customer

pytestmark = pytest.mark.unit


def test_a_topic_is_found_by_its_name_and_by_its_event() -> None:
    assert topics()["billing.bill_issued.v1"] is BILLS
    assert topic_of(BillIssued) is BILLS


def test_two_files_with_one_topic_stop_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(*_: object) -> dict[str, Topic[Event]]:
        return {"bill_issued": BILLS, "bill_again": replace(BILLS, partitions=3)}

    monkeypatch.setattr(shared.catalogue, "entries", twice)
    with pytest.raises(TypeError, match="two files carry the same topic"):
        topics.__wrapped__()


def test_the_key_of_an_event_is_the_field_that_its_topic_names() -> None:
    assert BILLS.key_of(bill("2026-02", 99, msisdn="+8613300000007")) == "+8613300000007"
    assert topic_of(type(customer("c9"))).key_of(customer("c9")) == "c9"


def test_events_of_a_kind_keep_their_order() -> None:
    one, other = bill("2026-02", 99), bill("2026-01", 99)
    assert of_kind(BillIssued, [one, customer(), other]) == [one, other]
