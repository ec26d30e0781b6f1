"""The demo's figures: what issue and tests read from the last line, and that nothing is assumed."""

from collections import Counter

import pytest

from deploy.local.counts import Counts
from replay.audit import Findings, Logs
from replay.summary import _figures, _honesty
from shared.catalogue import topics

pytestmark = pytest.mark.unit

COUNTS = Counts(
    business_time="2026-03-05 12:00",
    signals=3,
    decided={},
    warnings_by_state={"open": 2},
    work_items={"customer_manager": 1, "phone_manager": 1},
    waiting={},
    contacts={"retained": 3},
    offers={"issued": 1},
    points_postings=9,
    dead_letters={"schema": 4},
    measures={"warned": 10, "worked": 4, "retained": 3, "saved": 2, "held_out": 2},
)


def logs() -> Logs:
    """Return logs in which some topics hold something."""
    ids = {name: set[str]() for name in topics()}
    ids["billing.bill_issued.v1"] = {"a", "b"}
    ids["warning.signal.v1"] = {"s"}
    return Logs(ids, {name: set() for name in topics()})


def test_every_figure_is_there_under_its_name() -> None:
    figures = _figures(logs(), COUNTS, {"porting": 5})
    events_in = figures.pop("events_in")
    assert figures == {
        "signals": 1,
        "warnings": {"porting": 5},
        "work_items": {"customer_manager": 1, "phone_manager": 1},
        "contacts": {"retained": 3},
        "offers": {"issued": 1},
        "points_postings": 9,
        "dead_letters": {"schema": 4},
        "warnings_by_state": {"open": 2},
        "kpi": {"warned": 10, "worked": 4, "retained": 3, "claimed_rate": 0.75, "success_rate": 0.25},
    }
    assert {name: count for name, count in events_in.items() if count} == {"billing.bill_issued.v1": 2}
    assert {"network.cdr.v1", "reference.day_passed.v1", "crm.customer.v1"} <= set(events_in)
    assert "warning.raised.v1" not in events_in


def test_whatever_was_lost_or_done_twice_is_summed() -> None:
    found = Findings(lost=Counter({"signals": 2, "x": 1}), duplicated=Counter({"y": 4}))
    assert _honesty(found) == {"lost": 3, "duplicated": 4}
    assert _honesty(Findings()) == {"lost": 0, "duplicated": 0}
