"""What each benchmark found, for people to read."""

from rich.table import Table

from bench.analyst.run import Report as AnalystReport
from bench.backtest.run import Report as BacktestReport
from bench.chaos.run import Report as ChaosReport
from bench.latency.run import Report as LatencyReport
from bench.recovery.run import Report as RecoveryReport
from bench.reentry.kept import Report as KeptReport
from bench.reentry.real import RealReport
from bench.reentry.scale import Report as ScaleReport
from bench.scaling.run import Report as ScalingReport
from bench.sieve.parts import Report as PartsReport
from bench.sieve.run import Report as SieveReport


def sizes(report: ScaleReport) -> Table:
    """Return two sizes of a search beside each other."""
    title = (
        f"twice the size takes {report.cpu_seconds_ratio} times the CPU, with {report.candidates_ratio} times the pairs"
    )
    table = Table("new", "old", "ties", "seconds", "CPU s", "peak MB", "candidates a new number", title=title)
    for each in (report.half, report.whole):
        sizes = (each.new, each.old, each.ties)
        figures = (*sizes, each.seconds, each.cpu_seconds, each.peak_memory_mb, each.candidates_per_new)
        table.add_row(*(f"{figure:,}" for figure in figures))
    return table


def cost(report: KeptReport) -> Table:
    """Return what keeping and searching cost."""
    table = Table("new", "old", "bytes a number", "gather s", "search s", "CPU s", "peak MB", "precision", "recall")
    figures = (report.bytes_a_number, report.gather_seconds, report.search_seconds, report.cpu_seconds)
    shares = (report.come_back.precision, report.come_back.recall)
    told = (report.new, report.old, *figures, report.peak_memory_mb)
    table.add_row(*(f"{figure:,}" for figure in told), *(f"{share:.2f}" for share in shares))
    return table


def found(report: RealReport) -> Table:
    """Return how many were found among real records."""
    title = f"{report.calls:,} calls of {report.numbers:,} numbers; {len(report.as_they_stand)} found as they stand"
    table = Table("relabelled", "dates", "movers", "told", "right", "precision", "recall", "of knowable", title=title)
    for dates, by_name in (("held out", report.held_out), ("tuned on", report.tuned_on)):
        for name, each in by_name.items():
            told = each.quality
            shares = (told.precision, told.recall, each.recall_of_knowable)
            counts = (each.movers, told.told, told.right)
            table.add_row(name, dates, *(f"{count:,}" for count in counts), *(f"{share:.2f}" for share in shares))
    return table


def microseconds(report: AnalystReport) -> Table:
    """Return what an evaluation costs."""
    table = Table("", "µs", title=f"{report.customers:,} customers, medians of {report.rounds} rounds")
    for name in (each for each in report.__struct_fields__ if each.endswith("_us")):
        table.add_row(name.removesuffix("_us").replace("_", " "), f"{getattr(report, name):,}")
    return table


def parts(report: PartsReport) -> Table:
    """Return each part's time."""
    table = Table("part", "µs a CDR", "µs a usage day", title=f"{report.sum_us_a_cdr} µs of CPU a CDR")
    for name, spent in report.us_a_cdr.items():
        table.add_row(name, str(spent), str(report.us_a_usage_day.get(name, "")))
    return table


def scaled(report: ScalingReport) -> Table:
    """Return one process beside two."""
    table = Table("processes", "CDRs a second", "cores: sieve", "broker", "database", title=f"{report.scaling} times")
    for each in report.runs:
        shares = (each.cores_sieve, each.cores_broker, each.cores_database)
        table.add_row(str(each.processes), f"{each.cdrs_per_s:,}", *map(str, shares))
    return table


def survived(report: ChaosReport) -> Table:
    """Return what the blows came to."""
    blows = ", ".join(f"{count} {kind}" for kind, count in report.blows.items())
    table = Table("CDRs", "blows", "restarts", "signals", "usage days", "differences", title="the sieve under blows")
    counts = (report.restarts, report.signals, report.usage_days)
    table.add_row(f"{report.cdrs:,}", blows, *(f"{count:,}" for count in counts), "; ".join(report.differences) or "0")
    return table


def costs(report: RecoveryReport) -> Table:
    """Return what a subscriber costs, and how long a recovery takes."""
    title = f"{report.subscribers:,} subscribers, {report.days} days, {report.cdrs_a_day} CDRs each a day"
    table = Table("", "", title=title)
    for name in ("bytes_beside", "bytes_tallies", "bytes_cells", "bytes_circle", "bytes_ids"):
        table.add_row(f"{name.removeprefix('bytes_')}, bytes a subscriber", f"{getattr(report, name):,}")
    table.add_row("checkpoint, MB", f"{report.checkpoint_mb:,}")
    table.add_row("written in, s", str(report.write_s))
    table.add_row("recovered in, s", str(report.recovery_s))
    return table


def tried(report: BacktestReport) -> Table:
    """Return how fast the past is read again."""
    title = f"{report.archived:,} archived events; the aim is {report.aim:,} a second on one core"
    table = Table("decided again", "events read", "CPU s", "events a second", "archived a second", title=title)
    for name, each in report.trials.items():
        figures = (each.events, each.cpu_seconds, each.events_per_s, each.archived_per_s)
        table.add_row(name, *(f"{figure:,}" for figure in figures))
    return table


def times(report: LatencyReport) -> Table:
    """Return how long a warning takes."""
    title = "from the publication of a forwarding event to the server-sent event at a rep"
    table = Table("", "p50 ms", "p99 ms", "max ms", "events", "held out", "CDRs a second", title=title)
    for name, told in (("idle", report.idle), ("loaded", report.loaded)):
        figures = (told.p50_ms, told.p99_ms, told.max_ms, told.n, told.held_out, told.cdrs_per_s)
        table.add_row(name, *(f"{figure:,}" for figure in figures))
    return table


def rates(report: SieveReport) -> Table:
    """Return every contender beside ours."""
    title = (
        f"{report.cdrs:,} CDRs of {report.subscribers:,} subscribers; client alone {report.client_ceiling:,} a second"
    )
    table = Table("contender", "CDRs a second", "rounds", "CDRs a round", "cores", "ours is", title=title)
    for name, rates in report.contenders.items():
        times = f"{report.ratios[name]} times" if name in report.ratios else f"{report.share_of_ceiling} of the client"
        each = " ".join(f"{rate:,}" for rate in rates.rounds)
        table.add_row(name, f"{rates.median:,}", each, f"{rates.cdrs:,}", str(rates.cores), times)
    return table
