"""The file of changes: read as they are written for a proposal, refused with what is wrong."""

from pathlib import Path

import pytest

from replay.backtest.changes import BadChangesError, read
from replay.backtest.run import touched
from services.warning.domain.catalogue import all_rules
from shared.policy_change.change import Change
from tests.support.builders import at

pytestmark = pytest.mark.unit


def written(folder: Path, text: str) -> Path:
    """Return a file that holds `text`."""
    path = folder / "changes.json"
    path.write_text(text)
    return path


def test_changes_are_read_as_a_proposal_says_them(tmp_path: Path) -> None:
    text = """[{"name": "dispatch.caps", "scope": "150000", "fields": {"quiet_days": 3}, "unset": ["attempts_max"],
        "effective_from": "2026-03-01T00:00:00+08:00", "why": "so"}, {"name": "warning.analyst.fall"}]"""
    assert read(written(tmp_path, text)) == [
        Change(
            name="dispatch.caps",
            scope="150000",
            fields={"quiet_days": 3},
            unset=("attempts_max",),
            effective_from=at("2026-03-01 00:00"),
            why="so",
        ),
        Change(name="warning.analyst.fall", scope="", fields={}, why=""),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{}", "Expected `array`"),
        ("[", "could not read"),
        ('[{"fields": {}}]', "missing required field `name`"),
        ('[{"name": "warning.porting", "field": {}}]', "unknown field `field`"),
        ('[{"name": "warning.portin"}]', "no such policy here; there are"),
        ('[{"name": "warning.lateness"}]', "its CDRs are not archived"),
        ('[{"name": "dispatch.leases"}]', "no item depends on it"),
        ('[{"name": "points.earning"}]', "no such policy here"),
        ('[{"name": "warning.analyst.Fall"}]', "no such policy here"),
        ('[{"name": "warning.porting", "effective_from": "2026-03-01T00:00:00"}]', "effective_from needs its offset"),
    ],
)
def test_a_file_that_is_no_list_of_changes_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(BadChangesError, match=why):
        read(written(tmp_path, text))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadChangesError, match="could not read"):
        read(tmp_path / "nothing.json")


@pytest.mark.parametrize(
    ("names", "rules"),
    [
        ((), {rule.id for rule in all_rules()}),
        (("warning.population",), {rule.id for rule in all_rules()}),
        (("warning.porting", "warning.dormancy"), {"porting", "dormancy"}),
        (("dispatch.caps",), set()),
        (("warning.analyst.fall",), set()),
    ],
)
def test_what_a_change_cannot_touch_is_not_decided_again(names: tuple[str, ...], rules: set[str]) -> None:
    tried = [Change(name=name, scope="", fields={}, why="") for name in names]
    assert {rule.id for rule in touched(tried)} == rules
