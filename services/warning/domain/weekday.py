"""On which day of the week a number's use is looked at: spread evenly, and the same in the database and in a replay.

The table's column is PostgreSQL's `hashtextextended(msisdn, 0)` modulo seven; here is the same arithmetic (lookup3).
"""

from collections.abc import Iterator

MASK = 0xFFFFFFFF
SEED = 0x9E3779B9 + 3_923_095
BLOCK = 12
Words = tuple[int, int, int]


def weekday_of(msisdn: str) -> int:
    """Return the number's weekday, Monday being 0."""
    return _hashed(msisdn.encode()) % 7


def _hashed(key: bytes) -> int:
    """Return the hash as the signed number of 64 bits that PostgreSQL has."""
    words = ((SEED + len(key)) & MASK,) * 3
    *whole, rest = _blocks(key)
    for block in whole:
        words = _mixed(_added(words, block))
    # The lowest byte of the last word is kept for the length.
    high, low, _ = _final(_added(words, rest[:8].ljust(8, b"\0") + b"\0" + rest[8:]))
    unsigned = high << 32 | low
    return unsigned - (1 << 64) if unsigned >> 63 else unsigned


def _blocks(key: bytes) -> Iterator[bytes]:
    yield from (key[at : at + BLOCK] for at in range(0, len(key) - len(key) % BLOCK + 1, BLOCK))


def _added(words: Words, block: bytes) -> Words:
    a, b, c = (int.from_bytes(block[at : at + 4], "little") for at in (0, 4, 8))
    return (words[0] + a) & MASK, (words[1] + b) & MASK, (words[2] + c) & MASK


def _rotated(word: int, by: int) -> int:
    return (word << by | word >> (32 - by)) & MASK


def _mixed(words: Words) -> Words:
    a, b, c = words
    for by in (4, 6, 8, 16, 19, 4):
        a = ((a - c) & MASK) ^ _rotated(c, by)
        c = (c + b) & MASK
        a, b, c = b, c, a
    return a, b, c


def _final(words: Words) -> Words:
    a, b, c = words
    for by in (14, 11, 25, 16, 4, 14, 24):
        c = ((c ^ b) - _rotated(b, by)) & MASK
        a, b, c = b, c, a
    return a, b, c
