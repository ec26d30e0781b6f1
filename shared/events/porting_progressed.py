"""A step of a number's way to another operator (携号转网), heard from the SMS gateway or the BSS."""

from typing import Literal

from shared.topic import Label, Stage, SubscriberEvent, Topic

PortingStep = Literal["enquiry", "application", "code_issued", "ported_out", "lapsed"]


class PortingProgressed(SubscriberEvent, frozen=True, kw_only=True):
    """CXXZ is an `enquiry`, SQXZ an `application`; the authorisation code lives 60 minutes.

    Names and identity numbers from the message body never come here.
    """

    step: PortingStep
    to_operator: Label | None = None


TOPIC = Topic(name="service.porting.v1", event=PortingProgressed, stage=Stage.NETWORK, owner="bss")
