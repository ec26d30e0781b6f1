"""`./keepline backtest`: the same input gives the same bytes, and what cannot be tried is told in a line."""

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from replay.backtest.__main__ import app
from tests.support.archives import archive
from tests.support.builders import NUMBER
from tests.unit.replay.backtest.test_trial import past

pytestmark = pytest.mark.unit

MARCH = ("--from", "2026-03-01", "--to", "2026-04-01")
SHARPER = [{"name": "warning.steep_bill_drop", "fields": {"fall_share_min": 0.15}}]


def typed(folder: Path, changes: object, *words: str) -> Result:
    """Type the command in a folder with an archive."""
    file = folder / "changes.json"
    file.write_text(json.dumps(changes))
    if not (folder / "archive").exists():
        archive(folder / "archive", past())
    where = ("--policy", str(file), "--archive", str(folder / "archive"), "--defaults")
    return CliRunner().invoke(app, [*where, *(words or MARCH)], env={"COLUMNS": "160"})


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    left = tmp_path / "left.csv"
    left.write_text(f"number,day\n{NUMBER},2026-03-20\n")
    first, second = (typed(tmp_path, SHARPER, *MARCH, "--json", "--leavers", str(left)) for _ in range(2))
    assert (first.exit_code, first.stdout) == (0, second.stdout)
    told = json.loads(first.stdout)
    assert (told["gained"], told["window"]["first"], told["foretold"]["all"]["after"]["right"]) == (
        1,
        date(2026, 3, 1).isoformat(),
        1,
    )


def test_people_read_tables(tmp_path: Path) -> None:
    left = tmp_path / "left.jsonl"
    left.write_text(f'{{"number": "{NUMBER}", "day": "2026-03-20"}}')
    shown = typed(tmp_path, SHARPER, *MARCH, "--truth", str(left)).stdout
    for line in ("decided again: steep_bill_drop", "1 warnings before, 2 after", "who left was foretold", "2026-03-02"):
        assert line in shown


@pytest.mark.parametrize(
    ("changes", "words", "why"),
    [
        (SHARPER, ("--from", "2026-04-01", "--to", "2026-04-01"), "must be later than --from"),
        (SHARPER, (*MARCH, "--truth", "a", "--leavers", "b"), "give one"),
        (SHARPER, (*MARCH, "--leavers", "nobody.csv"), "could not read nobody.csv"),
        (SHARPER, (*MARCH, "--archive", "nowhere"), "nowhere holds no archived facts"),
        ({"name": "x"}, MARCH, "Expected `array`, got `object`"),
        ([{"name": "warning.porting", "fields": {"repeat_hour": 1}}], MARCH, "repeat_hour: no such field; there are"),
    ],
)
def test_what_cannot_be_tried_is_told_in_a_line(
    tmp_path: Path, changes: object, words: tuple[str, ...], why: str
) -> None:
    ended = typed(tmp_path, changes, *words)
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert why in ended.stderr
