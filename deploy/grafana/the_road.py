"""The overview that is open all day: the road per stage, how fast it is, the queue, and whether it helps."""

from collections.abc import Callable

from grafana_foundation_sdk.builders.dashboard import AnnotationQuery, Dashboard, DatasourceVariable, QueryVariable, Row
from grafana_foundation_sdk.models.dashboard import Dashboard as Model
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from deploy.grafana import feeds
from deploy.grafana.panels import BAD, THIRD, WATCH, WIDE, AnyPanel, Column, Words, bars, by_month, figures, lines, now
from deploy.grafana.queries import (
    FIGURES,
    FIGURES_TYPE,
    METRICS,
    METRICS_TYPE,
    STAGE,
    RowsOf,
    lines_of,
    quantile,
)

UID = "keepline-the-road"
AGE = "keepline_event_age_seconds"

RATE = (
    f"sum by (role) (rate(keepline_events_total{{{STAGE}}}[$__rate_interval]))"
    f' or sum by (role) (rate(keepline_sieve_records_total{{role="sieve", {STAGE}}}[$__rate_interval]))'
)
# Every process of a stage tells the lag of the whole stage: it counts once.
LAG = f"sum by (role) (max by (role, topic) (keepline_lag_records{{{STAGE}}}))"
OLDEST = f"max by (role) (keepline_oldest_unprocessed_seconds{{{STAGE}}})"
LETTERS = f"sum by (role) (keepline_dead_letters_total{{{STAGE}}})"
STATE = (
    f"min by (role) (keepline_ready{{{STAGE}}}) - max by (role) (keepline_halted{{{STAGE}}})"
    f' or (min by (role) (up{{job="keepline", {STAGE}}}) - 1) * 2'
)
STATES = ((1, "ready", "green"), (0, "not ready", WATCH), (-1, "halted", BAD), (-2, "down", BAD))

IN_CITIES = (
    "CAST(m.region AS text) IN ($city) AND m.month > to_char(platform.business_now() - interval '1 year', 'YYYY-MM')"
)
RATES = (
    'sum(m.saved) / nullif(sum(m.warned) - sum(m.held_out), 0) AS "success rate",'
    ' sum(m.retained) / nullif(sum(m.worked), 0) AS "claimed rate"'
)
CITIES = "SELECT name_zh AS __text, CAST(path AS text) AS __value FROM kpi.region WHERE nlevel(path) = 2 ORDER BY path"
MONTHS = f"SELECT m.month, {RATES} FROM kpi.monthly_by_city AS m WHERE {IN_CITIES} GROUP BY m.month ORDER BY m.month"
MONTHS_BY_CITY = (
    'SELECT m.month, r.name_zh AS city, sum(m.warned_customers) AS "warned customers", sum(m.warned) AS warnings,'
    ' sum(m.held_out) AS "held out", sum(m.worked) AS worked, sum(m.retained) AS retained, sum(m.saved) AS saved,'
    f" {RATES} FROM kpi.monthly_by_city AS m JOIN kpi.region AS r ON r.path = m.region WHERE {IN_CITIES}"
    " GROUP BY m.month, r.name_zh ORDER BY m.month DESC, r.name_zh"
)


def the_road() -> Model:
    """Return the dashboard, its panels numbered from the top."""
    built = _board().build()
    for number, panel in enumerate(built.panels or [], start=1):
        panel.id_val = number
    return built


def _board() -> Dashboard:
    board = Dashboard("Keepline: the road").uid(UID).tags(["keepline"]).readonly().timezone("browser")
    board = board.description("From the network's events to customers who stay: rate, lag, age and loss per stage.")
    board = board.time("now-6h", "now").refresh("30s").tooltip(DashboardCursorSync.CROSSHAIR)
    board = board.annotation(_alerts())
    for variable in (*_sources(), _stage(), _city()):
        board = board.with_variable(variable)
    for title, panels in ROWS.items():
        board = board.with_row(Row(title))
        for panel in panels:
            board = board.with_panel(panel())
    return board


