"""Whose network a number is on: by its prefix, unless the porting table says otherwise; and whose hotline a code is."""

from collections.abc import Mapping
from functools import cache

from msgspec import Struct, field
from phonenumbers.carrierdata import CARRIER_DATA

CHINA = "86"
OPERATORS = {
    "China Telecom": "china_telecom",
    "China Mobile": "china_mobile",
    "China Unicom": "china_unicom",
    "China Broadnet": "china_broadnet",
}
PREFIX_DIGITS_MAX = 8
HOTLINES = {
    "10086": "china_mobile",
    "10085": "china_mobile",
    "10010": "china_unicom",
    "10016": "china_unicom",
    "10099": "china_broadnet",
}


class Network(Struct, frozen=True, kw_only=True):
    """Who we are, and whom to call a rival; overridden by policy `warning.network`."""

    own_operator: str = "china_telecom"
    hotlines: dict[str, str] = field(default_factory=lambda: HOTLINES)
    """Rivals' short codes, as dialled."""


def operator_of(number: str, ported: Mapping[str, str]) -> str | None:
    """Return the operator that serves `number` (E.164 with `+`); None: nobody knows.

    `ported` holds the numbers whose operator is another than their prefix's.
    """
    return ported.get(number) or _by_prefix(number)


def _by_prefix(number: str) -> str | None:
    prefixes = mobile_prefixes()
    digits = number.removeprefix("+")
    candidates = (digits[:length] for length in range(PREFIX_DIGITS_MAX, len(CHINA), -1))
    return next((prefixes[candidate] for candidate in candidates if candidate in prefixes), None)


@cache
def mobile_prefixes() -> dict[str, str]:
    """Return the operator of each mobile prefix in China, country code included, as `phonenumbers` knows them."""
    return {
        prefix: OPERATORS[names["en"]]
        for prefix, names in CARRIER_DATA.items()
        if prefix.startswith(CHINA) and names.get("en") in OPERATORS
    }
