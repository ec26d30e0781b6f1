"""A replay gives the same bytes: again, in pieces, from the wire, and whatever order it arrived in."""

from functools import cache
from random import Random

import msgspec
import pytest

from services.intake.domain.simulator.world import World
from shared import codec
from shared.catalogue import topic_of
from shared.events.warning_raised import WarningRaised
from shared.events.work_item_offered import WorkItemOffered
from shared.policy import EVERYWHERE, PolicyBook, PolicyVersion
from shared.topic import of_kind
from tests.replay.operator import PLAN, happened, roster
from tests.replay.road import Road, what_if
from tests.support.builders import at

pytestmark = pytest.mark.replay


def road(*versions: PolicyVersion) -> Road:
    """Return the road at its beginning."""
    return Road(roster=roster(), policy=PolicyBook(versions), world=World(plan=PLAN))


@cache
def ran() -> Road:
    """Return the road after what ran."""
    return road().hear(happened())


def test_the_road_is_walked_to_its_end() -> None:
    """Otherwise the same bytes would prove nothing."""
    warnings = of_kind(WarningRaised, ran().said)
    assert {warning.rule_id for warning in warnings} >= {
        "agent_assessment_end",
        "agreement_end",
        "arrears_risk",
        "arrears_suspension",
        "complaint",
        "internal_switch",
        "porting",
        "rival_forwarding",
        "rival_hotline",
        "steep_bill_drop",
        "voluntary_suspension",
    }
    assert {item.tier for item in of_kind(WorkItemOffered, ran().said)} == {"customer_manager", "phone_manager"}
    assert {"worked", "held_out", "gated", "duplicate"} <= set(ran().states())
    assert ran().states().total() == len(warnings) == ran().measured()["warned"]
    assert ran().measured()["saved"] > 0


def test_again_it_gives_the_same_bytes() -> None:
    assert road().hear(happened()).bytes_said() == ran().bytes_said()


def test_from_the_bytes_on_the_wire_it_gives_the_same_bytes() -> None:
    wire = [(topic_of(type(event)), codec.encode(event)) for event in happened()]
    assert road().hear(codec.decode(topic, value) for topic, value in wire).bytes_said() == ran().bytes_said()


@pytest.mark.parametrize("seed", range(2))
def test_in_pieces_with_all_memory_written_down_in_between_it_gives_the_same_bytes(seed: int) -> None:
    luck, events, replayed = Random(seed), happened(), road()
    cuts = sorted(luck.randint(0, len(events)) for _ in range(8))
    for start, end in zip([0, *cuts], [*cuts, len(events)], strict=True):
        replayed.hear(events[start:end])
        replayed.take_up(replayed.write_down())
    assert replayed.bytes_said() == ran().bytes_said()
    assert msgspec.json.decode(replayed.write_down()) == msgspec.json.decode(ran().write_down())


def test_a_what_if_does_not_depend_on_the_order_of_arrival() -> None:
    shuffled = list(happened())
    Random(7).shuffle(shuffled)
    assert what_if(shuffled) == what_if(happened())
    assert road().hear(what_if(shuffled)).bytes_said() == road().hear(what_if(happened())).bytes_said()


def hotline(**fields: int) -> PolicyVersion:
    """Return a version of the hotline rule's policy that was in force all along."""
    since = at("2020-01-01 00:00")
    return PolicyVersion(name="warning.rival_hotline", version=1, scope=EVERYWHERE, effective_from=since, fields=fields)


def test_the_past_under_another_policy_differs_where_the_policy_does_and_nowhere_else() -> None:
    other = road(hotline(calls_to_act=1, calls_to_act_now=1)).hear(happened())
    before, after = ({w.id: w for w in of_kind(WarningRaised, each.said)} for each in (ran(), other))
    elsewhere = [warning for warning in before.values() if warning.rule_id != "rival_hotline"]
    assert [after[warning.id] for warning in elsewhere] == elsewhere
    levels = {warning.level for warning in after.values() if warning.rule_id == "rival_hotline"}
    assert (levels, {w.policy_version for w in after.values()}) == ({3}, {0, 1})


def test_a_policy_of_next_year_changes_nothing() -> None:
    later = hotline(calls_to_act=1)
    later = PolicyVersion(
        name=later.name, version=1, scope=EVERYWHERE, effective_from=at("2027-01-01 00:00"), fields=later.fields
    )
    assert road(later).hear(happened()).bytes_said() == ran().bytes_said()
