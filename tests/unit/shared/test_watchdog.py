"""The watchdog ends a process whose loop is silent, or whose positions stand still above a lag; no other."""

import os

import pytest

import shared.watchdog
from shared.watchdog import EXIT_STALLED, Watchdog

pytestmark = pytest.mark.unit

STALL_S = 60.0


class Time:
    """Seconds that only grow when told to."""

    now = 1_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Put the watchdog on a clock of this test."""
    stood = Time()
    monkeypatch.setattr(shared.watchdog, "monotonic", stood)
    return stood


def test_a_loop_that_turns_lives(time: Time) -> None:
    watchdog = Watchdog(STALL_S)
    for _ in range(10):
        time.now += STALL_S
        assert watchdog.stalled() is None
        watchdog.beat()


def test_a_silent_loop_is_ended_after_the_time_and_not_before(time: Time) -> None:
    watchdog = Watchdog(STALL_S)
    time.now += STALL_S
    assert watchdog.stalled() is None
    time.now += 0.1
    assert watchdog.stalled() == "the event loop has not turned"


def after(watchdog: Watchdog, time: Time, *looks: tuple[float, int, bool]) -> str | None:
    """Look at lag and movement after so many seconds each, with the loop turning; return what is found at the end."""
    for seconds, lag, moved in looks:
        time.now += seconds
        watchdog.beat()
        watchdog.progress(lag=lag, moved=moved)
    return watchdog.stalled()


STILL = "records wait and no position moved"


@pytest.mark.parametrize(
    ("looks", "found"),
    [
        pytest.param([(0, 5, False), (60, 5, False)], None, id="just as long as allowed"),
        pytest.param([(0, 5, False), (60.1, 5, False)], STILL, id="longer"),
        pytest.param([(0, 5, False), (30, 5, False), (31, 9, False)], STILL, id="looks in between don't start anew"),
        pytest.param([(0, 0, False), (500, 0, False)], None, id="nothing waits"),
        pytest.param([(0, 5, False), (59, 5, True), (59, 5, False)], None, id="it moved meanwhile"),
        pytest.param([(0, 5, False), (59, 0, False), (59, 5, False)], None, id="it came to the end meanwhile"),
        pytest.param([(0, 5, False), (500, 5, True)], None, id="it moved at last"),
        pytest.param([(0, 5, True), (1, 5, False), (61, 5, False)], STILL, id="it moved first"),
    ],
)
def test_standing_still_above_a_lag(time: Time, looks: list[tuple[float, int, bool]], found: str | None) -> None:
    assert after(Watchdog(STALL_S), time, *looks) == found


class EndedError(Exception):
    """The process would be gone."""


def test_it_ends_the_process_with_its_own_exit_code(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    def end(code: int) -> None:
        raise EndedError(code)

    monkeypatch.setattr(os, "_exit", end)
    monkeypatch.setattr(shared.watchdog, "LOOK_S", 0.001)
    watchdog = Watchdog(STALL_S)
    time.now += STALL_S + 1
    with pytest.raises(EndedError) as ended:
        watchdog.run()
    assert ended.value.args == (EXIT_STALLED,)


def test_it_is_no_reason_for_a_process_to_live() -> None:
    assert Watchdog(STALL_S).daemon
