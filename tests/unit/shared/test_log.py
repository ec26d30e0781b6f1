"""A number planted anywhere in a log line is never shown in full."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from shared import log
from shared.masking import masked

pytestmark = pytest.mark.unit

PLANTED = "+8613800138000"
HIDDEN = "0013"
"""The middle of the number: nothing else in these lines holds it."""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("+8613800138000", "138****8000"),
        ("8613800138000", "138****8000"),
        ("13800138000", "138****8000"),
        ("+86 138 0013 8000", "138****8000"),
        ("+86-138-0013-8000", "138****8000"),
        ("from 13800138000 to 18900138001.", "from 138****8000 to 189****8001."),
        ("13800138000,13800138000", "138****8000,138****8000"),
        ("key=b'+8613800138000'", "key=b'138****8000'"),
        ("12800138000", "12800138000"),
        ("1380013800", "1380013800"),
        ("10086", "10086"),
        ("", ""),
    ],
)
def test_the_middle_of_a_mobile_number_is_hidden(text: str, shown: str) -> None:
    assert masked(text) == shown


@given(st.integers(3, 9), st.integers(0, 10**9 - 1), st.text(max_size=10), st.text(max_size=10))
def test_no_number_gets_through_whatever_stands_around_it(second: int, rest: int, before: str, after: str) -> None:
    number = f"1{second}{rest:09d}"
    for written in (f"+86{number}", number, f"{number[:3]}-{number[3:7]}-{number[7:]}"):
        assert written not in masked(before + written + after)


def test_masking_again_changes_nothing() -> None:
    assert masked(masked(f"to {PLANTED}")) == masked(f"to {PLANTED}")


@dataclass
class Caller:
    """Something whose words hold a number."""

    number: str = PLANTED


class Lines(StringIO):
    """What was logged."""

    def read_all(self) -> list[dict[str, Any]]:
        """Return all lines, read as JSON."""
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def masked(self) -> dict[str, Any]:
        """Return the only line, once it is sure that the number does not show in it."""
        assert HIDDEN not in self.getvalue()
        assert "138****8000" in self.getvalue()
        (line,) = self.read_all()
        return line


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Configure logs as a service does, and put everything back at the end."""
    root = logging.getLogger()
    handlers, level, levels = root.handlers[:], root.level, {n: logging.getLogger(n).level for n in log.LIBRARIES}
    log.configure("unit", "DEBUG")
    ours, written = root.handlers[0], Lines()
    assert isinstance(ours, logging.StreamHandler)
    ours.setStream(written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "value",
    [
        PLANTED,
        PLANTED.encode(),
        13800138000,
        8613800138000,
        [PLANTED],
        (1, PLANTED),
        {PLANTED},
        {"to": {"number": PLANTED}},
        {PLANTED: 1},
        Caller(),
        ValueError(PLANTED),
    ],
    ids=repr,
)
def test_a_number_in_a_field_is_masked_however_deep(lines: Lines, value: object) -> None:
    log.get("test").info("called", caller=value)
    assert lines.masked()["service"] == "unit"


def test_a_number_in_the_event_is_masked(lines: Lines) -> None:
    log.get("test").warning(f"could not call {PLANTED}")
    assert lines.masked()["event"] == "could not call 138****8000"


def test_a_number_in_an_exception_is_masked(lines: Lines) -> None:
    try:
        raise KeyError(PLANTED)
    except KeyError:
        log.get("test").exception("failed")
    assert "KeyError: '138****8000'" in str(lines.masked()["exception"])


def test_a_number_in_a_librarys_line_is_masked(lines: Lines) -> None:
    logging.getLogger("aiokafka.consumer").warning("key %s of %s", PLANTED, {"number": PLANTED})
    assert lines.masked()["event"] == "key 138****8000 of {'number': '138****8000'}"


def test_a_number_in_a_librarys_exception_is_masked(lines: Lines) -> None:
    try:
        raise KeyError(PLANTED)
    except KeyError:
        logging.getLogger("anything").exception("failed")
    assert "138****8000" in str(lines.masked()["exception"])


def test_what_is_no_number_stays_as_it_is(lines: Lines) -> None:
    log.get("test").info("decided", offset=41, share=0.5, late=None, ok=True, topics=("a", "b"), ms=1772683200000)
    (line,) = lines.read_all()
    told = {name: line[name] for name in ("offset", "share", "late", "ok", "topics", "ms")}
    assert told == {"offset": 41, "share": 0.5, "late": None, "ok": True, "topics": ["a", "b"], "ms": 1772683200000}


def test_a_librarys_error_wakes_nobody_and_ours_does(lines: Lines) -> None:
    logging.getLogger("aiokafka.conn").error("broker away")
    log.get("services.test").error("halted")
    levels = [line["level"] for line in lines.read_all()]
    assert levels == ["warning", "error"]
