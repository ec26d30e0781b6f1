"""The columns equal the plain model, whatever the batches, their order, the resends and the crashes between them."""

from collections.abc import Sequence
from datetime import date
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from services.warning.domain.operators import Network
from services.warning.domain.sieve.cdr import Cdr
from services.warning.domain.sieve.lot import Day, Lateness, Lot, Sieving, usage_days
from services.warning.domain.sieve.seen import Hashes
from services.warning.domain.sieve.tally import COUNTERS, EMPTY, Tally
from tests.unit.warning.sieve.cdrs import CDRS, PEERS, TEN
from tests.unit.warning.sieve.model import Model

pytestmark = pytest.mark.unit

PORTED = {str(PEERS[1]): "china_telecom", str(PEERS[0]): "china_unicom", "+14155550100": "china_mobile"}
DISTINCT = st.lists(CDRS, max_size=25).map(
    lambda cdrs: [structs.replace(cdr, id=f"switch-{number}") for number, cdr in enumerate(cdrs)]
)
LUCK = st.randoms(use_true_random=False)
Batches = list[list[Cdr]]
Days = dict[tuple[date, str], tuple[int, ...]]


def resent(cdrs: Sequence[Cdr], luck: Random) -> Batches:
    """Return `cdrs` in any order, some of them again, cut into batches anywhere."""
    sent = [*cdrs, *(each for each in cdrs if luck.random() < 0.3)]
    luck.shuffle(sent)
    return cut(sent, luck)


def cut(cdrs: Sequence[Cdr], luck: Random) -> Batches:
    """Return `cdrs` in their order, cut into batches anywhere."""
    cuts = sorted(luck.randint(0, len(cdrs)) for _ in range(luck.randint(0, 6)))
    return [list(cdrs[start:end]) for start, end in zip([0, *cuts], [*cuts, len(cdrs)], strict=True)]


def sieved(lot: Lot, batches: Batches, ported: dict[str, str]) -> set[str]:
    """Have `lot` take the batches; return the ids of what it heard."""
    sieving = Sieving(Network(), ported, Lateness())
    return {heard.id for batch in batches for heard in lot.take(batch, lot.next_offset + len(batch), sieving)}


def told(lot: Lot) -> Days:
    """Close all days, and return each number's."""
    usages = [usage for day in sorted(lot.days) for usage in usage_days(day, lot.close(day))]
    return {(each.day, each.msisdn): tuple(getattr(each, name) for name in COUNTERS) for each in usages}


def modelled(cdrs: Sequence[Cdr], ported: dict[str, str]) -> tuple[Days, set[str]]:
    """Return what the plain model makes of `cdrs`."""
    model = Model(ported)
    model.take(cdrs)
    return model.told(), model.signals


@settings(max_examples=40)
@given(DISTINCT, LUCK, st.sampled_from([{}, PORTED]))
def test_the_columns_equal_the_model_in_any_order_and_with_resends(
    cdrs: list[Cdr], luck: Random, ported: dict[str, str]
) -> None:
    lot = Lot(next_offset=0, epoch=1)
    signals = sieved(lot, resent(cdrs, luck), ported)
    assert (told(lot), signals) == modelled(cdrs, ported)


class Checkpoint:
    """What a crash leaves: the offset, and the segments that each checkpoint added."""

    def __init__(self) -> None:
        self.offset = 0
        self._segments: list[tuple[int, bytes, Hashes]] = []

    def save(self, lot: Lot) -> None:
        """Add what is new."""
        self.offset = lot.next_offset
        for number, day in lot.days.items():
            tallies, ids = day.take_new()
            if len(tallies):
                self._segments.append((number, tallies.to_bytes(), ids))

    def restored(self) -> Lot:
        """Return the lot as the next owner takes it over."""
        lot = Lot(next_offset=self.offset, epoch=2)
        for number, tallies, ids in self._segments:
            day = lot.days.setdefault(number, Day())
            day.tallies.add(Tally.from_bytes(tallies))
            day.ids.add(ids)
        return lot


@settings(max_examples=40)
@given(DISTINCT, LUCK)
def test_crashes_and_other_batches_after_them_change_nothing(cdrs: list[Cdr], luck: Random) -> None:
    log = [each for batch in resent(cdrs, luck) for each in batch]
    lot, checkpoint, signals = Lot(next_offset=0, epoch=1), Checkpoint(), set[str]()
    for _ in range(4):
        signals |= sieved(lot, cut(log[lot.next_offset : luck.randint(lot.next_offset, len(log))], luck), {})
        checkpoint.save(lot)
        sieved(lot, cut(log[lot.next_offset : luck.randint(lot.next_offset, len(log))], luck), {})
        lot = checkpoint.restored()
    signals |= sieved(lot, cut(log[lot.next_offset :], luck), {})
    assert (told(lot), signals) == modelled(cdrs, {})


@settings(max_examples=40)
@given(DISTINCT, LUCK)
def test_what_is_new_since_a_checkpoint_is_neither_lost_nor_told_twice(cdrs: list[Cdr], luck: Random) -> None:
    lot, parts = Lot(next_offset=0, epoch=1), dict[int, list[Tally]]()
    for batch in resent(cdrs, luck):
        sieved(lot, [batch], {})
        for number, day in lot.days.items():
            parts.setdefault(number, []).append(day.take_new()[0])
    for number, day in lot.days.items():
        pieces, whole = parts[number], day.tallies.one(EMPTY)
        assert sum(piece.counters.sum() for piece in pieces) == whole.counters.sum()
        assert np.array_equal(np.unique(np.concatenate([piece.numbers for piece in pieces])), whole.numbers)


def test_the_model_counts_what_it_should() -> None:
    """The yardstick itself, held against a day by hand."""
    cdr = Cdr(id="a", occurred_at=TEN, msisdn="+8613300000001", service="voice", peer="10086", duration_s=9)
    days, signals = modelled([cdr, cdr, structs.replace(cdr, id="b", direction="in", peer=PEERS[1])], {})
    assert days == {(date(2026, 3, 5), "+8613300000001"): (1, 1, 9, 9, 0, 0, 0, 1)}
    assert len(signals) == 1
