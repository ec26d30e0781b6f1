"""From a fact to warnings: population, reason, evidence and policy as they were at the time, under a derived id."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from services.warning.domain.catalogue import all_rules, heard_kinds
from services.warning.domain.decide import Knowledge, Memory, decide
from services.warning.domain.subscriber import Profile
from shared import codec
from shared.catalogue import topic_of
from shared.decision import Decision
from shared.events.porting_progressed import PortingProgressed
from shared.events.warning_cleared import WarningCleared
from shared.events.warning_noted import WarningNoted
from shared.events.warning_raised import LikelyReason, WarningFacts, WarningRaised
from shared.ids import derived_id
from shared.policy import EVERYWHERE, PolicyBook, PolicyVersion
from shared.topic import Event, SubscriberEvent, of_kind
from tests.support.builders import NUMBER, REGION, RIVAL_NUMBER, at, bill, forwarding
from tests.unit.strategies import events
from tests.unit.warning.holders import HOLDER, holder, profile

pytestmark = pytest.mark.unit

TEN = at("2026-03-05 10:00")
FORWARDED = forwarding(TEN)
WORTHY = Memory(HOLDER, profile(100, 100, 100), {})


def knowledge(*versions: PolicyVersion, ported: dict[str, str] | None = None) -> Knowledge:
    """Return what decisions may use: every rule, these versions of policies, this porting table."""
    return Knowledge(all_rules(), PolicyBook(versions), ported or {})


def version(number: int, name: str, **fields: object) -> PolicyVersion:
    """Return a version that is in force since the year began."""
    since = at("2026-01-01 00:00")
    return PolicyVersion(name=name, version=number, scope=EVERYWHERE, effective_from=since, fields=fields)


def decided(
    *facts: SubscriberEvent, memory: Memory = WORTHY, using: Knowledge | None = None
) -> tuple[Memory, list[Event]]:
    """Decide facts one after the other; return the memory, and all that was said."""
    said: list[Event] = []
    for fact in facts:
        decision: Decision[Memory] = decide(using or knowledge(), memory, fact)
        memory = decision.memory
        said.extend(decision.events)
    return memory, said


def test_a_warning_says_all_that_was_known() -> None:
    assert decided(FORWARDED)[1] == [
        WarningRaised(
            id=derived_id("warning", "rival_forwarding", "s1", FORWARDED.id),
            occurred_at=TEN,
            msisdn=NUMBER,
            rule_id="rival_forwarding",
            level=3,
            evidence={"way": "set_up", "operator": "china_mobile", "service": "unconditional", "legs": 0},
            explanation_zh="设置了呼转到其他运营商（china_mobile）",
            explanation_en="Set up call forwarding to a number of china_mobile",
            reasons=(
                LikelyReason(reason="competitor_poaching", weight=3, because=("rule.rival_forwarding",)),
                LikelyReason(reason="competitor_tariff", weight=1, because=("rule.rival_forwarding",)),
            ),
            cause_id=FORWARDED.id,
            rule_version=1,
            policy_version=0,
            actionable_until=TEN + timedelta(hours=72),
            subscription_id="s1",
            customer_id="c1",
            region=REGION,
            brand="tianyi",
            package="tianyi_129",
            activated_at=at("2024-06-01 00:00"),
            arpu_fen=10_000,
            months_known=3,
            stars=0,
            important=None,
            population="potential",
        )
    ]


def test_outside_the_target_population_the_same_facts_are_noted_only() -> None:
    (noted,) = decided(FORWARDED, memory=Memory(HOLDER, profile(10), {}))[1]
    (raised,) = decided(FORWARDED)[1]
    assert isinstance(noted, WarningNoted)
    assert isinstance(raised, WarningRaised)
    told = structs.asdict(raised) | {"arpu_fen": 1_000, "months_known": 1}
    del told["population"]
    assert structs.asdict(noted) == told


def test_an_unknown_arpu_is_told_and_not_guessed() -> None:
    (raised,) = decided(FORWARDED, memory=Memory(holder(important="press"), Profile(), {}))[1]
    assert isinstance(raised, WarningRaised)
    assert (raised.arpu_fen, raised.months_known, raised.population) == (None, 0, "important")


def test_a_clearing_says_whose_and_why() -> None:
    _, said = decided(FORWARDED, forwarding(TEN + timedelta(days=1), to=None))
    erased = forwarding(TEN + timedelta(days=1), to=None)
    assert said[1:] == [
        WarningCleared(
            id=derived_id("cleared", "rival_forwarding", "s1", erased.id),
            occurred_at=TEN + timedelta(days=1),
            msisdn=NUMBER,
            rule_id="rival_forwarding",
            subscription_id="s1",
            customer_id="c1",
            cause_id=erased.id,
            why="forwarding to a rival removed",
        )
    ]


def test_a_bill_counts_towards_the_population_from_its_own_decision_on() -> None:
    """The bill that falls is itself of a month before the fact."""
    fell = bill("2026-02", 70, occurred_at=at("2026-03-02 03:00"))
    memory, said = decided(bill("2025-12", 110), bill("2026-01", 120), fell, memory=Memory(HOLDER, Profile(), {}))
    assert list(memory.profile.bills) == ["2025-12", "2026-01", "2026-02"]
    assert [(type(each), each.arpu_fen) for each in of_kind(WarningFacts, said)] == [(WarningRaised, 10_000)]


def test_a_rule_that_does_not_hear_the_fact_remembers_nothing_of_it() -> None:
    memory, _ = decided(FORWARDED)
    assert set(memory.rules) == {"rival_forwarding"}
    assert memory.profile is WORTHY.profile


def test_deciding_changes_nothing_that_was_remembered() -> None:
    before = Memory(HOLDER, profile(100), {})
    decided(FORWARDED, bill("2026-02", 1), memory=before)
    assert before == Memory(HOLDER, profile(100), {})


class TestWhoseNumberItIs:
    """A forwarding is a warning where it leads to a rival."""

    @pytest.mark.parametrize(
        ("to", "ported", "warned"),
        [
            (RIVAL_NUMBER, {}, 1),
            (NUMBER, {}, 0),
            ("+14155550100", {}, 0),
            (RIVAL_NUMBER, {RIVAL_NUMBER: "china_telecom"}, 0),
            (NUMBER, {NUMBER: "china_unicom"}, 1),
        ],
    )
    def test_is_told_by_prefix_and_porting_table(self, to: str, ported: dict[str, str], warned: int) -> None:
        assert len(decided(forwarding(TEN, to=to), using=knowledge(ported=ported))[1]) == warned

    def test_depends_on_who_we_are(self) -> None:
        ours = knowledge(version(1, "warning.network", own_operator="china_mobile"))
        assert decided(FORWARDED, using=ours)[1] == []
        assert len(decided(forwarding(TEN, to=NUMBER), using=ours)[1]) == 1


class TestPolicy:
    """The version in force at the fact's time and place decides, and is stamped on the warning."""

    def test_of_the_rule_sets_its_limits(self) -> None:
        (raised,) = decided(FORWARDED, using=knowledge(version(4, "warning.rival_forwarding", actionable_hours=1)))[1]
        assert isinstance(raised, WarningRaised)
        assert (raised.policy_version, raised.actionable_until) == (4, TEN + timedelta(hours=1))

    def test_of_the_population_and_of_the_reasons_count_too(self) -> None:
        using = knowledge(
            version(2, "warning.population", arpu_min_fen=10_001),
            version(3, "warning.reasons", points={"rule.rival_forwarding": {"network_quality": 1}}),
        )
        (noted,) = decided(FORWARDED, using=using)[1]
        assert isinstance(noted, WarningNoted)
        assert (noted.policy_version, [each.reason for each in noted.reasons]) == (3, ["network_quality"])

    def test_of_tomorrow_does_not_count_today(self) -> None:
        tomorrow = structs.replace(
            version(4, "warning.rival_forwarding", actionable_hours=1), effective_from=TEN + timedelta(seconds=1)
        )
        assert decided(FORWARDED, using=knowledge(tomorrow)) == decided(FORWARDED)

    def test_of_another_region_does_not_count_here(self) -> None:
        elsewhere = structs.replace(version(4, "warning.rival_forwarding", actionable_hours=1), scope="110000")
        assert decided(FORWARDED, using=knowledge(elsewhere)) == decided(FORWARDED)

    def test_is_no_part_of_the_id(self) -> None:
        using = knowledge(version(4, "warning.rival_forwarding", actionable_hours=1))
        assert [each.id for each in decided(FORWARDED, using=using)[1]] == [each.id for each in decided(FORWARDED)[1]]


