"""A local platform keeps its things below the checkout, or where KEEPLINE_DATA says; downloads always below it."""

from pathlib import Path

import pytest

from deploy.local.folders import CHECKOUT, cache, folders
from deploy.local.platform import read_running
from deploy.local.processes import tail

pytestmark = pytest.mark.unit


def test_without_being_told_it_is_below_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KEEPLINE_DATA", raising=False)
    assert folders("demo").home == CHECKOUT / ".keepline" / "demo"
    assert (CHECKOUT / "keepline").exists()


def test_told_otherwise_it_is_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KEEPLINE_DATA", str(tmp_path))
    demo, platform = folders("demo"), folders("platform")
    assert (demo.home, demo.logs) == (tmp_path / "demo", tmp_path / "demo" / "logs")
    assert demo.home != platform.home
    assert (demo.lock, demo.running) == (platform.lock, platform.running)
    assert cache() == CHECKOUT / ".keepline" / "cache"


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b"{}"])
def test_nothing_runs_where_nothing_readable_was_written_down(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    monkeypatch.setenv("KEEPLINE_DATA", str(tmp_path))
    if content is not None:
        folders("demo").running.write_bytes(content)
    assert read_running(folders("demo")) is None


def test_the_end_of_a_log_is_its_last_lines_whatever_bytes_they_hold(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_bytes(b"\n".join(str(number).encode() for number in range(100)) + b"\n\xff")
    assert tail(log, 3) == "98\n99\n�"
