"""The words of a condition, each with its place, so that a refusal can point at it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

Sort = Literal["double", "int", "string", "name", "sign", "end"]

WORD = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<double>(\d+\.\d+([eE][+-]?\d+)?|\d+[eE][+-]?\d+)(?![\w.]))"
    r"|(?P<int>\d+(?![\w.]))"
    r"|(?P<string>'([^'\\\n]|\\['\"\\n])*'|\"([^\"\\\n]|\\['\"\\n])*\")"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign>&&|\|\||<=|>=|==|!=|[<>!?:+\-*/%().,\[\]])"
)
HINTS = {"=": "to compare, write ==", "&": "to join, write &&", "|": "to join, write ||", "{": "there are no maps here"}
ESCAPED = re.compile(r"\\(.)")


class ConditionError(ValueError):
    """Why a condition cannot be, and where."""

    def __init__(self, why: str, place: int, text: str) -> None:
        line = text.count("\n", 0, place) + 1
        column = place - (text.rfind("\n", 0, place) + 1) + 1
        super().__init__(f"line {line}, column {column}: {why}" if "\n" in text else f"column {column}: {why}")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a condition."""

    sort: Sort
    text: str
    place: int
    """Characters before it."""


def tokens(text: str) -> Iterator[Token]:
    """Yield the words of `text`, and its end.

    Raises:
        ConditionError: a character begins no word.
    """
    place = 0
    while place < len(text):
        found = WORD.match(text, place)
        if found is None:
            raise ConditionError(_why(text[place]), place, text)
        sort = found.lastgroup or _sort(found)
        if sort != "space":
            yield Token(cast("Sort", sort), found.group(), place)
        place = found.end()
    yield Token("end", "", len(text))


def string_of(token: Token) -> str:
    """Return what a string's token says."""
    return ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], token.text[1:-1])


def _sort(found: re.Match[str]) -> str:
    return next(name for name in ("space", "double", "int", "string", "name", "sign") if found[name] is not None)


def _why(character: str) -> str:
    if character.isdigit():
        return "this is no number: write 12 or 1.5"
    if character in "'\"":
        return "this text has no end"
    return HINTS.get(character, f"{character!r} means nothing here")
