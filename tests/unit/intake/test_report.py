"""The report counts lines, refusals by reason, events by topic, and what was billed in the format's own money."""

import pytest

from services.intake.domain.catalogue import all_formats
from services.intake.domain.format import Line, Money, Refused, Taken
from services.intake.domain.report import Report
from tests.support.builders import bill, customer

pytestmark = pytest.mark.unit


def test_counts_add_up() -> None:
    report = Report()
    line = Line("f", 2, "x")
    for each in (
        Taken((customer(), customer("c2"))),
        Taken(()),
        Refused(line=line, reason="bad_row", detail=""),
        Refused(line=line, reason="bad_row", detail=""),
        Refused(line=line, reason="bad_value", detail=""),
        Taken((bill("2018-05", 140.21),), lines=0),
        Taken((bill("2018-06", 140),), lines=0),
    ):
        report.note(each)
    assert report.summed(Money("USD", 700)) == {
        "accepted": 2,
        "refused": {"bad_row": 2, "bad_value": 1},
        "published": {"billing.bill_issued.v1": 2, "crm.customer.v1": 2},
        "bills": 2,
        "billed_total": 40.03,
        "currency": "USD",
    }


def test_formats_are_found_by_their_names() -> None:
    assert {"jsonl", "megaline", "reality-mining"} <= set(all_formats())
    assert all(name == form.name and form.says.endswith(".") for name, form in all_formats().items())
