"""What a mechanism is: from a customer to the packages that it allows them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from msgspec import Struct

from shared.events.bill_issued import BillLines

Strategy = Literal["tariff", "promotion", "service", "new_business"]
L = TypeVar("L", bound=Struct)


class Month(Struct, frozen=True, kw_only=True):
    """A billed month: what it came to, and the usage behind it."""

    month: str
    amount_fen: int
    lines: BillLines


class Customer(Struct, frozen=True, kw_only=True):
    """What is known of the customer whom a package is for."""

    customer_id: str
    subscription_id: str
    msisdn: str
    region: str
    package: str
    reasons: tuple[str, ...]
    """Likely reasons, most likely first."""
    arpu_fen: int | None
    important: str | None
    stars: int
    months: tuple[Month, ...]
    """The latest billed months, newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """Something that may be offered."""

    package_id: str
    """`<mechanism>:<variant>`; the same for the same terms."""
    mechanism: str
    strategy: Strategy
    name_zh: str
    name_en: str
    terms: Mapping[str, Any]
    """What the customer gets and gives, amounts in fen."""
    worth_fen: int
    """What it is worth to the customer in a month; packages of one strategy are ordered by it."""
    why_zh: str
    why_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanism(Generic[L]):
    """A way of keeping a customer."""

    id: str
    requirement: str
    strategy: Strategy
    limits: L
    """Defaults; policy `offers.<id>` overrides fields."""
    propose: Callable[[Customer, L], tuple[Package, ...]]


def yuan(fen: int) -> str:
    """Return an amount as people read it."""
    return f"{fen / 100:.2f}"
