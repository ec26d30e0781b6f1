"""From rounds and moments to figures."""

import pytest

from bench.latency.figures import latency, percentile_ms
from bench.sieve.contenders.job import Result
from bench.sieve.figures import rates, ratios

pytestmark = pytest.mark.unit


def rounds(*seconds: float) -> list[Result]:
    """Return rounds of 1,000 records."""
    return [Result(records=1_000, seconds=each, cpu_seconds=each / 2) for each in seconds]


def test_the_median_round_counts_and_all_are_told() -> None:
    told = rates("ours", rounds(1.0, 4.0, 2.0))
    assert (told.median, told.rounds, told.cdrs, told.cores) == (500, (1_000, 250, 500), 1_000, 0.5)


def test_a_contender_without_a_round_that_counts_has_no_rate() -> None:
    with pytest.raises(RuntimeError, match="faust"):
        rates("faust", [])


def test_ratios_say_how_many_times_a_peers_rate_ours_is() -> None:
    by_name = {name: rates(name, rounds(seconds)) for name, seconds in (("ours", 1.0), ("faust", 25.0), ("quix", 4.0))}
    assert ratios(by_name) == {"faust": 25.0, "quix": 4.0}


def test_peers_that_took_no_part_have_no_ratio() -> None:
    by_name = {name: rates(name, rounds(1.0)) for name in ("ours", "kafka_streams_eos")}
    assert ratios(by_name) == {"kafka_streams_eos": 1.0}


def test_a_percentile_is_a_time_that_was_measured_and_that_the_share_did_not_exceed() -> None:
    took = [each / 1_000 for each in range(200, 0, -1)]
    assert (percentile_ms(took, 0.5), percentile_ms(took, 0.99), percentile_ms(took, 1.0)) == (100.0, 198.0, 200.0)
    assert percentile_ms([0.007], 0.99) == 7.0


def test_latencies_are_told_with_how_many_were_measured() -> None:
    told = latency([0.1, 0.3], held_out=1, cdrs_per_s=9_990, sieve_behind=12)
    assert (told.p50_ms, told.p99_ms, told.max_ms, told.n, told.held_out) == (100.0, 300.0, 300.0, 2, 1)
