"""The sieve's parts: all of the work is done, and all of it is counted."""

import pytest

from bench.sieve import parts
from bench.sieve.expected import Expected
from bench.sieve.traffic import Plan, cdrs

pytestmark = pytest.mark.unit
PLAN = Plan(cdrs=6_000, subscribers=300, days=2, seed=5)


async def test_every_day_that_closes_is_told_and_every_part_has_its_time() -> None:
    expected = Expected()
    list(expected.following(cdrs(PLAN)))
    report = await parts.run(PLAN)
    assert report.usage_days == len(expected.outputs.days) > 0
    assert min(report.us_a_cdr.values()) > 0
    assert sum(report.us_a_cdr.values()) == pytest.approx(report.sum_us_a_cdr, abs=0.05)
