"""A newly activated number looks like the one that this fact is about, come back: found by circles, once a day."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared.topic import Count, Label, Msisdn, Stage, SubscriberEvent, Topic

ReentryKind = Literal["churn_hidden_as_growth", "second_number"]
Relation = Literal["silent", "suspended", "falling", "alive"]
Part = Annotated[float, Meta(ge=-1, le=1)]
Nats = Annotated[float, Meta(ge=0, le=1_000_000)]


class SharedPeer(Struct, frozen=True, kw_only=True):
    """Somebody whom both numbers call."""

    peer: Label
    """Masked."""
    calls_new: Count
    calls_old: Count
    holders: Count
    """How many numbers call them."""


class Likeness(Struct, frozen=True, kw_only=True):
    """Every term of the score, and what each was held against."""

    score: Part
    score_min: Part
    peers_shared_min: Count
    standing: Part
    """The score less what a living old number demands beyond."""
    standing_of_second: Part
    """That of the next best old number; 0: none was near."""
    margin_min: Part
    circle_cosine: Part
    same_handset: bool
    same_identity: bool
    cells_cosine: Part
    strength_nats: Nats
    """What all that is shared says."""
    chance_nats: Nats
    """What chance would find among so many rivals."""
    strength_min_nats: Nats
    rivals: Count
    new_began: date
    old_relation: Relation
    old_last_active: date
    old_active_days_before: Count
    old_active_days_after: Count
    days_after: Count
    silent_days: Count
    peers_new: Count
    peers_old: Count
    peers_shared: Count
    peers_shared_that_count: Count
    holders_max: Count
    peers: tuple[SharedPeer, ...]
    """The rarest that count, ten at most."""


class ReentryFound(SubscriberEvent, frozen=True, kw_only=True):
    """`msisdn` is the old number. It says what was found, not what to think of it; each pair is told once a kind."""

    kind: ReentryKind
    """Whether the old number fell silent, was suspended or nearly so, or both are in use."""
    new_msisdn: Msisdn
    began_on: date
    """The day on which the new number began."""
    evidence: Likeness


TOPIC = Topic(name="warning.reentry_found.v1", event=ReentryFound, stage=Stage.SIGNAL, owner="warning")
