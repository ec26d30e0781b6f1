"""From CDRs to columns: one number a CDR and field, ready to be summed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from services.warning.domain.operators import mobile_prefixes
from services.warning.domain.sieve.cdr import Cdr
from services.warning.domain.sieve.seen import Hashes, hashes
from services.warning.domain.sieve.tally import Numbers

DAY_S = 86_400
OFFSET_S = 8 * 3_600
"""Asia/Shanghai keeps one offset all year (since 1991), so that a local day is a whole division."""

OPERATOR_CODES = ("china_telecom", "china_mobile", "china_unicom", "china_broadnet")
CHINA = 86 * 10**11
"""Mobile numbers in China are eleven digits behind 86."""


@dataclass(frozen=True, slots=True)
class Columns:
    """A batch of CDRs."""

    days: NDArray[np.int64]
    """Local calendar days, counted from 1970-01-01."""
    numbers: Numbers
    counters: NDArray[np.int64]
    ids: Hashes
    watermark_s: float
    """The latest event time, in seconds from 1970."""


def columns(cdrs: Sequence[Cdr], own_operator: str, ported: Mapping[int, int]) -> Columns:
    """Return the columns of at least one CDR; `ported` holds the operator codes of numbers that moved."""
    stamps = np.array([cdr.occurred_at.timestamp() for cdr in cdrs])
    return Columns(
        days=((stamps + OFFSET_S) // DAY_S).astype(np.int64),
        numbers=np.array([int(cdr.msisdn) for cdr in cdrs], np.int64),
        counters=_counters(cdrs, own_operator, ported),
        ids=hashes([cdr.id for cdr in cdrs]),
        watermark_s=float(stamps.max()),
    )


def _counters(cdrs: Sequence[Cdr], own_operator: str, ported: Mapping[int, int]) -> NDArray[np.int64]:
    voice = np.array([cdr.service == "voice" for cdr in cdrs])
    inward = np.array([cdr.direction == "in" for cdr in cdrs])
    seconds = np.array([cdr.duration_s for cdr in cdrs], np.int64)
    codes = operators([cdr.peer for cdr in cdrs], ported)
    own = codes == OPERATOR_CODES.index(own_operator) + 1
    counted = (
        voice & ~inward,
        voice & inward,
        seconds * (voice & ~inward),
        seconds * (voice & inward),
        np.array([cdr.service == "sms" for cdr in cdrs]),
        np.array([cdr.bytes for cdr in cdrs], np.int64),
        voice & own,
        voice & ~own & (codes != 0),
    )
    return np.column_stack(counted).astype(np.int64, copy=False)


def operators(peers: Sequence[str | None], ported: Mapping[int, int]) -> NDArray[np.int8]:
    """Return the operator's code of each peer, 1 and up as in OPERATOR_CODES; 0: nobody's that is known."""
    numbers = np.array([_number(peer) for peer in peers], np.int64)
    mobile = (numbers >= CHINA) & (numbers < CHINA + 10**11)
    codes = np.where(mobile, _prefix_table()[(numbers % 10**11) // 10**5], 0).astype(np.int8)
    if ported:
        known = np.fromiter(ported, np.int64, len(ported))
        for place in np.flatnonzero(np.isin(numbers, known)):
            codes[place] = ported[int(numbers[place])]
    return codes


def _number(peer: str | None) -> int:
    """Return the digits of a peer in E.164; 0 for a short code, a text or nobody."""
    return int(peer) if peer and peer[0] == "+" and peer[1:].isdecimal() and len(peer) < 18 else 0


@cache
def _prefix_table() -> NDArray[np.int8]:
    """Return the operator's code by the first six digits of a mobile number in China."""
    table = np.zeros(10**6, np.int8)
    for prefix, operator in sorted(mobile_prefixes().items(), key=lambda item: len(item[0])):
        digits = prefix[2:]
        width = 10 ** (6 - len(digits))
        table[int(digits) * width : (int(digits) + 1) * width] = OPERATOR_CODES.index(operator) + 1
    return table
