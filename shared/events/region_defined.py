"""A province, city or county of the operator's tree."""

from shared.topic import Adcode, Event, Label, RegionPath, Stage, Topic


class RegionDefined(Event, frozen=True, kw_only=True):
    """A division by its adcode; its path names its parents."""

    adcode: Adcode
    path: RegionPath
    name_zh: Label
    name_en: Label


TOPIC = Topic(
    name="reference.region.v1",
    event=RegionDefined,
    stage=Stage.REFERENCE,
    owner="crm",
    key="adcode",
    partitions=1,
)
