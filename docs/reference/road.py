"""Who says and who hears what: the topics that each process subscribes to, asked of the processes' own code."""

from collections.abc import Mapping

from services.archive.stream.keep import Archive
from services.dispatch.stream.hear import HEARD as DISPATCH
from services.intake.stream.billing_desk import HEARD as BILLING
from services.intake.stream.feeds import HEARD as FEEDS
from services.kpi.stream.hear import HEARD as KPI
from services.offers.stream.hear import HEARD as OFFERS
from services.points.stream.hear import HEARD as POINTS
from services.warning.stream.hear import heard_topics
from services.warning.stream.sieve import Sieve
from services.warning.stream.usage import HEARD as USAGE
from shared.topic import Event, Kind, Stage, Topic

SERVICES = ("intake", "warning", "dispatch", "offers", "points", "kpi", "archive")
OUTSIDE = "billing"
"""The operator's billing hears requests; in a simulation the simulator plays it."""
HEARS: Mapping[str, tuple[Topic[Event], ...]] = {
    "feeds": FEEDS,
    "sieve": Sieve.topics,
    "usage": USAGE,
    "warning": heard_topics(),
    "dispatch": DISPATCH,
    "offers": OFFERS,
    "points": POINTS,
    "kpi": KPI,
    "archive": Archive.topics,
    OUTSIDE: tuple(BILLING.values()),
}
"""By process, as deploy/roster.py names it."""

SENDERS = {
    "dispatch.contact_requested.v1": "warning",
    "sms.text_requested.v1": "dispatch",
    "billing.fulfilment_requested.v1": "offers",
    "billing.top_up_requested.v1": "points",
    "warning.reentry_found.v1": "usage",
}
"""Who says it, where the topic's owner does not tell: a request's receiver owns its topic."""


def hearers(topic: Topic[Event]) -> list[str]:
    """Return the processes that hear `topic`, in the order of the road."""
    return [process for process, heard in HEARS.items() if topic in heard]


def sayers(topic: Topic[Event]) -> list[str]:
    """Return the processes that publish `topic`; none: an upstream system does, to Kafka or through intake."""
    if topic.kind is Kind.RECORD:
        return [process for process in HEARS if process not in ("archive", OUTSIDE)]
    if topic.name in SENDERS:
        return [SENDERS[topic.name]]
    if topic.owner == "warning":
        return ["sieve" if topic.stage is Stage.SIGNAL else "warning"]
    return [topic.owner] if topic.owner in SERVICES else []
