"""A trial on a simulated past says what the plain road says of it, in either order: warnings, clearings, work items."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from replay.backtest import order, past
from replay.backtest.order import Order
from replay.backtest.queue import opened
from replay.backtest.sweep import Sweeper
from services.warning.domain.catalogue import all_rules
from shared import codec
from shared.calendar import local_date
from shared.events.warning_cleared import WarningCleared
from shared.events.warning_noted import WarningNoted
from shared.events.warning_raised import WarningRaised
from shared.events.work_item_offered import WorkItemOffered
from shared.policy import EVERYWHERE, PolicyBook, PolicyVersion
from shared.topic import Event, of_kind
from tests.replay.operator import archived, happened
from tests.replay.road import Road, what_if
from tests.support.archives import archive
from tests.support.builders import at

pytestmark = pytest.mark.replay

SAID = (WarningRaised, WarningNoted, WarningCleared)
BOOK = PolicyBook(
    (
        PolicyVersion(
            name="warning.rival_hotline",
            version=1,
            scope=EVERYWHERE,
            effective_from=at("2026-01-20 00:00"),
            fields={"calls_to_act": 3, "calls_to_act_now": 5},
        ),
    )
)


def written(events: Iterable[Event]) -> list[bytes]:
    """Return events as bytes, whatever their order."""
    return sorted(codec.encode(event) for event in events)


@pytest.mark.parametrize("which", [order.arrival, order.happening])
def test_a_trial_says_what_the_plain_road_says(tmp_path: Path, which: Order) -> None:
    events = list(archived(happened()))
    road = Road(policy=BOOK).hear(events if which is order.arrival else what_if(events))
    known = past.read(archive(tmp_path, events), all_rules())
    swept = Sweeper(known, all_rules()).sweep(which, BOOK)
    said = [each.event for each in swept.said]
    assert written(event for event in said if isinstance(event, SAID)) == written(
        event for event in road.said if isinstance(event, SAID)
    )
    items = {item.work_item_id: item for item in of_kind(WorkItemOffered, road.said) if item.revision == 1}
    assert items
    places = ((item.home_region, local_date(item.opened_at), item.tier) for item in items.values())
    assert opened(swept, known, which, BOOK) == Counter(places)
