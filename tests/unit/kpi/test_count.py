"""Every measure that hears a fact takes its step, with its own memory and its own policy; others are not asked."""

import pytest

from services.kpi.domain import measures, ratios
from services.kpi.domain.catalogue import all_measures, all_ratios, heard_kinds
from services.kpi.domain.count import count
from services.kpi.domain.measure import Measure, Ratio
from shared.catalogue import topic_of
from shared.folder import entries
from shared.policy import PolicyBook
from shared.topic import Stage
from tests.support.builders import bill
from tests.unit.kpi.facts import contact, settled

pytestmark = pytest.mark.unit


def test_a_fact_is_told_to_those_who_hear_it() -> None:
    counted = count(all_measures(), PolicyBook(), {}, contact())
    assert {measure for measure, _ in counted.increments} == {"contacts", "retained"}
    assert set(counted.memory) == {"contacts", "retained", "failures"}


def test_what_others_remember_stays_as_it_is() -> None:
    before = count(all_measures(), PolicyBook(), {}, settled()).memory
    after = count(all_measures(), PolicyBook(), before, contact()).memory
    assert all(after[measure] is memory for measure, memory in before.items())


def test_a_fact_that_nobody_hears_adds_nothing() -> None:
    counted = count(all_measures(), PolicyBook(), {}, bill("2026-02", 1))
    assert (counted.memory, counted.increments) == ({}, ())


def test_measures_and_ratios_are_found_under_their_files_names() -> None:
    found = {name: each.id for name, each in entries(measures, "MEASURE", Measure).items()}
    quotients = {name: each.id for name, each in entries(ratios, "RATIO", Ratio).items()}
    assert found == {name: name for name in found}
    assert quotients == {name: name for name in quotients}
    assert [each.id for each in all_measures()] == list(found)


def test_ratios_are_of_measures_that_exist() -> None:
    known = {measure.id for measure in all_measures()}
    assert all({*ratio.dividend, *ratio.divisor, *ratio.less} <= known for ratio in all_ratios())


def test_measures_hear_lower_stages_only() -> None:
    assert all(topic_of(kind).stage < Stage.KPI for kind in heard_kinds())
