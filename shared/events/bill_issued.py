"""A month's bill for one number, with the usage behind it (names after TMF678 CustomerBill)."""

from msgspec import Struct

from shared.topic import Count, Fen, Label, Month, Stage, SubscriberEvent, Topic


class BillLines(Struct, frozen=True, kw_only=True):
    """What the amount is made of: usage in minutes, messages and megabytes, charges in fen."""

    local_minutes: Count = 0
    long_distance_minutes: Count = 0
    roaming_minutes: Count = 0
    messages: Count = 0
    data_mb: Count = 0
    package_fee_fen: Fen = 0
    voice_fee_fen: Fen = 0
    sms_fee_fen: Fen = 0
    data_fee_fen: Fen = 0
    value_added_fee_fen: Fen = 0

    @property
    def total_fen(self) -> int:
        """Return what the charges add up to."""
        charges = (self.package_fee_fen, self.voice_fee_fen, self.sms_fee_fen, self.data_fee_fen)
        return sum(charges) + self.value_added_fee_fen


class BillIssued(SubscriberEvent, frozen=True, kw_only=True):
    """The bill as issued; a corrected one has a higher `version` and an id of its own."""

    bill_no: Label
    month: Month
    """The billing period, not the month of issue."""
    amount_due_fen: Fen
    remaining_fen: Fen = 0
    """All that the number owes after this bill, earlier arrears included."""
    part_month: bool = False
    """The number was not in service for the whole month; such a bill is no baseline and no drop."""
    version: Count = 1
    lines: BillLines = BillLines()


TOPIC = Topic(name="billing.bill_issued.v1", event=BillIssued, stage=Stage.NETWORK, owner="billing")
