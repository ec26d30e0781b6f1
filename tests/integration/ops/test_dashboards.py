"""Dashboards are what the code says, and ask only for metrics that exist."""

import pytest

from deploy.grafana.__main__ import dashboards
from tests.integration.ops.asked import Asked, board, filled, panels, queries, unknown

ANY = {"stage": ".*", "__rate_interval": "1m"}
UNITS = {"short", "s", "ops", "percentunit"}


def test_the_committed_dashboards_are_what_the_code_writes() -> None:
    stale = [path.name for path, content in dashboards().items() if path.read_text(encoding="utf-8") != content]
    assert not stale, f"run `python -m deploy.grafana`, {stale} is older than the code"


def test_the_address_of_the_overview_stays() -> None:
    assert board()["uid"] == "keepline-the-road"
    assert board()["title"] == "Keepline: the road"


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel["title"])
def test_a_panel_says_what_it_shows_and_in_which_unit(panel: dict[str, object]) -> None:
    described = panel["description"]
    assert isinstance(described, str)
    assert described.endswith((".", "?"))
    assert panel["fieldConfig"]["defaults"]["unit"] in UNITS  # type: ignore[index]


def test_panels_have_numbers_of_their_own_and_do_not_lie_upon_each_other() -> None:
    every = board()["panels"]
    assert len({panel["id"] for panel in every}) == len(every)
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in every)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


@pytest.mark.parametrize("asked", [asked for asked in queries() if asked.promql], ids=str)
def test_a_panel_asks_for_metrics_that_exist(asked: Asked) -> None:
    assert asked.promql
    assert not unknown(filled(asked.promql, ANY))


def test_what_marks_alerts_asks_for_series_that_exist() -> None:
    for annotation in board()["annotations"]["list"]:
        assert not unknown(annotation["expr"])
