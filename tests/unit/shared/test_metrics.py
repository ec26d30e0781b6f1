"""Every metric says what it counts and what to do about it."""

import re

import pytest

from shared import metrics
from shared.metrics import DEFINITIONS, Definition

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.name)
def test_a_metric_is_named_by_the_rules_and_says_what_to_do(definition: Definition) -> None:
    assert re.fullmatch(r"keepline_[a-z_]+", definition.name)
    assert (definition.kind == "counter") == definition.name.endswith("_total")
    assert definition.says.endswith(".")
    assert definition.act.endswith(".")
    assert not {"msisdn", "customer_id", "number", "staff_id"} & set(definition.labels)


def test_no_two_metrics_share_a_name() -> None:
    names = [definition.name for definition in DEFINITIONS]
    assert len(names) == len(set(names))


def test_every_metric_is_exposed() -> None:
    exposed = metrics.exposition().decode()
    missing = [each.name for each in DEFINITIONS if f"# TYPE {each.name} {each.kind}" not in exposed]
    assert missing == []