def _alerts() -> AnnotationQuery:
    marks = AnnotationQuery().name("Alerts").datasource(METRICS).enable(True).icon_color(BAD)
    return marks.expr('ALERTS{alertstate="firing"}')


def _sources() -> tuple[DatasourceVariable, DatasourceVariable]:
    metrics = DatasourceVariable("ds").label("Metrics").type(METRICS_TYPE)
    return metrics, DatasourceVariable("pg").label("Figures").type(FIGURES_TYPE)


def _all() -> VariableOption:
    return VariableOption(selected=True, text=["All"], value=["$__all"])


def _stage() -> QueryVariable:
    names = QueryVariable("stage").label("Stage").datasource(METRICS)
    names = names.query({"query": 'label_values(up{job="keepline"}, role)', "refId": "stage"})
    names = names.multi(True).include_all(True).all_value(".*").current(_all())
    return names.refresh(VariableRefresh.ON_TIME_RANGE_CHANGED).sort(VariableSort.DISABLED)


def _city() -> QueryVariable:
    names = QueryVariable("city").label("City").datasource(FIGURES).query(CITIES)
    return names.multi(True).include_all(True).current(_all()).refresh(VariableRefresh.ON_DASHBOARD_LOAD)


def _stage_by_stage() -> AnyPanel:
    words = Words(
        title="Stage by stage",
        says="How each stage is now. Halted: it waits for a person, and its /progress says why.",
        unit="short",
        width=WIDE,
    )
    state = Column(name="state", unit="short", words=STATES)
    waiting = Column(name="records waiting", unit="short", limits=[(1_000, WATCH)])
    oldest = Column(name="oldest waiting", unit="s", limits=[(60, BAD)])
    letters = Column(name="dead letters", unit="short", limits=[(1, WATCH)])
    rate = Column(name="records per second", unit="ops")
    return now(words, [(state, STATE), (rate, RATE), (waiting, LAG), (oldest, OLDEST), (letters, LETTERS)])


def _rate() -> AnyPanel:
    words = Words(
        title="Records per second",
        says="Records taken per second, by stage. A fall to 0 at daytime: is the feed before that stage alive?",
        unit="ops",
    )
    return lines(words, lines_of(RATE, "{{role}}"))


def _lag() -> AnyPanel:
    words = Words(
        title="Records that wait",
        says="Records between a stage's position and the end of its topics. Growing: see the batches below; many for "
        "ten minutes raise LagStays.",
        unit="short",
        limits=[(1_000, WATCH)],
    )
    return lines(words, lines_of(LAG, "{{role}}"))


def _oldest() -> AnyPanel:
    words = Words(
        title="Oldest record that waits",
        says="Age of the oldest record that a stage has not decided. Above a minute somebody is not being called in "
        "time, and OldestWaits wakes a person.",
        unit="s",
        limits=[(60, BAD)],
    )
    return lines(words, lines_of(OLDEST, "{{role}}"))


def _letters() -> AnyPanel:
    words = Words(
        title="Dead letters",
        says="Records that a stage could not use since its process started, by reason. A step up: "
        "`./keepline dead-letters list`.",
        unit="short",
    )
    reasons = f"sum by (role, reason) (keepline_dead_letters_total{{{STAGE}}})"
    return lines(words, lines_of(reasons, "{{role}}: {{reason}}"))


def _to_warning() -> AnyPanel:
    return _age("warning", "Event to warning", "From an event's arrival in Kafka to the rules' decision on it.")


def _to_queue() -> AnyPanel:
    says = "From a record's arrival in Kafka to what dispatch made of it; a warning's is a work item."
    return _age("dispatch", "Warning to queue", says)


