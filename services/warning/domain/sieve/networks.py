"""What the sieve may use beside the CDRs: whose network a number is on, which codes are hotlines, how late is late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from services.warning.domain.operators import Network, mobile_prefixes
from shared.policy import Hours, Seconds

OPERATORS = ("china_telecom", "china_mobile", "china_unicom", "china_broadnet")
CHINA = 86 * 10**11
"""Mobile numbers in China are eleven digits behind 86."""
DIGITS_MAX = 15
"""Of a number in E.164."""
NOBODY = "+0"
"""No number begins like this."""


class Lateness(Struct, frozen=True, kw_only=True):
    """How long a day waits for late CDRs, and how long it is mended; policy `warning.lateness`."""

    grace_hours: Hours = 6
    """A day is told so long after its midnight, by event time."""
    correct_hours: Hours = 48
    """So long after its midnight late CDRs still correct a day that was told; later ones are kept aside."""
    idle_s: Seconds = 300
    """A partition at its end that heard nothing for so long, by system time, closes its days by the others' time."""


@dataclass(frozen=True)
class Sieving:
    """What the sieve may use beside the CDRs, made ready for whole columns once it is learned."""

    network: Network
    ported: Mapping[str, str]
    """Operators of the numbers that moved."""
    lateness: Lateness

    @cached_property
    def hotline_numbers(self) -> NDArray[np.int64]:
        """Return those hotlines that are whole numbers: like the short ones, they belong to nobody's circle."""
        return np.array([number for number in map(number_of, self.network.hotlines) if number], np.int64)

    def operators(self, numbers: NDArray[np.int64]) -> NDArray[np.int8]:
        """Return whose network each number is on; 1: ours, above: another's, 0: nobody's that is known."""
        mobile = (numbers >= CHINA) & (numbers < CHINA + 10**11)
        codes = np.where(mobile, self._by_prefix[(numbers % 10**11) // 10**5], 0).astype(np.int8)
        moved, to = self._moved
        if len(moved):
            places = np.minimum(np.searchsorted(moved, numbers), len(moved) - 1)
            found = moved[places] == numbers
            codes[found] = to[places[found]]
        return codes

    @cached_property
    def _by_prefix(self) -> NDArray[np.int8]:
        return np.array([0, *map(self._code, OPERATORS)], np.int8)[_prefix_table()]

    @cached_property
    def _moved(self) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
        """Return the porting table, numbers rising."""
        numbers = np.fromiter(map(int, self.ported), np.int64, len(self.ported))
        codes = np.fromiter(map(self._code, self.ported.values()), np.int8, len(self.ported))
        order = np.argsort(numbers)
        return numbers[order], codes[order]

    def _code(self, operator: str) -> int:
        """Return 1 for us and more for others; 0 for an operator that nobody knows."""
        if operator == self.network.own_operator:
            return 1
        return OPERATORS.index(operator) + 2 if operator in OPERATORS else 0


def number_of(peer: str | None) -> int:
    """Return the digits of a peer in E.164; 0 for a short code, a text or nobody."""
    if not peer or peer[0] != "+":
        return 0
    digits = peer[1:]
    known = digits.isdecimal() and digits.isascii() and len(digits) <= DIGITS_MAX and digits[0] != "0"
    return int(digits) if known else 0


def numbers_of(peers: Sequence[str | None]) -> NDArray[np.int64]:
    """Return the digits of each peer, as `number_of` does."""
    texts = [peer if peer and peer[0] == "+" else NOBODY for peer in peers]
    joined, nobodies = "".join(texts), texts.count(NOBODY)
    digits = joined.replace("+", "")
    alike = joined.count("+") == len(texts) and joined.count(NOBODY) == nobodies and "+" not in texts
    if alike and digits.isascii() and digits.isdecimal() and max(map(len, texts)) <= DIGITS_MAX + 1:
        # All are good, as they are nearly always: one look at them together is all it takes.
        return np.array(list(map(int, texts)), np.int64)
    return np.array([number_of(peer) for peer in peers], np.int64)


@cache
def _prefix_table() -> NDArray[np.int8]:
    """Return the operator's place in OPERATORS, from 1 on, by the first six digits of a mobile number in China."""
    table = np.zeros(10**6, np.int8)
    for prefix, operator in sorted(mobile_prefixes().items(), key=lambda item: len(item[0])):
        digits = prefix[2:]
        width = 10 ** (6 - len(digits))
        table[int(digits) * width : (int(digits) + 1) * width] = OPERATORS.index(operator) + 1
    return table
