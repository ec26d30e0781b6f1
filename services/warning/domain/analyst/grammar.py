"""Reads a condition and holds it against the features: what CEL would trip over some day is found now, with its place.

The part of CEL that is taken has no loops, no maps and no calls of unknown cost: a condition's time is bounded by its
length. Nothing is evaluated here; that is CEL's business.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from services.warning.domain.analyst.features import Feature, Kind
from services.warning.domain.analyst.tokens import ConditionError, Token, string_of, tokens

DEPTH_MAX = 16
"""Brackets and choices within each other."""
INT_MAX = 2**63 - 1
NUMBERS = ("int", "double")
ORDERED = ("<", "<=", ">", ">=")
COMPARED = (*ORDERED, "==", "!=", "in")
TESTS = ("startsWith", "endsWith", "contains")
NEAREST = 3


@dataclass(frozen=True, slots=True)
class Value:
    """What is known of a part of a condition before it is evaluated."""

    kind: Kind
    place: int
    choices: tuple[str, ...] = ()
    """The values that it may have; empty: any."""
    literal: str | None = None
    """A string as written; None: it is none, or must be computed."""
    items: "tuple[Value, ...] | None" = None
    """Of a list; None: it is none."""


@dataclass
class Reader:
    """Reads one condition from its first word to its last."""

    text: str
    features: Mapping[str, Feature]
    words: list[Token] = field(init=False)
    reads: dict[str, None] = field(default_factory=dict)
    """The features that were read, in their order."""
    _depth: int = 0

    def __post_init__(self) -> None:
        self.words = list(tokens(self.text))[::-1]

    def whole(self) -> None:
        """Read all of the condition.

        Raises:
            ConditionError: what is wrong, and where.
        """
        value = self._expression()
        if self._next.sort != "end":
            raise self._wrong(f"{self._next.text} cannot stand here", self._next.place)
        self._must_be(value, "bool", "a condition is true or false")
        if not self.reads:
            raise self._wrong("it asks nothing of the customer: it is always true, or never", 0)

    @property
    def _next(self) -> Token:
        return self.words[-1]

    def _take(self) -> Token:
        return self.words.pop() if self._next.sort != "end" else self._next

    def _taken(self, *signs: str) -> Token | None:
        """Take the next word if it is one of `signs`."""
        return self._take() if self._next.sort in ("sign", "name") and self._next.text in signs else None

    def _must_take(self, sign: str) -> None:
        if not self._taken(sign):
            found = self._next.text or "the end"
            raise self._wrong(f"{sign} is missing before {found}", self._next.place)

    def _wrong(self, why: str, place: int) -> ConditionError:
        return ConditionError(why, place, self.text)

    def _must_be(self, value: Value, kind: Kind, why: str) -> None:
        if value.kind != kind or value.items is not None:
            raise self._wrong(f"{why}; this is {_said(value)}", value.place)

    def _expression(self) -> Value:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise self._wrong(f"more than {DEPTH_MAX} brackets within each other", self._next.place)
        value = self._any()
        if self._taken("?"):
            value = self._choice(value)
        self._depth -= 1
        return value

    def _choice(self, test: Value) -> Value:
        self._must_be(test, "bool", "what stands before ? is true or false")
        yes = self._expression()
        self._must_take(":")
        no = self._expression()
        if (yes.kind, yes.items) != (no.kind, no.items):
            raise self._wrong(f"both sides of : must be of one type; {_said(yes)} and {_said(no)} are not", no.place)
        return Value(yes.kind, yes.place)

    def _any(self) -> Value:
        return self._joined("||", self._all)

    def _all(self) -> Value:
        return self._joined("&&", self._comparison)

    def _joined(self, sign: str, part: Callable[[], Value]) -> Value:
        value = part()
        while self._taken(sign):
            for side in (value, part()):
                self._must_be(side, "bool", f"what {sign} joins is true or false")
            value = Value("bool", value.place)
        return value

    def _comparison(self) -> Value:
        left = self._sum()
        while sign := self._taken(*COMPARED):
            right = self._sum()
            if sign.text == "in":
                self._check_in(left, right)
            else:
                self._check_pair(sign, left, right)
            left = Value("bool", left.place)
        return left

    def _check_in(self, left: Value, right: Value) -> None:
        if right.items is None:
            raise self._wrong("what follows in is a list: ['a', 'b']", right.place)
        for item in right.items:
            self._check_same(left, item)

    def _check_pair(self, sign: Token, left: Value, right: Value) -> None:
        self._check_same(left, right)
        if sign.text in ORDERED and left.kind not in NUMBERS:
            raise self._wrong(f"{sign.text} compares numbers; this is {_said(left)}", left.place)

    def _check_same(self, left: Value, right: Value) -> None:
        """Hold what is compared against each other; whole numbers and others compare by what they are worth."""
        numbers = left.kind in NUMBERS and right.kind in NUMBERS
        if left.items is not None or right.items is not None or not (numbers or left.kind == right.kind):
            raise self._wrong(f"{_said(left)} cannot be compared with {_said(right)}", right.place)
        for known, said in ((left, right), (right, left)):
            if known.choices and said.literal is not None and said.literal not in known.choices:
                raise self._wrong(f"it is never {said.literal!r}{nearest(said.literal, known.choices)}", said.place)

    def _sum(self) -> Value:
        return self._computed(("+", "-"), self._product)

    def _product(self) -> Value:
        return self._computed(("*", "/", "%"), self._signed)

    def _computed(self, signs: tuple[str, ...], part: Callable[[], Value]) -> Value:
        value = part()
        while sign := self._taken(*signs):
            right = part()
            self._check_numbers(sign, value, right)
            value = Value(value.kind, value.place)
        return value

    def _check_numbers(self, sign: Token, left: Value, right: Value) -> None:
        for side in (left, right):
            if side.kind not in NUMBERS or side.items is not None:
                raise self._wrong(f"{sign.text} takes numbers; this is {_said(side)}", side.place)
        if left.kind != right.kind:
            hint = "write 2.0 instead of 2, or put double(...) around the int"
            raise self._wrong(f"{sign.text} does not mix int and double: {hint}", sign.place)
        if sign.text == "%" and left.kind != "int":
            raise self._wrong("% takes whole numbers", sign.place)

    def _signed(self) -> Value:
        signs = []
        while sign := self._taken("!", "-"):
            signs.append(sign)
        value = self._tested()
        for sign in signs:
            if sign.text == "!":
                self._must_be(value, "bool", "! turns true into false")
            elif value.kind not in NUMBERS:
                raise self._wrong(f"- takes a number; this is {_said(value)}", value.place)
            value = Value(value.kind, value.place)
        return value

    def _tested(self) -> Value:
        value = self._single()
        while self._taken("."):
            name = self._take()
            if name.text not in TESTS:
                raise self._wrong(f"{name.text} is no test of a text; there are {', '.join(TESTS)}", name.place)
            self._must_be(value, "string", f"{name.text} tests a text")
            self._must_be(self._bracketed(), "string", f"{name.text} takes a text")
            value = Value("bool", value.place)
        return value

    def _bracketed(self) -> Value:
        self._must_take("(")
        value = self._expression()
        self._must_take(")")
        return value

    def _single(self) -> Value:
        word = self._next
        if word.text == "(":
            return self._bracketed()
        self._take()
        match word.sort:
            case "int" if int(word.text) > INT_MAX:
                raise self._wrong("this number is too large", word.place)
            case "int" | "double":
                return Value(word.sort, word.place)
            case "string":
                return Value("string", word.place, literal=string_of(word))
            case "name":
                return self._named(word)
        if word.text == "[":
            return self._list(word)
        raise self._wrong(f"{word.text or 'the end'} cannot stand here: something is missing", word.place)

    def _list(self, begin: Token) -> Value:
        items = [self._expression()]
        while self._taken(","):
            items.append(self._expression())
        self._must_take("]")
        if len({(item.kind, item.items is None) for item in items}) > 1:
            raise self._wrong("what stands in a list must be of one type", begin.place)
        return Value(items[0].kind, begin.place, items=tuple(items))

    def _named(self, word: Token) -> Value:
        match word.text:
            case "true" | "false":
                return Value("bool", word.place)
            case "has":
                self._must_take("(")
                self._feature(self._take())
                self._must_take(")")
                return Value("bool", word.place)
            case "double" | "int":
                return self._converted(word)
            case "null":
                raise self._wrong("to ask whether a feature is known, write has(...)", word.place)
        return self._feature(word)

    def _converted(self, word: Token) -> Value:
        value = self._bracketed()
        if value.kind not in NUMBERS or value.items is not None:
            raise self._wrong(f"{word.text} takes a number; this is {_said(value)}", value.place)
        return Value("int" if word.text == "int" else "double", word.place)

    def _feature(self, group: Token) -> Value:
        name = group.text
        if self._taken("."):
            name += f".{self._take().text}"
        known = self.features.get(name)
        if known is None:
            raise self._wrong(f"there is no feature {name!r}{nearest(name, self.features)}", group.place)
        self.reads[name] = None
        return Value(known.kind, group.place, choices=known.choices)


def nearest(name: str, known: Collection[str]) -> str:
    """Return the names that look like `name` as the end of a sentence; empty where none does."""
    close = get_close_matches(name, known, NEAREST, 0.5) or ([*known] if len(known) <= NEAREST else [])
    return f"; do you mean {' or '.join(close)}?" if close else ""


def _said(value: Value) -> str:
    return f"a list of {value.kind}" if value.items is not None else value.kind
