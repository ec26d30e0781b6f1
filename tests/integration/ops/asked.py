"""What dashboards and alerts ask for, read from the files that Grafana and Prometheus load."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import promql_parser
from promql_parser import AggregateExpr, VectorSelector

from deploy.local.folders import CHECKOUT
from shared.metrics import DEFINITIONS

BOARD = CHECKOUT / "deploy/grafana/dashboards/the_road.json"
PROMETHEUS = CHECKOUT / "deploy/prometheus"

SUFFIXES = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
LABELS = {f"{each.name}{suffix}": set(each.labels) for each in DEFINITIONS for suffix in SUFFIXES[each.kind]}
"""The labels of each series that our services tell."""
ADDED = {"job", "instance", "role"}
"""Labels that scraping adds."""
OF_PROMETHEUS = {"up": ADDED, "ALERTS": {"alertname", "alertstate"}}
"""Series that Prometheus makes itself."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One query of a panel."""

    panel: str
    query: dict[str, Any]

    @property
    def promql(self) -> str | None:
        """Return the expression; None: it is SQL."""
        expression: str | None = self.query.get("expr")
        return expression

    def __str__(self) -> str:
        return f"{self.panel} {self.query['refId']}"


def board() -> dict[str, Any]:
    """Return the dashboard as Grafana loads it."""
    read: dict[str, Any] = json.loads(BOARD.read_text(encoding="utf-8"))
    return read


def panels() -> list[dict[str, Any]]:
    """Return the panels that show something."""
    return [panel for panel in board()["panels"] if panel["type"] != "row"]


def queries() -> list[Asked]:
    """Return every panel's queries."""
    return [Asked(panel["title"], query) for panel in panels() for query in panel["targets"]]


def filled(text: str, values: dict[str, str]) -> str:
    """Return `text` with Grafana's variables replaced.

    Raises:
        KeyError: a variable has no value here.
    """
    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda found: values[found[1] or found[2]], text)


def unknown(expression: str) -> set[str]:
    """Return the series that nobody tells, and the labels that they do not have, in an expression without variables.

    Raises:
        ValueError: it is no PromQL.
    """
    series: list[VectorSelector] = []
    grouped: set[str] = set()

    def visit(node: object) -> None:
        if isinstance(node, VectorSelector):
            series.append(node)
        if isinstance(node, AggregateExpr) and node.modifier:
            grouped.update(node.modifier.labels)

    promql_parser.walk(promql_parser.parse(expression), visit)
    return set(_unknown_of(series)) | {label for label in grouped if label not in _all_labels(series)}


def _unknown_of(series: list[VectorSelector]) -> Iterator[str]:
    for each in series:
        name = str(each.name)
        if name not in LABELS | OF_PROMETHEUS:
            yield name
        else:
            yield from {matcher.name for matcher in each.matchers.matchers} - _labels(name)


def _labels(name: str) -> set[str]:
    return LABELS[name] | ADDED | {"le"} if name in LABELS else OF_PROMETHEUS.get(name, set())


def _all_labels(series: list[VectorSelector]) -> set[str]:
    return set().union(*(_labels(str(each.name)) for each in series))
