"""From CDRs to columns: one number a CDR and field, ready to be summed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from services.warning.domain.sieve.cdr import Cdr
from services.warning.domain.sieve.names import Names
from services.warning.domain.sieve.networks import Sieving, numbers_of
from services.warning.domain.sieve.seen import Hashes, hashes
from services.warning.domain.sieve.tally import Numbers

DAY_S = 86_400
OFFSET_S = 8 * 3_600
"""Asia/Shanghai keeps one offset all year (since 1991), so that a local day is a whole division."""
IMEI_DIGITS = range(14, 17)
"""Without its check digit, with it, and with the version of its software instead."""


@dataclass(frozen=True, slots=True)
class Columns:
    """A batch of CDRs; each array is as long as the batch."""

    stamps: NDArray[np.float64]
    """Event times, in seconds from 1970."""
    days: NDArray[np.int64]
    """Local calendar days, counted from 1970-01-01."""
    numbers: Numbers
    counts: NDArray[np.int64]
    """Shape (CDRs, 8), columns as in `tally.COUNTS`."""
    bytes: NDArray[np.int64]
    handsets: NDArray[np.int64]
    """IMEIs as `_handset` writes them; 0: none was told."""
    ids: Hashes
    peers: Numbers
    """Of calls with somebody who can be in a circle; 0: with nobody, or no call."""
    seconds: NDArray[np.int64]
    cells: NDArray[np.int64]
    """Places in `cell_names`; -1: none was told."""
    cell_names: Names

    def __len__(self) -> int:
        """Return how many CDRs there are."""
        return len(self.numbers)

    def __getitem__(self, mask: NDArray[np.bool_]) -> "Columns":
        """Return some of the CDRs."""
        return Columns(
            self.stamps[mask],
            self.days[mask],
            self.numbers[mask],
            self.counts[mask],
            self.bytes[mask],
            self.handsets[mask],
            self.ids[mask],
            self.peers[mask],
            self.seconds[mask],
            self.cells[mask],
            self.cell_names,
        )


def columns(cdrs: Sequence[Cdr], sieving: Sieving) -> Columns:
    """Return the columns of at least one CDR."""
    stamps = _stamps([cdr.occurred_at for cdr in cdrs])
    voice = np.array([cdr.service == "voice" for cdr in cdrs])
    seconds = np.array([cdr.duration_s for cdr in cdrs], np.int64)
    peers = numbers_of([cdr.peer for cdr in cdrs])
    names = Names()
    return Columns(
        stamps=stamps,
        days=((stamps + OFFSET_S) // DAY_S).astype(np.int64),
        numbers=np.array(list(map(int, [cdr.msisdn for cdr in cdrs])), np.int64),
        counts=_counts(cdrs, voice, seconds, sieving.operators(peers) * voice),
        bytes=np.array([cdr.bytes for cdr in cdrs], np.int64),
        handsets=_handsets([cdr.imei for cdr in cdrs]),
        ids=hashes([cdr.id for cdr in cdrs]),
        peers=np.where(voice & ~np.isin(peers, sieving.hotline_numbers), peers, 0),
        seconds=seconds,
        cells=names.codes([cdr.cell for cdr in cdrs]),
        cell_names=names,
    )


def _stamps(moments: Sequence[datetime]) -> NDArray[np.float64]:
    """Return each time in seconds from 1970."""
    # Times of one and the same zone object are subtracted several times as fast, and those of a batch nearly always
    # have one, of a fixed offset. A whole second to begin with keeps sums exact: midnight must stay midnight.
    first = moments[0].replace(microsecond=0)
    since = [(moment - first).total_seconds() for moment in moments]
    return np.array(since) + first.timestamp()


def _counts(
    cdrs: Sequence[Cdr], voice: NDArray[np.bool_], seconds: NDArray[np.int64], operators: NDArray[np.int8]
) -> NDArray[np.int64]:
    """Return the counters; `operators` are 1 for a call within our network, above it for one with another's."""
    inward = np.array([cdr.direction == "in" for cdr in cdrs])
    outgoing, incoming = voice & ~inward, voice & inward
    counted = (
        outgoing,
        incoming,
        seconds * outgoing,
        seconds * incoming,
        np.array([cdr.service == "sms" for cdr in cdrs]),
        operators == 1,
        operators > 1,
        np.ones(len(cdrs), bool),
    )
    return np.column_stack(counted).astype(np.int64, copy=False)


def _handsets(imeis: Sequence[str | None]) -> NDArray[np.int64]:
    """Return each IMEI's digits behind a 1, which keeps the zeros it may begin with; 0 for what is none."""
    told = list(filter(None, imeis))
    digits = "".join(told)
    if digits.isascii() and digits.isdecimal() and {len(imei) for imei in told} <= set(IMEI_DIGITS):
        # All are good, as they are nearly always: one look at them together is all it takes.
        return np.array(list(map(int, [f"1{imei}" if imei else "0" for imei in imeis])), np.int64)
    return np.array([_handset(imei) for imei in imeis], np.int64)


def _handset(imei: str | None) -> int:
    known = imei and len(imei) in IMEI_DIGITS and imei.isdecimal() and imei.isascii()
    return int(f"1{imei}") if known else 0
