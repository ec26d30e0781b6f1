"""The likely reason (W18): a small scorer that anybody can follow, from observations to points to reasons."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct, field

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


POINTS: dict[str, dict[Reason, int]] = {
    "rule.rival_hotline": {"competitor_tariff": 3, "competitor_handset": 1},
    "rule.rival_forwarding": {"competitor_poaching": 3, "competitor_tariff": 1},
    "rule.porting": {"competitor_tariff": 2, "competitor_poaching": 2},
    "rule.steep_bill_drop": {"competitor_tariff": 2, "network_quality": 1},
    "rule.voluntary_suspension": {"service_dissatisfaction": 2, "work_environment": 2},
    "rule.arrears_suspension": {"competitor_tariff": 1, "arbitrary_sp_charges": 1},
    "bill.value_added_high": {"arbitrary_sp_charges": 4},
    "bill.over_package": {"competitor_tariff": 3},
    "bill.roaming_high": {"work_environment": 2},
}


class Weights(Struct, frozen=True, kw_only=True):
    """Points that an observation gives to reasons; overridden by policy `warning.reasons`."""

    points: dict[str, dict[Reason, Times]] = field(default_factory=lambda: POINTS)
    value_added_share_min: Share = 0.2
    over_package_share_min: Share = 0.5
    roaming_share_min: Share = 0.3


def likely_reasons(rule_id: str, profile: Profile, weights: Weights) -> tuple[LikelyReason, ...]:
    """Return the reasons that the observations speak for, most points first."""
    points: dict[Reason, int] = defaultdict(int)
    because: dict[Reason, list[str]] = defaultdict(list)
    for observation in _observations(rule_id, profile, weights):
        for reason, weight in weights.points.get(observation, {}).items():
            points[reason] += weight
            because[reason].append(observation)
    ranked = sorted(points, key=lambda reason: (-points[reason], reason))
    return tuple(LikelyReason(reason=r, weight=points[r], because=tuple(because[r])) for r in ranked)


def _observations(rule_id: str, profile: Profile, weights: Weights) -> Iterator[str]:
    yield f"rule.{rule_id}"
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
