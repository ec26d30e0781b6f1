"""Kafka Streams is told of the same network and bounds, so that its outputs can be compared with ours."""

import re

import msgspec
import pytest
from typer.testing import CliRunner

from bench.__main__ import app
from bench.peers import streams
from bench.peers.streams import Input, StreamsJob
from bench.sieve import plain
from bench.sieve.figures import PEERS
from bench.sieve.peers import MODULES
from services.warning.domain.operators import HOTLINES, Network, mobile_prefixes
from services.warning.domain.sieve.usage import CELLS_MAX, CIRCLE_MAX

pytestmark = pytest.mark.unit

SOURCE = streams.SOURCE.read_text(encoding="utf-8")


def constant(name: str) -> int:
    """Return what the Java program calls `name`."""
    found = re.search(rf"\b{name} = ([0-9_ *]+)[,;]", SOURCE)
    assert found
    factors = [int(factor) for factor in found.group(1).replace("_", "").split("*")]
    return factors[0] * (factors[1] if len(factors) > 1 else 1)


def test_its_bounds_are_ours() -> None:
    assert (constant("CIRCLE_MAX"), constant("CELLS_MAX")) == (CIRCLE_MAX, CELLS_MAX)
    assert constant("GRACE_S") == plain.GRACE.total_seconds()


def test_its_counters_are_ours_in_their_order() -> None:
    found = re.search(r"COUNTERS = \{([^}]*)\}", SOURCE)
    assert found
    assert tuple(re.findall(r'"(\w+)"', found.group(1))) == plain.COUNTERS


def test_it_is_told_the_whole_network() -> None:
    job = StreamsJob(
        topic="cdrs",
        records=3,
        signals="signals",
        days="days",
        group="group",
        kafka="kafka:9092",
        home="/home",
        result="/result",
        guarantee="at_least_once",
        commit_ms=5_000,
        warm=(Input(topic="cdrs", records=1, signals="s", days="d", group="warm"),),
    )
    told = msgspec.json.decode(msgspec.json.encode(job))
    assert (told["own_operator"], told["hotlines"]) == (Network().own_operator, HOTLINES)
    assert told["prefixes"] == mobile_prefixes()
    assert [warm["group"] for warm in told["warm"]] == ["warm"]


def test_every_peer_has_a_program() -> None:
    assert set(PEERS) == (set(MODULES) - {"client"}) | set(streams.GUARANTEES)


def test_a_peer_that_nobody_knows_is_refused_before_anything_starts() -> None:
    result = CliRunner().invoke(app, ["sieve", "--peers", "quix,storm"])
    assert result.exit_code == 2
    assert "kafka_streams_eos" in result.output
