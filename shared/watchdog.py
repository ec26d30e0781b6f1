"""The watchdog ends a process that hangs: whoever supervises it starts another, and nothing is lost by that.

It is a thread of its own, because what it watches for is a loop that no longer turns.
"""

import faulthandler
import os
import sys
import threading
from collections.abc import Callable

from shared import log
from shared.clock import monotonic

logger = log.get(__name__)

EXIT_STALLED = 70
LOOK_S = 1.0


class Watchdog(threading.Thread):
    """Ends the process when the loop is silent, or progress stands still above a lag, for `stall_s` seconds."""

    def __init__(self, stall_s: float) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._stall_s = stall_s
        self._beat_at = monotonic()
        self._still_since: float | None = None
        self._ended = threading.Event()
        self.last_words: Callable[[], None] = _nothing
        """Called before the process ends; it runs in this thread, and the loop may be hanging."""

    def beat(self) -> None:
        """Say that the loop turns."""
        self._beat_at = monotonic()

    def progress(self, *, lag: int, moved: bool) -> None:
        """Say how many records wait, and whether any position moved since the last call."""
        if lag == 0 or moved:
            self._still_since = None
        elif self._still_since is None:
            self._still_since = monotonic()

    def stalled(self) -> str | None:
        """Return why the process should end; None: it lives."""
        now = monotonic()
        if now - self._beat_at > self._stall_s:
            return "the event loop has not turned"
        if self._still_since is not None and now - self._still_since > self._stall_s:
            return "records wait and no position moved"
        return None

    def end(self) -> None:
        """Look no more: the service has stopped, and its loop need not turn."""
        self._ended.set()

    def run(self) -> None:
        """Look once a second, until ended."""
        while not self._ended.wait(LOOK_S):
            if why := self.stalled():
                logger.error("watchdog ends the process", why=why, stall_s=self._stall_s)
                faulthandler.dump_traceback(sys.stderr)
                self._speak()
                os._exit(EXIT_STALLED)

    def _speak(self) -> None:
        try:
            self.last_words()
        except Exception as failure:  # noqa: BLE001 - nothing may keep the process alive
            logger.warning("last words were not written down", error=repr(failure)[:300])


def _nothing() -> None:
    """Say nothing."""
