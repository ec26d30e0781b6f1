"""A term that a number is bound for: package, handset or deposit agreement (names after TMF651 Agreement)."""

from datetime import date
from typing import Literal

from shared.topic import Label, Stage, SubscriberEvent, Topic

AgreementKind = Literal["package", "handset", "deposit", "prepaid_year"]


class AgreementRecorded(SubscriberEvent, frozen=True, kw_only=True):
    """The agreement as of `occurred_at`; the latest record of an `agreement_id` counts."""

    agreement_id: Label
    kind: AgreementKind
    name: Label
    """What it is called on the bill."""
    begins_on: date
    ends_on: date
    """Its last day."""
    broken: bool = False
    """Ended before its term, by either side."""


TOPIC = Topic(name="crm.agreement.v1", event=AgreementRecorded, stage=Stage.NETWORK, owner="crm")
