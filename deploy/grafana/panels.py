"""The few kinds of panel that our dashboards are made of, each with its unit, its limits and its description."""

from collections.abc import Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import barchart, common, table, timeseries
from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import (
    GraphDrawStyle,
    GraphThresholdsStyleMode,
    StackingMode,
    TableCellHeight,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DataTransformerConfig,
    DynamicConfigValue,
    Panel,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
)

from deploy.grafana.queries import FIGURES, METRICS, now_of

WIDE, HALF, THIRD = 24, 12, 8
HEIGHT = 8
GOOD, WATCH, BAD = "green", "orange", "red"

AnyPanel = Builder[Panel]

Limits = Sequence[tuple[float, str]]
"""From which value on a figure has which colour; below the first it is good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a panel says about itself."""

    title: str
    says: str
    """What is shown, and what to do when it looks wrong."""
    unit: str
    limits: Limits = ()
    width: int = HALF


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table: how its figures are read."""

    name: str
    unit: str
    limits: Limits = ()
    words: Sequence[tuple[float, str, str]] = ()
    """Figures that are shown as a word in a colour."""


def _thresholds(limits: Limits) -> ThresholdsConfig:
    steps = [Threshold(color=GOOD), *(Threshold(value=value, color=colour) for value, colour in limits)]
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


def lines(words: Words, *queries: Builder[Dataquery]) -> timeseries.Panel:
    """Draw lines over time, with the limits as dashed lines."""
    panel = timeseries.Panel().title(words.title).description(words.says).unit(words.unit)
    panel = panel.span(words.width).height(HEIGHT).datasource(METRICS).targets(list(queries)).min(0)
    panel = panel.line_width(1).fill_opacity(10).show_points(VisibilityMode.NEVER)
    if words.limits:
        dashed = common.GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.DASHED)
        panel = panel.thresholds(_thresholds(words.limits)).thresholds_style(dashed)
    return panel


def bars(words: Words, query: Builder[Dataquery]) -> timeseries.Panel:
    """Draw counts over time as bars upon each other."""
    stacked = common.StackingConfig().mode(StackingMode.NORMAL)
    return lines(words, query).draw_style(GraphDrawStyle.BARS).fill_opacity(70).stacking(stacked)


def by_month(words: Words, query: Builder[Dataquery]) -> barchart.Panel:
    """Draw bars for each value of the column `month`, which is text: months of business time, not of the clock."""
    panel = barchart.Panel().title(words.title).description(words.says).unit(words.unit).x_field("month")
    return panel.span(words.width).height(HEIGHT).datasource(FIGURES).with_target(query).min(0).max(1)


def now(words: Words, asked: Sequence[tuple[Column, str]]) -> table.Panel:
    """Show a row for each role, and a column for each expression as it is now."""
    queries = {chr(ord("A") + place): expression for place, (_, expression) in enumerate(asked)}
    names = {f"Value #{ref}": column.name for ref, (column, _) in zip(queries, asked, strict=True)}
    order = {name: place for place, name in enumerate(["role", *names])}
    arranged = {"excludeByName": {"Time": True}, "indexByName": order, "renameByName": {"role": "stage"} | names}
    steps = [DataTransformerConfig("merge", options={}), DataTransformerConfig("organize", options=arranged)]
    panel = _table(words, [column for column, _ in asked]).datasource(METRICS).transformations(steps)
    return panel.targets([now_of(expression, ref) for ref, expression in queries.items()])


def figures(words: Words, columns: Sequence[Column], query: Builder[Dataquery]) -> table.Panel:
    """Show the rows of an SQL query."""
    return _table(words, columns).datasource(FIGURES).with_target(query)


def _table(words: Words, columns: Sequence[Column]) -> table.Panel:
    panel = table.Panel().title(words.title).description(words.says).unit(words.unit)
    panel = panel.span(words.width).height(HEIGHT).cell_height(TableCellHeight.SM)
    for column in columns:
        panel = panel.override_by_name(column.name, _properties(column))
    return panel


def _properties(column: Column) -> list[DynamicConfigValue]:
    properties = [DynamicConfigValue("unit", column.unit)]
    if column.limits or column.words:
        coloured = {"type": "color-background", "mode": "basic"}
        properties.append(DynamicConfigValue("custom.cellOptions", coloured))
    if column.limits:
        properties.append(DynamicConfigValue("thresholds", _thresholds(column.limits).build()))
    if column.words:
        words = {f"{value:g}": ValueMappingResult(text=text, color=colour) for value, text, colour in column.words}
        properties.append(DynamicConfigValue("mappings", [ValueMap(options=words)]))
    return properties