def test_the_same_occasion_is_the_same_warning_and_another_is_another() -> None:
    same = {each.id for _ in range(2) for each in decided(FORWARDED)[1]}
    other = {each.id for each in decided(forwarding(TEN + timedelta(seconds=1)))[1]}
    elsewhere = {each.id for each in decided(FORWARDED, memory=Memory(holder(subscription_id="s2"), Profile(), {}))[1]}
    assert len(same) == len(other) == len(elsewhere) == len(same | other | elsewhere) / 3 == 1


def test_a_corrected_bill_is_the_same_occasion() -> None:
    first = decided(bill("2026-01", 100), bill("2026-02", 50))[1]
    second = decided(bill("2026-01", 100), bill("2026-02", 100), bill("2026-02", 50, version=2))[1]
    assert [each.id for each in first] == [each.id for each in second]


FACTS = st.lists(
    st.one_of(*(events(kind) for kind in heard_kinds())).map(lambda event: structs.replace(event, msisdn=NUMBER)),
    min_size=1,
    max_size=8,
)


@given(FACTS)
def test_whatever_is_heard_what_is_said_can_be_read(facts: list[SubscriberEvent]) -> None:
    """Downstream must never refuse what we say because of what upstream said."""
    for said in decided(*facts)[1]:
        topic = topic_of(type(said))
        assert codec.decode(topic, codec.encode(said)) == said


@given(FACTS)
def test_ids_of_what_is_said_are_never_used_twice(facts: list[SubscriberEvent]) -> None:
    distinct = {(type(fact), fact.id): fact for fact in facts}
    said = [each.id for each in decided(*distinct.values())[1]]
    assert len(said) == len(set(said))


def test_a_cause_with_the_longest_id_can_be_told() -> None:
    enquiry = PortingProgressed(id="x" * 128, occurred_at=TEN, msisdn=NUMBER, step="enquiry")
    lapsed = PortingProgressed(id="y" * 128, occurred_at=TEN, msisdn=NUMBER, step="lapsed")
    for said in decided(enquiry, lapsed)[1]:
        assert codec.decode(topic_of(type(said)), codec.encode(said)) == said
