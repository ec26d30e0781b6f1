"""The columns equal the plain model, whatever the batches, their order, the resends and the crashes between them."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from services.warning.domain.operators import Network
from services.warning.domain.sieve import segments
from services.warning.domain.sieve.cdr import Cdr
from services.warning.domain.sieve.day import Day
from services.warning.domain.sieve.lot import Lot
from services.warning.domain.sieve.networks import Lateness, Sieving
from shared.events.usage_day import UsageDay
from tests.unit.warning.sieve.cdrs import CDRS, PEERS, TEN
from tests.unit.warning.sieve.model import Days, Model, latest

pytestmark = pytest.mark.unit

PORTED = {str(PEERS[1]): "china_telecom", str(PEERS[0]): "china_unicom", "+14155550100": "china_mobile"}
DISTINCT = st.lists(CDRS, max_size=25).map(
    lambda cdrs: [structs.replace(cdr, id=f"switch-{number}") for number, cdr in enumerate(cdrs)]
)
LUCK = st.randoms(use_true_random=False)
PATIENT = Lateness(correct_hours=96)
"""All CDRs of these tests correct their day, however late they are."""
STRICT = Lateness(correct_hours=12)
END = TEN + timedelta(days=30)
Batches = list[list[Cdr]]
Told = dict[str, UsageDay]


def resent(cdrs: Sequence[Cdr], luck: Random) -> Batches:
    """Return `cdrs` in any order, some of them again, cut into batches anywhere."""
    sent = [*cdrs, *(each for each in cdrs if luck.random() < 0.3)]
    luck.shuffle(sent)
    return cut(sent, luck)


def cut(cdrs: Sequence[Cdr], luck: Random) -> Batches:
    """Return `cdrs` in their order, cut into batches anywhere."""
    cuts = sorted(luck.randint(0, len(cdrs)) for _ in range(luck.randint(0, 6)))
    return [list(cdrs[start:end]) for start, end in zip([0, *cuts], [*cuts, len(cdrs)], strict=True)]


class Life:
    """A lot over crashes: what it said, what its checkpoints hold, what was kept aside."""

    def __init__(self, sieving: Sieving, luck: Random) -> None:
        self.lot = Lot(next_offset=0, epoch=1)
        self.signals: set[str] = set()
        self.usages: list[UsageDay] = []
        self.aside: set[tuple[str, date]] = set()
        self._sieving, self._luck = sieving, luck
        self._head: dict[str, Any] = {}
        self._segments: list[tuple[int, str, bytes]] = []
        self._untold: dict[int, bytes] = {}

    def take(self, batches: Batches) -> None:
        """Take batches, and tell now and then what there is to tell."""
        for batch in batches:
            offset = self.lot.next_offset + len(batch)
            self.signals |= {heard.id for heard in self.lot.take(batch, offset, self._sieving)}
            if self._luck.random() < 0.5:
                self.tell(self._luck.randint(1, 3), self._luck.random() < 0.5)

    def tell(self, count: int, mending: bool) -> bool:
        """Tell of some numbers, and return whether there were any."""
        self.lot.close(self._sieving.lateness)
        if mending:
            self.lot.mend()
        told = self.lot.tell(count, self._sieving)
        self.usages += told
        self.lot.forget(self._sieving.lateness)
        return bool(told)

    def save(self) -> None:
        """Write a checkpoint."""
        lot = self.lot
        self._head = {
            "next_offset": lot.next_offset,
            "closed_through": lot.closed_through,
            "forgotten_through": lot.forgotten_through,
            "watermark_s": lot.watermark_s,
        }
        lot.mend()
        self._segments = [each for each in self._segments if each[0] in lot.days]
        for number, day in lot.days.items():
            self._segments += [(number, *each) for each in segments.segments(day, day.take_new())]
        self._untold = {day: segments.packed_numbers(numbers) for day, numbers in lot.untold.items()}
        self.aside |= {(cdr.id, cdr.occurred_at.date()) for cdr in lot.late}
        lot.late = []

    def crash(self) -> None:
        """Begin again from the checkpoint."""
        self.lot = Lot(**({"next_offset": 0} | self._head), epoch=2)
        for number, kind, content in self._segments:
            segments.hold(self.lot.days.setdefault(number, Day()), kind, content)
        self.lot.untold = {day: segments.numbers_in(content) for day, content in self._untold.items()}

    def end(self) -> None:
        """Let time pass, and tell all that is left."""
        self.take([[Cdr(id="end", occurred_at=END, msisdn="+8618999999999", service="sms")]])
        while self.tell(2, True):
            pass
        self.save()


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
    life = Life(Sieving(Network(), ported, PATIENT), luck)
    life.take(resent(cdrs, luck))
    life.end()
    assert (latest(life.usages), life.signals) == modelled(cdrs, ported)


@settings(max_examples=40)
@given(DISTINCT, LUCK)
def test_crashes_and_other_batches_after_them_change_nothing(cdrs: list[Cdr], luck: Random) -> None:
    log = [each for batch in resent(cdrs, luck) for each in batch]
    life = Life(Sieving(Network(), {}, PATIENT), luck)
    _crashing(life, log, luck)
    assert (latest(life.usages), life.signals) == modelled(cdrs, {})


@settings(max_examples=60)
@given(DISTINCT, LUCK, LUCK)
def test_what_is_too_late_is_so_however_the_log_is_read(cdrs: list[Cdr], luck: Random, other: Random) -> None:
    """Kept aside or counted: a crash, other batches and another moment of telling decide neither."""
    log = [each for batch in resent(cdrs, luck) for each in batch]
    undisturbed, disturbed = (Life(Sieving(Network(), {}, STRICT), each) for each in (luck, other))
    undisturbed.take([[each] for each in log])
    undisturbed.end()
    _crashing(disturbed, log, other)
    assert latest(disturbed.usages) == latest(undisturbed.usages)
    assert (disturbed.signals, disturbed.aside) == (undisturbed.signals, undisturbed.aside)
    counted = sum(day["version"] for day in latest(undisturbed.usages).values())
    assert counted >= len(cdrs) - len(undisturbed.aside)


@settings(max_examples=40)
@given(DISTINCT, LUCK)
def test_versions_of_one_id_hold_the_same(cdrs: list[Cdr], luck: Random) -> None:
    """An inbox keeps the first of an id and absorbs the others: they must not differ."""
    log = [each for batch in resent(cdrs, luck) for each in batch]
    life = Life(Sieving(Network(), {}, PATIENT), luck)
    _crashing(life, log, luck)
    by_id: Told = {}
    for usage in life.usages:
        assert by_id.setdefault(usage.id, usage) == usage


def _crashing(life: Life, log: list[Cdr], luck: Random) -> None:
    """Read the log over several crashes, each of which throws away what came after a checkpoint."""
    for _ in range(4):
        begin = life.lot.next_offset
        life.take(cut(log[begin : luck.randint(begin, len(log))], luck))
        life.save()
        begin = life.lot.next_offset
        life.take(cut(log[begin : luck.randint(begin, len(log))], luck))
        life.crash()
    life.take(cut(log[life.lot.next_offset :], luck))
    life.end()


def test_the_model_counts_what_it_should() -> None:
    """The yardstick itself, held against a day by hand."""
    cdr = Cdr(
        id="a",
        occurred_at=TEN,
        msisdn="+8613300000001",
        service="voice",
        peer="10086",
        duration_s=9,
        cell="c",
        imei="1" * 15,
    )
    days, signals = modelled([cdr, cdr, structs.replace(cdr, id="b", direction="in", peer=PEERS[1], cell="b")], {})
    assert days == {
        (date(2026, 3, 5), "+8613300000001"): {
            "calls_out": 1,
            "calls_in": 1,
            "seconds_out": 9,
            "seconds_in": 9,
            "messages": 0,
            "own_net_calls": 0,
            "other_net_calls": 1,
            "version": 2,
            "bytes": 0,
            "own_net_peers": 0,
            "other_net_peers": 1,
            "circle": ((PEERS[1], 1, 9),),
            "cells": (("b", 1), ("c", 1)),
            "imei": "1" * 15,
        }
    }
    assert len(signals) == 1
