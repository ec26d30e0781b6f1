"""One of our numbers dropped for a newer one: the newer number and a sign, close together, in either order."""

from itertools import permutations
from typing import Any

import pytest

from services.warning.domain.rule import Level
from services.warning.domain.rules.internal_switch import RULE
from services.warning.domain.siblings import SIBLINGS_MAX, SiblingActivated, siblings_told
from shared.events.suspension_changed import SuspensionChanged
from shared.topic import SubscriberEvent
from tests.support.builders import NUMBER, at, bill, fresh, subscription
from tests.unit.warning.holders import holder
from tests.unit.warning.rules.walking import findings, levels

pytestmark = pytest.mark.unit

ACT = Level.ACT


def sibling(day: str, sibling_id: str = "s2") -> SiblingActivated:
    """Return that the customer began another number on a day."""
    begun = at(f"{day} 09:00")
    told = {"sibling_id": sibling_id, "package": "tianyi_39", "activated_at": begun}
    return SiblingActivated(id=fresh("sibling"), occurred_at=begun, msisdn=NUMBER, **told)  # type: ignore[arg-type]


def suspended(day: str, action: Any = "suspended") -> SuspensionChanged:
    """Return that service stopped by the customer's wish, or came back."""
    when = at(f"{day} 12:00")
    return SuspensionChanged(id=fresh("stop"), occurred_at=when, msisdn=NUMBER, kind="voluntary", action=action)


ENDED = subscription(occurred_at=at("2026-03-20 10:00"), ended_at=at("2026-03-20 09:00"))


def test_a_second_number_beside_a_living_one_says_nothing() -> None:
    assert levels(RULE, [sibling("2026-03-01"), bill("2026-02", 100), bill("2026-03", 95)]) == [None, None, None]


@pytest.mark.parametrize("sign", [suspended("2026-03-20"), ENDED])
def test_number_and_sign_make_a_switch_whichever_came_first(sign: SubscriberEvent) -> None:
    level = Level.WATCH if sign is ENDED else ACT
    for facts in permutations([sibling("2026-03-01"), sign]):
        assert levels(RULE, facts) == [None, level]


def test_a_bill_that_falls_by_half_is_a_sign() -> None:
    fell = [bill("2026-02", 100), sibling("2026-03-05"), bill("2026-03", 50)]
    assert levels(RULE, fell) == [None, None, ACT]
    held = [bill("2026-02", 100), sibling("2026-03-05"), bill("2026-03", 50.01)]
    assert levels(RULE, held) == [None, None, None]


def test_ninety_days_are_close() -> None:
    assert levels(RULE, [sibling("2026-03-01"), suspended("2026-05-29")]) == [None, ACT]
    assert levels(RULE, [sibling("2026-03-01"), suspended("2026-05-31")]) == [None, None]


def test_a_sign_that_went_away_counts_no_more() -> None:
    facts = [suspended("2026-03-01"), suspended("2026-03-02", "resumed"), sibling("2026-03-03")]
    assert levels(RULE, facts) == [None, None, None]


def test_a_sibling_is_said_once() -> None:
    facts = [sibling("2026-03-01"), suspended("2026-03-10"), sibling("2026-03-01"), ENDED, sibling("2026-03-25", "s3")]
    assert levels(RULE, facts) == [None, ACT, None, None, Level.WATCH]


def test_evidence_names_what_was_compared() -> None:
    (finding,) = findings(RULE, [bill("2026-02", 100), sibling("2026-03-05"), bill("2026-03", 40)])
    assert finding.evidence == {
        "sibling_subscription_id": "s2",
        "sibling_package": "tianyi_39",
        "sibling_activated_at": "2026-03-05T09:00:00+08:00",
        "sign": "bill_fell",
        "sign_at": "2026-03-01T00:00:00+08:00",
        "fall_share": 0.6,
        "fall_share_min": 0.5,
        "window_days": 90,
    }
    assert RULE.explain(finding.evidence)[0] == "客户2026-03-05新开号码（tianyi_39），原号码话费下降，疑似内部转网"


def test_the_older_of_two_numbers_is_told_of_the_newer() -> None:
    older = holder(subscription_id="s1", activated_at=at("2024-01-01 00:00"))
    newer = holder(subscription_id="s2", activated_at=at("2026-01-01 00:00"), package="tianyi_39")
    for recorded in (older, newer):
        ((told, event),) = siblings_told(recorded, [older, newer])
        assert (told, event.sibling_id, event.package, event.occurred_at) == (
            older,
            "s2",
            "tianyi_39",
            newer.activated_at,
        )


def test_nothing_is_told_of_an_organisations_many_numbers() -> None:
    held = [holder(subscription_id=f"s{place}") for place in range(SIBLINGS_MAX + 1)]
    assert list(siblings_told(held[0], held)) == []
    assert len(list(siblings_told(held[0], held[:-1]))) == SIBLINGS_MAX - 1
