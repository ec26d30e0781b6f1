"""The plain sieve that contenders are held against says what the columnar one says."""

import pytest

from bench.sieve import traffic
from bench.sieve.outputs import Outputs, differences
from bench.sieve.plain import PlainSieve
from bench.sieve.traffic import Plan
from services.warning.domain.operators import Network
from services.warning.domain.sieve import cdr
from services.warning.domain.sieve.lot import Lot
from services.warning.domain.sieve.networks import Lateness, Sieving
from shared import codec

pytestmark = pytest.mark.unit

PLAN = Plan(cdrs=4_000, subscribers=150, days=3, seed=8)
BATCH = 250
SIEVING = Sieving(Network(), {}, Lateness())


def test_the_plain_sieve_says_what_the_columnar_one_says() -> None:
    records = list(traffic.cdrs(PLAN))
    plain, columnar, sieve, lot = Outputs(), Outputs(), PlainSieve(), Lot(0, 1)
    for record in records:
        plain.hear(sieve.take(record))
    for start in range(0, len(records), BATCH):
        values = [codec.encode(record) for record in records[start : start + BATCH]]
        columnar.hear(lot.take(cdr.read(values, [None] * len(values)).cdrs, start + len(values), SIEVING))
        lot.close(SIEVING.lateness)
        while told := lot.tell(100, SIEVING):
            columnar.hear(told)
    assert plain.days
    assert plain.signals
    assert differences(plain, columnar) == []
    assert (lot.late, lot.corrected, lot.repeated) == ([], 0, 40)
