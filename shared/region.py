"""Province, city and county as one path of adcodes, which is also an ltree: `150000.150100.150102`.

GB/T 2260 codes carry their parents in their first digits, so the path needs no lookup.
"""

PROVINCE, CITY, COUNTY = 1, 2, 3
"""Depth of a path at each level."""


def path_of(adcode: str) -> str:
    """Return the path from the province down to `adcode`."""
    province, city = adcode[:2] + "0000", adcode[:4] + "00"
    return ".".join(dict.fromkeys((province, city, adcode)))


def widened(path: str, depth: int) -> str:
    """Return the first `depth` levels of `path`: its city at 2, its province at 1."""
    return ".".join(path.split(".")[:depth])


def within(path: str, scope: str) -> bool:
    """Tell whether `path` is `scope` or lies below it."""
    return path == scope or path.startswith(scope + ".")


def adcode_of(path: str) -> str:
    """Return the narrowest adcode of `path`."""
    return path.rpartition(".")[2]