def _age(role: str, title: str, says: str) -> AnyPanel:
    words = Words(title=title, says=f"{says} Growing with lag: add processes.", unit="s", width=THIRD)
    asked = [(f"p{percent}", quantile(f"0.{percent}", AGE, "", f'role="{role}"')) for percent in (50, 99)]
    return lines(words, *(lines_of(expression, name, ref) for ref, (name, expression) in zip("AB", asked, strict=True)))


def _batches() -> AnyPanel:
    words = Words(
        title="Time of a batch, p99",
        says="From decoding to commit. Above a second: look at PostgreSQL's locks and disk.",
        unit="s",
        limits=[(1, WATCH)],
        width=THIRD,
    )
    return lines(words, lines_of(quantile("0.99", "keepline_batch_seconds", "role", STAGE), "{{role}}"))


def _outbox() -> AnyPanel:
    words = Words(
        title="Decided and not yet published",
        says="Rows of each service's outbox. Growing: Kafka is away, or a process that hangs holds the relay's lock.",
        unit="short",
        limits=[(100, WATCH)],
    )
    return lines(words, lines_of("max by (service) (keepline_outbox_rows)", "{{service}}"))


def _requests() -> AnyPanel:
    words = Words(
        title="HTTP requests, p99",
        says="Time of a request, by service. Above half a second: see the database.",
        unit="s",
        limits=[(0.5, WATCH)],
    )
    return lines(words, lines_of(quantile("0.99", "keepline_http_request_seconds", "role", STAGE), "{{role}}"))


def _warnings() -> AnyPanel:
    words = Words(
        title="Warnings by rule",
        says="Warnings raised. A fall to nothing: is the rule's feed alive? A jump: what was changed in the policy?",
        unit="short",
    )
    return bars(words, lines_of("sum by (rule) (increase(keepline_warnings_total[$__rate_interval]))", "{{rule}}"))


def _contacts() -> AnyPanel:
    words = Words(
        title="Contacts by outcome",
        says="Results that managers reported. Many not_reached: look at the hours of calling.",
        unit="short",
    )
    outcomes = "sum by (outcome) (increase(keepline_contacts_total[$__rate_interval]))"
    return bars(words, lines_of(outcomes, "{{outcome}}"))


def _queue_depth() -> AnyPanel:
    words = Words(
        title="Items that wait",
        says="Work items that nobody has finished, by tier. Growing through the day: too few people, or a rule too "
        "eager.",
        unit="short",
    )
    return lines(words, lines_of("max by (tier) (keepline_queue_items)", "{{tier}}"))


def _queue_age() -> AnyPanel:
    words = Words(
        title="Oldest item that waits",
        says="Age of the oldest open item, in business time, by tier. Above a day the supervisor should reassign.",
        unit="s",
        limits=[(86_400, BAD)],
    )
    return lines(words, lines_of("max by (tier) (keepline_queue_oldest_seconds)", "{{tier}}"))


def _months() -> AnyPanel:
    words = Words(
        title="Success and claimed rate by month",
        says="Success rate: saves still true after the policy period, of all warnings of the target population that "
        "were not held out; a month's saves are known only when its period is over. Claimed rate: results reported as "
        "retained, of items worked.",
        unit="percentunit",
    )
    return by_month(words, RowsOf(MONTHS))


def _months_by_city() -> AnyPanel:
    words = Words(title="Months by city", says="The same with its counts, from the view monthly_by_city.", unit="short")
    shares = (Column(name="success rate", unit="percentunit"), Column(name="claimed rate", unit="percentunit"))
    return figures(words, shares, RowsOf(MONTHS_BY_CITY))


ROWS: dict[str, tuple[Callable[[], AnyPanel], ...]] = {
    "The road": (_stage_by_stage, _rate, _lag, _oldest, _letters),
    "How fast": (_to_warning, _to_queue, _batches, _outbox, _requests),
    "Upstream feeds": (feeds.silent, feeds.complete, feeds.late, feeds.repeated),
    "Warnings and the queue": (_warnings, _contacts, _queue_depth, _queue_age),
    "Does it help?": (_months, _months_by_city),
}
