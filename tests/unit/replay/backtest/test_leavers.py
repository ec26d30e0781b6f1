"""Lists of who left, read or refused with the line; and what warnings foretold of them."""

from datetime import date
from pathlib import Path

import pytest

from replay.backtest.leavers import BadListError, Leavers, quality, read
from tests.support.builders import NUMBER, at
from tests.unit.warning.builders import warning

pytestmark = pytest.mark.unit

MARCH = (date(2026, 3, 1), date(2026, 4, 1))


def written(folder: Path, name: str, text: str) -> Path:
    """Return a file that holds `text`."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_list_is_read_from_csv_and_from_json_lines(tmp_path: Path) -> None:
    listed = f"number,day,why\n{NUMBER},2026-03-09,tariff\n{NUMBER},2026-01-09,\ns9,2026-03-10,\n"
    truth = '{"customer_id":"c1","subscription_id":"s1","leaves_on":"2026-03-09","reason":"tariff"}\n\n'
    days = {NUMBER: (date(2026, 1, 9), date(2026, 3, 9)), "s9": (date(2026, 3, 10),)}
    assert read(written(tmp_path, "left.csv", listed)).days == days
    assert read(written(tmp_path, "left.csv", "\ufeff" + listed)).days == days
    assert read(written(tmp_path, "truth.jsonl", truth)).days == {"s1": (date(2026, 3, 9),)}


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("left.csv", "number;day\n+86133;2026-03-09\n", "line 2: it needs one of"),
        ("left.csv", f"number,day\n{NUMBER},9.3.2026\n", "line 2: 9.3.2026 is no day"),
        ("left.csv", f"number,day\n{NUMBER}\n", "line 2: it needs one of"),
        ("left.csv", "number,day\n", "it names nobody"),
        ("left.jsonl", '{"number": 5, "day": "2026-03-09"}', "line 1: it needs one of"),
        ("left.jsonl", "[]", "line 1: Expected `object`"),
        ("left.jsonl", "", "it names nobody"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused_with_its_line(tmp_path: Path, name: str, text: str, why: str) -> None:
    with pytest.raises(BadListError, match=why):
        read(written(tmp_path, name, text))


def test_a_list_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "left.csv").write_bytes(b"number,day\n\xff,\n")
    for name in ("left.csv", "nothing.csv"):
        with pytest.raises(BadListError, match="could not read"):
            read(tmp_path / name)


def test_a_warning_is_right_for_sixty_days_and_the_first_one_leads() -> None:
    left = Leavers({"s1": (date(2026, 3, 20),), "s2": (date(2026, 6, 1),), NUMBER: (date(2026, 3, 31),)})
    elsewhere = {"msisdn": "+8613300000009"}
    given = [
        warning(at("2026-03-10 23:59"), **elsewhere),
        warning(at("2026-03-15 10:00"), **elsewhere),
        warning(at("2026-03-21 10:00"), **elsewhere),
        warning(at("2026-03-05 10:00"), subscription_id="s2", **elsewhere),
        warning(at("2026-03-29 10:00"), subscription_id="s7"),
    ]
    found = quality(given, left, *MARCH)
    assert (found.warnings, found.right, found.precision) == (5, 3, 0.6)
    assert (found.leavers, found.caught, found.recall) == (2, 2, 1.0)
    assert (found.lead_days_median, found.lead_days_mean) == (6.0, 6.0)


def test_without_warnings_nothing_is_made_up() -> None:
    found = quality([], Leavers({"s1": (date(2026, 3, 20),)}), *MARCH)
    assert (found.precision, found.recall, found.lead_days_median, found.lead_days_mean) == (None, 0.0, None, None)
