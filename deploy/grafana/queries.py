"""What panels ask: PromQL of Prometheus, SQL of PostgreSQL; both sources are variables of the dashboard."""

from grafana_foundation_sdk.builders.prometheus import Dataquery as PromBuilder
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import DataSourceRef
from grafana_foundation_sdk.models.prometheus import PromQueryFormat, QueryEditorMode

METRICS_TYPE, FIGURES_TYPE = "prometheus", "grafana-postgresql-datasource"
METRICS = DataSourceRef(type_val=METRICS_TYPE, uid="${ds}")
FIGURES = DataSourceRef(type_val=FIGURES_TYPE, uid="${pg}")

STAGE = 'role=~"$stage"'
"""Restricts a metric to the stages that the reader chose."""


def lines_of(expression: str, legend: str, ref: str = "A") -> PromBuilder:
    """Ask for lines over time, each named by `legend`."""
    query = PromBuilder().expr(expression).legend_format(legend).ref_id(ref).datasource(METRICS)
    return query.range().editor_mode(QueryEditorMode.CODE)


def now_of(expression: str, ref: str) -> PromBuilder:
    """Ask for one row a series, as it is now; the value's column is named after `ref`."""
    query = PromBuilder().expr(expression).ref_id(ref).datasource(METRICS)
    return query.instant().format(PromQueryFormat.TABLE).editor_mode(QueryEditorMode.CODE)


def quantile(share: str, metric: str, by: str, where: str) -> str:
    """Return the expression of a histogram's quantile, e.g. `0.99`, one series for each `by`."""
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, sum by ({labels}) (rate({metric}_bucket{{{where}}}[$__rate_interval])))"


class Rows(Dataquery):
    """An SQL query that gives a table; the SDK has none for PostgreSQL."""

    def __init__(self, sql: str) -> None:
        self.sql = sql

    def to_json(self) -> dict[str, object]:
        """Return what Grafana's PostgreSQL source reads."""
        asked = {"rawQuery": True, "rawSql": self.sql, "format": "table", "editorMode": "code"}
        return {"refId": "A", "datasource": FIGURES, **asked}


class RowsOf(Builder[Dataquery]):
    """Builds `Rows`."""

    def __init__(self, sql: str) -> None:
        self._sql = sql

    def build(self) -> Rows:
        """Build."""
        return Rows(self._sql)
