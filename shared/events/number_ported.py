"""A number's present network, where it is another than its prefix says: the porting table, row by row."""

from shared.topic import Label, Stage, SubscriberEvent, Topic


class NumberPorted(SubscriberEvent, frozen=True, kw_only=True):
    """From `occurred_at` on, the number is served by `operator`."""

    operator: Label
    """`china_telecom`, `china_mobile`, `china_unicom`, `china_broadnet`."""


TOPIC = Topic(name="reference.number_ported.v1", event=NumberPorted, stage=Stage.REFERENCE, owner="bss")
