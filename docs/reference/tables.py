"""Markdown, as little of it as the pages need."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

MADE = "Made by `python -m docs.reference`; do not edit."


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table, and an empty one behind it; nothing where there are no rows."""
    listed = [*rows]
    if listed:
        yield from map(_row, (head, ["---"] * len(head), *listed))
        yield ""


def code(value: object) -> str:
    """Return a plain value as JSON in code type."""
    return f"`{msgspec.json.encode(value).decode()}`"


def page(lines: Iterable[str]) -> str:
    """Return the lines of a page as its text."""
    return "\n".join(lines).rstrip("\n") + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
