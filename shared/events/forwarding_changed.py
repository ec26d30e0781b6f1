"""A number's call forwarding was set or removed (3GPP TS 32.298 SSActionRecord)."""

from typing import Literal

from shared.topic import Label, Stage, SubscriberEvent, Topic

ForwardingAction = Literal["registration", "erasure"]


class ForwardingChanged(SubscriberEvent, frozen=True, kw_only=True):
    """A supplementary service action on forwarding."""

    action: ForwardingAction
    service: Literal["unconditional", "busy", "no_reply", "not_reachable"] = "unconditional"
    forwarded_to: Label | None = None
    """E.164 with `+`; None on erasure."""


TOPIC = Topic(name="service.forwarding.v1", event=ForwardingChanged, stage=Stage.NETWORK, owner="network")
