"""Files as they lie on disk, and what is said of a command that names what is not there."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.intake.__main__ import app
from services.intake.stream import files
from services.intake.stream.files import Files

pytestmark = pytest.mark.unit


def test_a_file_without_lines_is_given_whole_and_counted(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"abc")
    read: list[int] = []
    assert Files(tmp_path, read.append).content("a.xlsx") == b"abc"
    assert read == [3]


def test_a_file_larger_than_any_list_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "CONTENT_MAX", 2)
    (tmp_path / "a.xlsx").write_bytes(b"abc")
    with pytest.raises(ValueError, match=r"a\.xlsx has 3 bytes, at most 2"):
        Files(tmp_path, print).content("a.xlsx")
    with pytest.raises(FileNotFoundError):
        Files(tmp_path, print).content("b.xlsx")


@pytest.mark.parametrize(
    ("form", "columns", "why"),
    [
        ("operator-list", "phone=x", "--columns phone: operator-list has the fields number, first_day"),
        ("operator-list", "number=", "--columns number"),
        ("jsonl", "number=x", "jsonl has the fields none"),
    ],
)
def test_a_column_that_the_format_does_not_have_is_told(tmp_path: Path, form: str, columns: str, why: str) -> None:
    asked = ["publish", form, str(tmp_path), "--home", str(tmp_path), "--columns", columns]
    told = CliRunner().invoke(app, asked)
    assert told.exit_code == 1
    assert why in told.output
