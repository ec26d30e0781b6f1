"""What dispatch remembers of one customer when it decides: the open item, the warnings, the last contact, porting."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from shared.events.warning_settled import WarningState
from shared.events.work_item_offered import Tier

ItemState = Literal["open", "worked", "gated", "cleared", "capacity"]


class KnownWarning(Struct, frozen=True, kw_only=True):
    """A warning and what became of it."""

    warning_id: str
    rule_id: str
    level: int
    subscription_id: str
    msisdn: str
    region: str
    raised_at: datetime
    state: WarningState
    work_item_id: str | None
    staff_id: str | None
    """Who answers for it; None: the queue."""


class Item(Struct, frozen=True, kw_only=True):
    """A work item."""

    work_item_id: str
    subscription_id: str
    msisdn: str
    state: ItemState
    tier: Tier
    priority: int
    home_region: str
    offered_region: str
    assigned_to: str | None
    opened_at: datetime
    revision: int = 1
    """Grows whenever who may claim it changes."""
    due_at: datetime
    """Business time after which calling is no use any more."""
    attempts: int = 0
    not_before: datetime | None = None
    """Business time before which it is not offered again; None: at once."""


class Clearing(Struct, frozen=True):
    """When a rule's reason was gone for a subscription. It may be told before the warning that it clears."""

    rule_id: str
    subscription_id: str
    at: datetime


class Application(Struct, frozen=True):
    """An application to port one of the customer's numbers."""

    applied_at: datetime
    released_at: datetime | None
    """When it lapsed, or the number left; None: it is in force."""


class Case(Struct, frozen=True, kw_only=True):
    """One customer."""

    customer_id: str
    drawn: bool = False
    """Whether the customer's arm was drawn: it was, as soon as one warning came."""
    held_out: bool = False
    item: Item | None = None
    """The last item; None: there was none, or it closed before this transaction."""
    warnings: tuple[KnownWarning, ...] = ()
    """Those that are open, or came within the time that repeats are counted."""
    clearings: tuple[Clearing, ...] = ()
    """The latest of each rule and subscription."""
    last_contact_at: datetime | None = None
    applications: tuple[Application, ...] = ()

    @property
    def open_item(self) -> Item | None:
        """Return the item that waits for somebody."""
        return self.item if self.item and self.item.state == "open" else None

    @property
    def open_warnings(self) -> tuple[KnownWarning, ...]:
        """Return the warnings behind it."""
        return tuple(warning for warning in self.warnings if warning.state == "open")
