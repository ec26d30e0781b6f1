"""Every metric of the platform, with its unit and what to do about it; docs/metrics.md is made from this file.

A metric that is not here does not exist: dashboards and alerts are tested against this list.
"""

from dataclasses import dataclass
from typing import Literal

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


@dataclass(frozen=True, slots=True)
class Definition:
    """One metric as people read about it."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    says: str
    act: str
    """What to do when it looks wrong."""


DEFINITIONS: list[Definition] = []


def _counter(name: str, labels: tuple[str, ...], says: str, act: str) -> Counter:
    DEFINITIONS.append(Definition(name, "counter", labels, says, act))
    return Counter(name, says, labels)


def _gauge(name: str, labels: tuple[str, ...], says: str, act: str) -> Gauge:
    DEFINITIONS.append(Definition(name, "gauge", labels, says, act))
    return Gauge(name, says, labels)


def _histogram(name: str, labels: tuple[str, ...], says: str, act: str) -> Histogram:
    DEFINITIONS.append(Definition(name, "histogram", labels, says, act))
    return Histogram(name, says, labels, buckets=SECONDS)


EVENTS = _counter(
    "keepline_events_total",
    ("consumer", "topic", "outcome"),
    "Records taken from a topic, by outcome: decided, repeated (already in the inbox), refused.",
    "A rising share of refused: `./keepline dead-letters list` says why.",
)
SUPPRESSED = _counter(
    "keepline_suppressed_records_total",
    ("consumer",),
    "Records that the offset guard skipped because they had been committed before.",
    "Rises after each crash or rebalance; steadily rising means a consumer group that never settles.",
)
GAPS = _counter(
    "keepline_offset_gaps_total",
    ("consumer", "kind"),
    "Jumps in a partition's offsets: control_record, or retention_loss.",
    "retention_loss: events are gone for good; lengthen the topic's retention, replay from the source.",
)
DEAD_LETTERS = _counter(
    "keepline_dead_letters_total",
    ("consumer", "topic", "reason"),
    "Records that no service could use.",
    "`./keepline dead-letters show ID`; mend the sender, then `./keepline dead-letters replay ID`.",
)
RETRIES = _counter(
    "keepline_retries_total",
    ("consumer",),
    "Batches tried again because the database or the broker was away.",
    "Rising with `keepline_lag_records`: look at PostgreSQL and Kafka first.",
)
BATCH_SECONDS = _histogram(
    "keepline_batch_seconds",
    ("consumer",),
    "Time of one batch from decoding to commit, in seconds.",
    "p99 above 1 s: look at PostgreSQL's locks and disk.",
)
EVENT_AGE_SECONDS = _histogram(
    "keepline_event_age_seconds",
    ("consumer",),
    "Age of an event when it was decided: system time less the record's time in Kafka, in seconds.",
    "Growing with lag: the service is too slow for its topics; add processes up to the number of partitions.",
)
LAG = _gauge(
    "keepline_lag_records",
    ("consumer", "topic"),
    "Records between the stage's position and the end of its topics.",
    "Growing: see `keepline_batch_seconds`; standing still above 0: the watchdog restarts the process.",
)
OLDEST_SECONDS = _gauge(
    "keepline_oldest_unprocessed_seconds",
    ("consumer",),
    "Age of the oldest record that still waits, in seconds; 0 when none does.",
    "Above 60: somebody is not being called in time.",
)
OUTBOX = _gauge(
    "keepline_outbox_rows",
    ("service",),
    "Events committed and not yet published.",
    "Growing: the broker is away, or the relay's lock is held by a process that hangs.",
)
READY = _gauge(
    "keepline_ready",
    ("service",),
    "1 when the service has its database and its partitions.",
    "0 for more than a minute: read the service's log from its last ERROR.",
)
POLICY_VERSION = _gauge(
    "keepline_policy_version",
    ("service",),
    "The newest version of policy that the process knows, in force or not yet.",
    "Processes of one service differ for more than 5 s: the one behind cannot reach PostgreSQL, or hangs.",
)
HALTED = _gauge(
    "keepline_halted",
    ("service",),
    "1 when the service stopped deciding because a person must mend something first.",
    "`/progress` and the last ERROR in its log say why; mend that, then start the process again.",
)
WARNINGS = _counter(
    "keepline_warnings_total",
    ("rule", "population"),
    "Warnings raised, by rule; population `none` was noted only.",
    "A sudden fall to 0: is the rule's feed alive? A sudden rise: look at the policy's last change.",
)
FEED_SILENT_SECONDS = _gauge(
    "keepline_feed_silent_seconds",
    ("topic",),
    "Since when an upstream feed has been silent that should have spoken, by its own past; 0: all is well.",
    "Above 0: ask whoever owns the topic (docs/topics.md) whether their system and its way to Kafka are up.",
)
FEED_COMPLETENESS = _gauge(
    "keepline_feed_completeness",
    ("topic",),
    "Share of today's records of a feed that came, by their numbers or by the feed's own past; at most 1.",
    "Below 0.9: `./keepline feeds` says what is missing; have the owner send it again, repeats do no harm.",
)
FEED_DELAY_SECONDS = _gauge(
    "keepline_feed_delay_seconds",
    ("topic",),
    "What 95 in 100 of today's records did not exceed from the event to its arrival in Kafka, in seconds.",
    "Hours where minutes were usual: warnings come too late to call; the owner's export or line is behind.",
)
FEED_REPEATED = _gauge(
    "keepline_feed_repeated_share",
    ("topic",),
    "Share of today's records whose id had come before in the last 14 days.",
    "They change nothing here. Rising steadily: the sender does not hear that its records arrived.",
)
FEED_REFUSED = _gauge(
    "keepline_feed_refused_share",
    ("topic",),
    "Share of today's records that could not be read.",
    "`./keepline dead-letters list` says why; mend the sender, then replay them.",
)
QUEUE_DEPTH = _gauge(
    "keepline_queue_items",
    ("tier",),
    "Work items that wait for somebody.",
    "Growing through the day: too few people for the county, or a rule too eager.",
)
QUEUE_OLDEST_SECONDS = _gauge(
    "keepline_queue_oldest_seconds",
    ("tier",),
    "Age of the oldest work item that waits, in seconds of business time.",
    "Above a day: the supervisor should reassign.",
)
CONTACTS = _counter(
    "keepline_contacts_total",
    ("outcome",),
    "Contacts reported, by outcome.",
    "Many not_reached: look at the hours of calling.",
)
OFFERS = _counter(
    "keepline_offers_total",
    ("state",),
    "Offers that came into a state.",
    "accepted growing without fulfilled: billing does not answer.",
)
RULE_FAILURES = _counter(
    "keepline_rule_failures_total",
    ("rule",),
    "Facts that a warning rule failed on; they are kept for it.",
    "`./keepline rules list` shows the error; after three the rule is in quarantine.",
)
RULE_QUARANTINED = _gauge(
    "keepline_rule_quarantined",
    ("rule",),
    "Whether a warning rule is in quarantine: it is asked nothing, and what it misses is kept.",
    "Mend the rule and give it a higher version, or mend the policy and `./keepline rules release RULE`.",
)
FACTS_MISSED = _gauge(
    "keepline_rule_missed_facts",
    ("rule",),
    "Facts that wait until a warning rule is mended.",
    "Falls to zero after the rule's release; if not, it failed again.",
)
POINTS = _counter(
    "keepline_points_total",
    ("kind",),
    "Points moved by the ledger, by kind of posting.",
    "reserved growing without redeemed or released: billing does not answer top-ups.",
)
SIEVE_RECORDS = _counter(
    "keepline_sieve_records_total",
    (),
    "CDRs read by the sieve.",
    "Falling to 0 at daytime: the switch's feed is dead.",
)
SIEVE_SIGNALS = _counter(
    "keepline_sieve_signals_total",
    ("kind",),
    "Facts that the sieve found among the CDRs.",
    "None for an hour at daytime: check the policy's hotlines and prefixes.",
)
SIEVE_MISPLACED = _counter(
    "keepline_sieve_misplaced_total",
    (),
    "CDRs found in another partition than murmur2 of their key says (one record a batch is looked at).",
    "Any: an upstream producer uses another partitioner, and a number's tallies are torn apart. Mend the producer.",
)
SIEVE_REPEATED = _counter(
    "keepline_sieve_repeated_records_total",
    (),
    "CDRs that had been tallied already; they count once.",
    "Many without a crash of ours: a switch sends its files twice.",
)
SIEVE_CORRECTED = _counter(
    "keepline_sieve_corrected_records_total",
    (),
    "CDRs that came after their day was told and corrected it: a usage day of a higher version was told.",
    "Many every day: a switch delivers later than `grace_hours` of policy `warning.lateness`.",
)
SIEVE_LATE = _counter(
    "keepline_sieve_late_records_total",
    (),
    "CDRs beyond `correct_hours`: their signals were heard, they lie in warning.late_cdr, their day stays as told.",
    "Any: a switch delivers later than policy `warning.lateness` allows for, or its clock is wrong.",
)
SIEVE_CHECKPOINT_SECONDS = _histogram(
    "keepline_sieve_checkpoint_seconds",
    (),
    "Time to write one checkpoint, in seconds.",
    "Near the checkpoint interval: more partitions and processes, or a faster disk.",
)
REQUESTS_SECONDS = _histogram(
    "keepline_http_request_seconds",
    ("service", "route", "status"),
    "Time of an HTTP request, in seconds.",
    "p99 above 0.5 s: see the database; many 5xx: read the log.",
)
STREAMS = _gauge(
    "keepline_event_streams",
    ("service",),
    "Open server-sent event streams.",
    "At the bound: more processes, or clients that never close.",
)


def exposition() -> bytes:
    """Return all metrics in Prometheus' text format."""
    return generate_latest(REGISTRY)
