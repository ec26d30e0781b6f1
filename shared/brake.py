"""The brake: a bad deploy must not drain a topic into the dead letters."""

from collections import deque

from shared.failures import BrakePulledError

WINDOW_S = 60.0
REFUSED_MIN = 100
SHARE_MIN = 0.5


class Brake:
    """Counts what a consumer reads and refuses within the last minute."""

    def __init__(self) -> None:
        self._batches: deque[tuple[float, int, int]] = deque()

    def count(self, read: int, refused: int, now: float) -> None:
        """Count a batch of `read` records at `now` (seconds that only grow), `refused` of them unreadable.

        Raises:
            BrakePulledError: within the last minute at least 100 were refused, and at least half of all.
        """
        self.check(read, refused, now)
        self._batches.append((now, read, refused))

    def check(self, read: int, refused: int, now: float) -> None:
        """Hold a batch against the last minute without counting it: it may be tried again.

        Raises:
            BrakePulledError: as `count` says.
        """
        while self._batches and self._batches[0][0] < now - WINDOW_S:
            self._batches.popleft()
        all_read = read + sum(batch[1] for batch in self._batches)
        all_refused = refused + sum(batch[2] for batch in self._batches)
        if all_refused >= REFUSED_MIN and all_refused >= SHARE_MIN * all_read:
            raise BrakePulledError(
                f"could not go on: {all_refused} of {all_read} records within a minute were refused; "
                "nothing of the last batch was kept. See `./keepline dead-letters list`, mend, start again"
            )
