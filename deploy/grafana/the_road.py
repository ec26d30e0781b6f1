"""The overview that is open all day: the road per stage, how fast it is, the queue, and whether it helps."""

from grafana_foundation_sdk.builders.dashboard import AnnotationQuery, Dashboard, DatasourceVariable, QueryVariable, Row
from grafana_foundation_sdk.builders.table import Panel as TablePanel
from grafana_foundation_sdk.models.dashboard import Dashboard as Model
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from deploy.grafana.panels import BAD, HALF, THIRD, WATCH, WIDE, Column, Words, bars, by_month, figures, lines, now
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
    for row in (_stages, _speed, _queue, _outcome):
        board = row(board)
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


def _stages(board: Dashboard) -> Dashboard:
    board = board.with_row(Row("The road")).with_panel(_stage_table())
    rate = Words(
        title="Records per second",
        says="Records taken per second, by stage. A fall to 0 at daytime: is the feed before that stage alive?",
        unit="ops",
    )
    lag = Words(
        title="Records that wait",
        says="Records between a stage's position and the end of its topics. Growing: see the batches below; many for "
        "ten minutes raise LagStays.",
        unit="short",
        limits=[(1_000, WATCH)],
    )
    oldest = Words(
        title="Oldest record that waits",
        says="Age of the oldest record that a stage has not decided. Above a minute somebody is not being called in "
        "time, and OldestWaits wakes a person.",
        unit="s",
        limits=[(60, BAD)],
    )
    letters = Words(
        title="Dead letters",
        says="Records that a stage could not use since its process started, by reason. A step up: "
        "`./keepline dead-letters list`.",
        unit="short",
    )
    reasons = f"sum by (role, reason) (keepline_dead_letters_total{{{STAGE}}})"
    board = board.with_panel(lines(rate, lines_of(RATE, "{{role}}"))).with_panel(lines(lag, lines_of(LAG, "{{role}}")))
    board = board.with_panel(lines(oldest, lines_of(OLDEST, "{{role}}")))
    return board.with_panel(lines(letters, lines_of(reasons, "{{role}}: {{reason}}")))


def _stage_table() -> TablePanel:
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


def _speed(board: Dashboard) -> Dashboard:
    board = board.with_row(Row("How fast"))
    age = "keepline_event_age_seconds"
    for role, title, says in (
        ("warning", "Event to warning", "From an event's arrival in Kafka to the rules' decision on it."),
        (
            "dispatch",
            "Warning to queue",
            "From a warning's arrival in Kafka to the work item that dispatch made of it.",
        ),
    ):
        shares = [lines_of(quantile(f"0.{p}", age, "", f'role="{role}"'), f"p{p}", ref) for p, ref in _SHARES]
        words = Words(title=title, says=f"{says} Growing with lag: add processes.", unit="s", width=THIRD)
        board = board.with_panel(lines(words, *shares))
    batch = Words(
        title="Time of a batch, p99",
        says="From decoding to commit. Above a second: look at PostgreSQL's locks and disk.",
        unit="s",
        limits=[(1, WATCH)],
        width=THIRD,
    )
    outbox = Words(
        title="Decided and not yet published",
        says="Rows of each service's outbox. Growing: Kafka is away, or a process that hangs holds the relay's lock.",
        unit="short",
        limits=[(100, WATCH)],
    )
    http = Words(
        title="HTTP requests, p99",
        says="Time of a request, by service. Above half a second: see the database.",
        unit="s",
        limits=[(0.5, WATCH)],
    )
    batches = quantile("0.99", "keepline_batch_seconds", "role", STAGE)
    requests = quantile("0.99", "keepline_http_request_seconds", "role", STAGE)
    waiting = "max by (service) (keepline_outbox_rows)"
    board = board.with_panel(lines(batch, lines_of(batches, "{{role}}")))
    board = board.with_panel(lines(outbox, lines_of(waiting, "{{service}}")))
    return board.with_panel(lines(http, lines_of(requests, "{{role}}")))


_SHARES = ((50, "A"), (99, "B"))


def _queue(board: Dashboard) -> Dashboard:
    board = board.with_row(Row("Warnings and the queue"))
    warnings = Words(
        title="Warnings by rule",
        says="Warnings raised. A fall to nothing: is the rule's feed alive? A jump: what was changed in the policy?",
        unit="short",
    )
    contacts = Words(
        title="Contacts by outcome",
        says="Results that managers reported. Many not_reached: look at the hours of calling.",
        unit="short",
    )
    depth = Words(
        title="Items that wait",
        says="Work items that nobody has finished, by tier. Growing through the day: too few people, or a rule too "
        "eager.",
        unit="short",
    )
    oldest = Words(
        title="Oldest item that waits",
        says="Age of the oldest open item, in business time, by tier. Above a day the supervisor should reassign.",
        unit="s",
        limits=[(86_400, BAD)],
    )
    rules = "sum by (rule) (increase(keepline_warnings_total[$__rate_interval]))"
    outcomes = "sum by (outcome) (increase(keepline_contacts_total[$__rate_interval]))"
    board = board.with_panel(bars(warnings, lines_of(rules, "{{rule}}")))
    board = board.with_panel(bars(contacts, lines_of(outcomes, "{{outcome}}")))
    board = board.with_panel(lines(depth, lines_of("max by (tier) (keepline_queue_items)", "{{tier}}")))
    return board.with_panel(lines(oldest, lines_of("max by (tier) (keepline_queue_oldest_seconds)", "{{tier}}")))


def _outcome(board: Dashboard) -> Dashboard:
    board = board.with_row(Row("Does it help?"))
    rates = Words(
        title="Success and claimed rate by month",
        says="Success rate: saves still true after the policy period, of all warnings of the target population that "
        "were not held out; a month's saves are known only when its period is over. Claimed rate: results reported as "
        "retained, of items worked.",
        unit="percentunit",
        width=HALF,
    )
    cities = Words(
        title="Months by city", says="The same with its counts, from the view monthly_by_city.", unit="short"
    )
    shares = (Column(name="success rate", unit="percentunit"), Column(name="claimed rate", unit="percentunit"))
    board = board.with_panel(by_month(rates, RowsOf(MONTHS)))
    return board.with_panel(figures(cities, shares, RowsOf(MONTHS_BY_CITY)))
