"""The likely reason (W18): a small scorer that anybody can follow, from observations to points to reasons."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec import Struct, field

from services.warning.domain.campaigns import Campaign
from services.warning.domain.factors import Factor
from services.warning.domain.subscriber import Profile, latest_lines
from shared.events.warning_raised import LikelyReason
from shared.policy import Share, Times

Reason = Literal[
    "competitor_tariff",
    "competitor_handset",
    "arbitrary_sp_charges",
    "competitor_poaching",
    "work_environment",
    "network_quality",
    "service_dissatisfaction",
]

Observation = tuple[str, Mapping[Reason, int]]
"""What was observed, and the points that it gives where policy says nothing else."""

POINTS: dict[str, dict[Reason, int]] = {
    "campaign.tariff": {"competitor_tariff": 3},
    "campaign.handset": {"competitor_handset": 4},
    "campaign.poaching": {"competitor_poaching": 3},
    "bill.value_added_high": {"arbitrary_sp_charges": 4},
    "bill.over_package": {"competitor_tariff": 3},
    "bill.roaming_high": {"work_environment": 2},
    "failures.competitor_tariff": {"competitor_tariff": 1},
    "failures.competitor_handset": {"competitor_handset": 1},
    "failures.arbitrary_sp_charges": {"arbitrary_sp_charges": 1},
    "failures.competitor_poaching": {"competitor_poaching": 1},
    "failures.work_environment": {"work_environment": 1},
    "failures.network_quality": {"network_quality": 1},
    "failures.service_dissatisfaction": {"service_dissatisfaction": 1},
}


class Weights(Struct, frozen=True, kw_only=True):
    """Points that an observation gives to reasons; overridden by policy `warning.reasons`.

    What a rule speaks for stands beside it; `rule.<id>` here overrides that.
    """

    points: dict[str, dict[Reason, Times]] = field(default_factory=lambda: POINTS)
    value_added_share_min: Share = 0.2
    over_package_share_min: Share = 0.5
    roaming_share_min: Share = 0.3
    failure_share_min: Share = 0.3
    """A reason of at least this share of last month's failed contacts is more likely, where something else speaks for
    it: what others left for is no evidence of its own."""
    failures_min: Times = 10
    """Fewer failed contacts in a region teach nothing: then the region around it is asked."""
    campaign_raises_level: bool = True
    """A warning is one level more urgent while a rival's campaign runs that speaks for its likeliest reason."""


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of the customer's region beside the customer."""

    campaigns: Sequence[Campaign] = ()
    """Those that run there."""
    factors: Sequence[Factor] = ()
    """What last month's failed contacts were put down to."""


NOTHING_AROUND = Around()


def likely_reasons(
    spoken: Observation, profile: Profile, weights: Weights, around: Around = NOTHING_AROUND
) -> tuple[LikelyReason, ...]:
    """Return the reasons that what was observed speaks for, most points first; `spoken` is the rule's own word."""
    points: dict[Reason, int] = defaultdict(int)
    because: dict[Reason, list[str]] = defaultdict(list)
    observed, speaks_for = spoken
    known = {observed: speaks_for} | weights.points
    evident = (observed, *_of_rivals(around.campaigns), *_of_bills(profile, weights))
    for observation in (*evident, *_of_failures(around.factors, weights)):
        for reason, weight in known.get(observation, {}).items():
            if observation in evident or reason in points:
                points[reason] += weight
                because[reason].append(observation)
    ranked = sorted(points, key=lambda reason: (-points[reason], reason))
    return tuple(LikelyReason(reason=r, weight=points[r], because=tuple(because[r])) for r in ranked)


def lured(reasons: Sequence[LikelyReason]) -> bool:
    """Tell whether a rival's campaign speaks for the likeliest reason."""
    return bool(reasons) and any(each.startswith("campaign.") for each in reasons[0].because)


def _of_rivals(campaigns: Sequence[Campaign]) -> list[str]:
    return sorted({f"campaign.{each.kind}" for each in campaigns})


def _of_failures(factors: Sequence[Factor], weights: Weights) -> list[str]:
    return [f"failures.{each.reason}" for each in factors if each.share >= weights.failure_share_min]


def _of_bills(profile: Profile, weights: Weights) -> Iterator[str]:
    lines = latest_lines(profile)
    if lines is None:
        return
    charged = lines.package_fee_fen + lines.voice_fee_fen + lines.sms_fee_fen + lines.data_fee_fen
    total = charged + lines.value_added_fee_fen
    minutes = lines.local_minutes + lines.long_distance_minutes + lines.roaming_minutes
    if total and lines.value_added_fee_fen / total >= weights.value_added_share_min:
        yield "bill.value_added_high"
    if charged and (charged - lines.package_fee_fen) / charged >= weights.over_package_share_min:
        yield "bill.over_package"
    if minutes and lines.roaming_minutes / minutes >= weights.roaming_share_min:
        yield "bill.roaming_high"
