"""Numbers as people may see them who need not know them."""

import re

NUMBER = re.compile(r"(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}")


def masked(text: str) -> str:
    """Return `text` with the middle of each mobile number hidden: `138****5678`."""
    return NUMBER.sub(_mask, text)


def _mask(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found.group())[-11:]
    return f"{digits[:3]}****{digits[-4:]}"
